"""How long a real daemon takes, from a record in the org to its owner and from a departure to its proposal; what it
costs at rest."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import polars as pl

from assignment_assets.bench.played import allow, environment
from assignment_assets.bench.quarter import Happening, Size, Story, draw
from assignment_assets.domain.gate import REVIEW_GATE
from assignment_assets.domain.routing.tables import DECISIONS, EVENT_CYCLES, EVENTS, POLLS, WRITES
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import PROJECT, DataFolder
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.sample.company import generate
from assignment_assets.sandbox import OrgAddress, load, running

PATIENCE_SECONDS = 600
LOOK_SECONDS = 5
SETTLING_SECONDS = 60


class Place:
    """A company in its own org, its folder, and where its daemon lives."""

    def __init__(self, root: Path, folder: DataFolder, org: OrgAddress, story: Story):
        self.root, self.folder, self.org, self.story = root, folder, org, story

    def of(self, kind: str) -> list[Happening]:
        """What the story holds of one kind."""
        return [each for each in self.story.happenings if each.kind == kind]


@contextmanager
def place(events: int) -> Iterator[Place]:
    """60 reps and 3,000 accounts, with so many records and departures to come; everything runs by itself."""
    today = utc_now().date()
    company = generate(60, 3_000, 7, today)
    story = draw(Size(60, 3_000, events, events, 0, 0, 0, 5), company, today, 7)
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        stack.enter_context(environment(root, "quiet_minutes = 0\n"))
        folder = DataFolder.from_environment()
        load(company, folder.root / "sandbox")
        allow(folder, today)
        org = stack.enter_context(running(folder.root / "sandbox"))
        os.environ.update(org.environment())
        yield Place(root, folder, org, story)


def reaction(events: int, say: Callable[[dict], object]) -> None:
    """Seconds on the wall, everything real: daemon, code server, runs. Sensors look every five seconds here.

    Half way the daemon is ended and started again.
    """
    with place(events) as here:
        arrivals, leavers = here.of("arrival")[:events], here.of("departure")[:events]
        owned, proposed = [], []
        half = (events + 1) // 2
        for part in (slice(0, half), slice(half, events)):
            if not arrivals[part]:
                continue
            with daemon(here.root, "on", LOOK_SECONDS):
                _until(lambda: read_routing(here.folder, POLLS).height > 0)
                owned += [_owned(here, each) for each in arrivals[part]]
                proposed += [_proposed(here, each) for each in leavers[part]]
        decided = read_routing(here.folder, DECISIONS).filter(pl.col("why") == "new_record")
        found = read_routing(here.folder, EVENTS).filter(pl.col("kind") == "departure")
        cycles = read_routing(here.folder, EVENT_CYCLES)
    say(
        {
            "figure": "reaction",
            "look_every_seconds": LOOK_SECONDS,
            "daemon_restarts": int(events > 1),
            "record_to_owner_median_worst": [round(median(owned), 1), round(max(owned), 1)],
            "departure_to_proposal_median_worst": [round(median(proposed), 1), round(max(proposed), 1)],
            "measured": [len(owned), len(proposed)],
            "handled_twice": decided.height
            - decided["account_id"].n_unique()
            + found.height
            - found["subject_id"].n_unique()
            + cycles.height
            - cycles["why"].n_unique(),
        }
    )


def at_rest(minutes: float, say: Callable[[dict], object]) -> None:
    """CPU seconds a minute of the daemon and its code server where nothing happens, with routing on and off.

    The sensors look as often as they do by default. Linux only: it reads /proc.
    """
    costs = {}
    with place(1) as here:
        for switch in ("on", "off"):
            with daemon(here.root, switch, None) as process:
                if switch == "on":
                    _until(lambda: read_routing(here.folder, POLLS).height > 0)
                time.sleep(SETTLING_SECONDS)
                before, polls = _cpu_seconds(process.pid), read_routing(here.folder, POLLS).height
                time.sleep(60 * minutes)
                costs[switch] = round((_cpu_seconds(process.pid) - before) / minutes, 2)
                passes = read_routing(here.folder, POLLS).height - polls
                costs[f"{switch}_passes"] = passes
    say(
        {
            "figure": "at_rest",
            "minutes": minutes,
            "cpu_seconds_a_minute_routing_on": costs["on"],
            "cpu_seconds_a_minute_routing_off": costs["off"],
            "passes_meanwhile": costs["on_passes"],
        }
    )


def _cpu_seconds(group: int) -> float:
    """CPU spent so far by the processes of a group, and by those of their children that have ended."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        if int(fields[2]) == group:
            ticks += sum(int(each) for each in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _owned(here: Place, arrival: Happening) -> float:
    started = time.monotonic()
    here.org.hook(arrival.hook, **arrival.entries)
    _until(lambda: arrival.subject in read_routing(here.folder, WRITES)["account_id"].to_list())
    return time.monotonic() - started


def _proposed(here: Place, departure: Happening) -> float:
    known = set(_proposals(here.folder))
    started = time.monotonic()
    here.org.hook(departure.hook, **departure.entries)
    _until(lambda: set(_proposals(here.folder)) - known)
    return time.monotonic() - started


def _proposals(folder: DataFolder) -> list[str]:
    return [path.parent.parent.name for path in (folder.root / "outbox").glob(f"*/{REVIEW_GATE.name}/gate.json")]


def _until(happened: Callable[[], object]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        if time.monotonic() > give_up:
            raise TimeoutError(f"not within {PATIENCE_SECONDS} seconds; the daemon's log is in its folder")
        time.sleep(0.2)


@contextmanager
def daemon(root: Path, switch: str, look_seconds: int | None) -> Iterator[subprocess.Popen]:
    """The Dagster daemon with routing switched on or off, in a process group of its own, ended with all that it
    started; the sensors look as often as usual where `look_seconds` is null."""
    settings = (PROJECT / "dagster.yaml").read_text()
    (root / "dagster" / "dagster.yaml").write_text(settings)
    command = [
        str(Path(sys.executable).with_name("dagster-daemon")),
        "run",
        "-m",
        "assignment_assets.definitions",
        "-d",
        str(PROJECT),
    ]
    given = os.environ | {"ASSIGNMENT_ROUTING_SENSORS": switch}
    if look_seconds:
        given |= {"ASSIGNMENT_LOOK_SECONDS": str(look_seconds)}
    with (root / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            command, env=given, cwd=root / "dagster", stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
