"""Plays a quarter against a sandbox org, poll by poll, and keeps what is needed to judge it."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path

import polars as pl

from assignment_assets.automation.run_segment import run_segment
from assignment_assets.bench.quarter import Happening, Story, polls, utc
from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.routing.tables import EVENT_CYCLES
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.standing import ROUTING, StandingPolicy, signed_text
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.intake.look import look
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.changes import ChangeReader
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.routing.by_policy import sign_under_policy
from assignment_assets.routing.log import RoutingLog
from assignment_assets.sandbox import OrgAddress, load, mapping_path, running
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.stages.routing_pass import one_pass

SIGNER = "growth@example.com"
RULES = 'quiet_minutes = 20\nlow_tiers = ["C", "D"]\n[workload.marks]\nhigh = 120.0\nlow = 110.0\n'
CRASH_EVERY, RESTART_EVERY = 40, 10


class Crash(Exception):
    """The process ends here: after the org has taken a write and before anybody has noted it."""


class CrashingGateway(OwnerGateway):
    """A gateway whose process ends right after its first write."""

    def write(self, changes):
        """Never returns what became of the changes."""
        super().write(changes)
        raise Crash


@dataclass(frozen=True)
class Evening:
    """How a day ended: the accounts with an alert, those without an active owner, and the log's digest."""

    day: date
    alerted: frozenset[str]
    ownerless: frozenset[str]
    log: str


@dataclass
class Played:
    """What became of a story: the folder with its log, the org's own records, and how long each pass took."""

    folder: DataFolder
    state_dir: Path
    pass_seconds: list[float] = field(default_factory=list)
    crashes: int = 0
    cycles_run: list[str] = field(default_factory=list)
    cycle_seconds: list[float] = field(default_factory=list)
    evenings: list[Evening] = field(default_factory=list)


class Stage:
    """The org, the clock and the engine's folder of one performance."""

    def __init__(self, folder: DataFolder, address: OrgAddress, clock: list[datetime]):
        self.folder, self.address, self.clock = folder, address, clock
        self._setting = SourceSetting(kind="salesforce", path=str(mapping_path()))
        self._mapping = read_mapping(mapping_path())
        self._process = ExitStack()
        self.restart()

    @property
    def now(self) -> datetime:
        """The time in the story."""
        return self.clock[0]

    def restart(self) -> None:
        """Everything that a process holds, anew: connections, the log's file, what was read of it."""
        self.end()
        self._reader = ChangeReader(self._setting)
        self._gateway = self._new_gateway(OwnerGateway)
        self._log = RoutingLog(self.folder)
        self._process.enter_context(self._log.kept())

    def end(self) -> None:
        """Lets go of everything that the process holds."""
        self._process.close()

    def _new_gateway(self, kind: type[OwnerGateway]) -> OwnerGateway:
        return kind(Org(SalesforceSettings.from_environment(self._mapping.connection)), self._mapping.accounts)

    def act(self, happening: Happening) -> None:
        """People do what the story says."""
        self.clock[0] = happening.at
        self.address.hook(happening.hook, **happening.entries)

    def go(self, crashes: bool = False) -> float:
        """One pass; how many seconds it took on the wall."""
        started = time.perf_counter()
        gateway = self._new_gateway(CrashingGateway) if crashes else self._gateway
        taken = read_routing(self.folder, EVENT_CYCLES)["cycle"].to_list()
        one_pass(self._log, self._reader, gateway, taken, lambda: self.now, self._wait)
        return time.perf_counter() - started

    def _wait(self, seconds: float) -> None:
        self.clock[0] += timedelta(seconds=max(1.0, seconds))


@contextmanager
def staged(story: Story) -> Iterator[Stage]:
    """A folder and an org of this performance alone; both are gone afterwards."""
    begins = datetime(story.begins.year, story.begins.month, story.begins.day, 7)
    clock = [begins]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root, environment(Path(root)):
        folder = DataFolder.from_environment()
        org_clock = OrgClock(lambda: utc(clock[0]))
        load(story.company, folder.root / "sandbox", org_clock)
        allow(folder, story.begins)
        with running(folder.root / "sandbox", clock=org_clock, daily_calls=10**9) as address:
            os.environ.update(address.environment())
            stage = Stage(folder, address, clock)
            try:
                yield stage
            finally:
                stage.end()


