"""How long a real daemon takes: from a record in the org to its owner, from a departure to its proposal."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from assignment_assets.bench.played import allow, environment
from assignment_assets.bench.quarter import Happening, Size, Story, draw
from assignment_assets.domain.routing.tables import POLLS, WRITES
from assignment_assets.io.folders import PROJECT, DataFolder
from assignment_assets.io.routing_copies import read_routing
from assignment_assets.sample.company import generate
from assignment_assets.sandbox import OrgAddress, load, running

PATIENCE_SECONDS = 600
LOOK_SECONDS = 5


def reaction(size: Size, events: int, say: Callable[[dict], object]) -> None:
    """Seconds on the wall, everything real: daemon, code server, runs. Sensors look every five seconds here."""
    today = datetime.now(UTC).date()
    company = generate(size.reps, size.accounts, 7, today)
    story = draw(size, company, today, 7)
    kept = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with kept as root, environment(Path(root), "quiet_minutes = 0\n"):
        folder = DataFolder.from_environment()
        load(company, folder.root / "sandbox")
        allow(folder, today)
        with running(folder.root / "sandbox") as org:
            os.environ.update(org.environment())
            with _daemon(Path(root)):
                _until(lambda: read_routing(folder, POLLS).height > 0)
                arrivals, leavers = _of(story, "arrival", events), _of(story, "departure", events)
                owned = [_owned(folder, org, each) for each in arrivals]
                proposed = [_proposed(folder, org, each) for each in leavers]
    say({"figure": "reaction", "look_every_seconds": LOOK_SECONDS,
         "record_to_owner_median_worst": [round(median(owned), 1), round(max(owned), 1)],
         "departure_to_proposal_median_worst": [round(median(proposed), 1), round(max(proposed), 1)],
         "measured": [len(owned), len(proposed)]})


def _of(story: Story, kind: str, count: int) -> list[Happening]:
    return [each for each in story.happenings if each.kind == kind][:count]


def _owned(folder: DataFolder, org: OrgAddress, arrival: Happening) -> float:
    started = time.monotonic()
    org.hook(arrival.hook, **arrival.entries)
    _until(lambda: arrival.subject in read_routing(folder, WRITES)["account_id"].to_list())
    return time.monotonic() - started


def _proposed(folder: DataFolder, org: OrgAddress, departure: Happening) -> float:
    known = set(_proposals(folder))
    started = time.monotonic()
    org.hook(departure.hook, **departure.entries)
    _until(lambda: set(_proposals(folder)) - known)
    return time.monotonic() - started


def _proposals(folder: DataFolder) -> list[str]:
    return [path.parent.parent.name for path in (folder.root / "outbox").glob("*/review_edits/gate.json")]


def _until(happened: Callable[[], object]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        if time.monotonic() > give_up:
            raise TimeoutError(f"not within {PATIENCE_SECONDS} seconds; the daemon's log is in its folder")
        time.sleep(0.2)


@contextmanager
def _daemon(root: Path) -> Iterator[None]:
    """The Dagster daemon with routing switched on, in a process group of its own, ended with all that it started."""
    settings = (PROJECT / "dagster.yaml").read_text()
    (root / "dagster" / "dagster.yaml").write_text(settings)
    command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-m", "assignment_assets.definitions",
               "-d", str(PROJECT)]
    switched_on = {"ASSIGNMENT_ROUTING_SENSORS": "on", "ASSIGNMENT_LOOK_SECONDS": str(LOOK_SECONDS)}
    with (root / "daemon.log").open("wb") as log:
        daemon = subprocess.Popen(command, env=os.environ | switched_on, cwd=root / "dagster", stdout=log,
                                  stderr=subprocess.STDOUT, start_new_session=True)
        try:
            yield
        finally:
            os.killpg(daemon.pid, signal.SIGTERM)
            try:
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(daemon.pid, signal.SIGKILL)
                daemon.wait()