@contextmanager
def environment(root: Path, rules: str = RULES) -> Iterator[None]:
    """A data folder, settings, rules and a Dagster home below `root`, in force until the block ends."""
    before = dict(os.environ)
    (root / "settings.toml").write_text(f'[signers]\n"{SIGNER}" = ["*"]\n')
    (root / "routing.toml").write_text(rules)
    (root / "dagster").mkdir()
    (root / "dagster" / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    os.environ.update(
        {
            "ASSIGNMENT_DATA": str(root / "data"),
            "ASSIGNMENT_SETTINGS": str(root / "settings.toml"),
            "ASSIGNMENT_ROUTING": str(root / "routing.toml"),
            "DAGSTER_HOME": str(root / "dagster"),
            "ASSIGNMENT_KEY": "the key of a benchmark",
            "ASSIGNMENT_SOURCE": "salesforce",
            "ASSIGNMENT_SOURCE_PATH": str(mapping_path()),
        }
    )
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def allow(folder: DataFolder, begins: date) -> None:
    """Signs a standing policy for routing and departures, up to the write-back."""
    last = str(begins + timedelta(days=120))
    policy = StandingPolicy("quarter", (ROUTING, "departure"), "write_back", 5_000, str(begins), last, SIGNER)
    path = folder.root / "inbox" / "policies" / SIGNER / "quarter.json"
    write_whole(path, signed_text(policy, signer_token(engine_key(), SIGNER)))


def play(
    story: Story, stage: Stage, cycles: int, dusk: Callable[[date, Stage], Evening], days: int | None = None
) -> Played:
    """Plays the story; restarts the engine every tenth pass and ends it in the middle of a write every fortieth.

    Parameters
    ----------
    cycles
        So many event cycles of departures are run through the whole waterfall, the first ones.
    dusk
        Called every evening: what it returns is kept.
    days
        Ends after so many days; null for the whole story.
    """
    played = Played(stage.folder, stage.address.state_dir)
    stage.go()
    for day, looks in islice(groupby(enumerate(polls(story), 1), lambda each: each[1][0].date()), days):
        for number, (at, due) in looks:
            _look(stage, played, number, at, due)
            _run_cycles(stage, played, cycles)
        played.evenings.append(dusk(day, stage))
    return played


def _look(stage: Stage, played: Played, number: int, at: datetime, due: list[Happening]) -> None:
    for happening in due:
        stage.act(happening)
    stage.clock[0] = max(at, stage.now)
    if number % RESTART_EVERY == 0:
        stage.restart()
    if number % CRASH_EVERY == 0:
        try:
            stage.go(crashes=True)
        except Crash:
            played.crashes += 1
            stage.restart()
            stage.clock[0] += timedelta(seconds=3)
    played.pass_seconds.append(stage.go())


def _run_cycles(stage: Stage, played: Played, cycles: int) -> None:
    planned = (
        read_routing(stage.folder, EVENT_CYCLES)
        .filter((pl.col("up_to") == "write_back") & ~pl.col("cycle").is_in(played.cycles_run))
        .sort("planned_at", "cycle")
    )
    for row in planned.head(cycles - len(played.cycles_run)).iter_rows(named=True):
        started, now = time.perf_counter(), stage.now
        run_segment("open_cycle", row["cycle"], RunConfig.model_validate_json(row["config_json"]), now)
        for minutes, segment in ((1, "propose"), (2, "review")):
            run_segment(segment, row["cycle"], now=now + timedelta(minutes=minutes))
        later = now + timedelta(minutes=3)
        sign_under_policy(stage.folder, engine_key(), later)
        for _ in range(2):
            look(stage.folder, row["cycle"], SIGN_OFF_GATE.name, later, engine_key(), settled_seconds=0)
        run_segment("sign_off", row["cycle"], now=later)
        stage.clock[0] = now + timedelta(minutes=4)
        run_segment("write_back", row["cycle"], now=stage.now)
        played.cycles_run.append(row["cycle"])
        played.cycle_seconds.append(time.perf_counter() - started)
