"""The processes of the overlay roles' benchmark: the writer, the webhook, and a write-back that runs beside them.

`python -m assignment_assets.bench.overlays_child writer|webhook|write-back` is configured by the environment, as the
engine is, and by an order (JSON) on the first line of standard input. What it tells are lines of JSON.
"""

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assignment_assets.bench.write_back_org import OrgTrial, drawn
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.overlay_roles import required
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.overlays.lane import LaneDone, OverlayLane
from assignment_assets.overlays.serving import serve
from assignment_assets.overlays.webhook import webhook, webhook_secret
from assignment_assets.overlays.writer import OverlayWriter, PassDone, overlay_writer
from assignment_assets.sandbox.server import OrgAddress
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.writer import write

PATIENCE_SECONDS = 20.0


def tell(**said: object) -> None:
    """A line for the process that started this one."""
    print(json.dumps(said), flush=True)


class MeasuredLane:
    """A lane that adds up the CPU seconds of its runs."""

    def __init__(self, lane: OverlayLane):
        self._lane = lane
        self.cpu_seconds = 0.0

    def run(self, policy) -> LaneDone:
        """Writes."""
        began = time.process_time()
        try:
            return self._lane.run(policy)
        finally:
            self.cpu_seconds += time.process_time() - began


@dataclass
class MeasuredWriter(OverlayWriter):
    """A writer that tells of each pass what it cost."""

    def one_pass(self, *, asks_truth: bool = True, catches: bool = False) -> PassDone:
        """A pass."""
        lane = self.lane
        assert isinstance(lane, MeasuredLane)
        lane.cpu_seconds, began, started = 0.0, time.process_time(), time.monotonic()
        done = super().one_pass(asks_truth=asks_truth, catches=catches)
        cpu = time.process_time() - began
        tell(
            look=done.look.look_no,
            is_whole=catches,
            events=done.look.events,
            stamps=done.look.stamps,
            edits=done.look.edits,
            waits=done.lane.waits,
            outcomes=done.lane.outcomes,
            why=done.lane.why,
            unread=list(done.look.unread),
            look_cpu=round(cpu - lane.cpu_seconds, 3),
            lane_cpu=round(lane.cpu_seconds, 3),
            seconds=round(time.monotonic() - started, 3),
        )
        return done


def run_writer(order: dict) -> None:
    """Serves until the process is told to end; kills itself where `point` is met for the `at`th time."""
    met = 0

    def witness(point: str) -> None:
        nonlocal met
        met += point == order.get("point")
        if met and met == order.get("at"):
            os.kill(os.getpid(), signal.SIGKILL)

    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    settings = SalesforceSettings.from_environment()
    given, folder = required(), DataFolder.from_environment()
    with overlay_writer(
        folder, given, lambda: Org(settings), utc_now, patience_seconds=PATIENCE_SECONDS, witness=witness
    ) as writer:
        measured = MeasuredWriter(**{**vars(writer), "lane": MeasuredLane(writer.lane)})
        tell(ready=True)
        if order.get("catches"):
            measured.one_pass(catches=True)
        else:
            measured.serve(lambda text: tell(said=text), lambda: bool(ended), time.sleep)


def run_webhook(_order: dict) -> None:
    """Serves the webhook of the roles that have a system of truth."""
    given = required()
    roles = frozenset(name for name, role in given.overlays.roles.items() if role.source)
    serve(webhook(DataFolder.from_environment(), roles, webhook_secret(), utc_now), 0, "127.0.0.1")


def run_write_back(order: dict) -> None:
    """Writes the owners of the order's rows, as a quarterly write-back does, with a journal of its own; with more than
    one round there and back again."""
    entries = order["address"] | {name: Path(order["address"][name]) for name in ("ca_file", "state_dir")}
    trial = OrgTrial(OrgAddress(**entries), Path(order["folder"]), pl.DataFrame(), "")
    rows, verified = pl.read_parquet(order["rows"]), 0
    tell(begun=utc_now().isoformat())
    for number in range(order["rounds"]):
        plan, ordered = drawn(rows, f"bench-quarterly-{number}.1")
        trial.add(plan, ordered)
        with opened(trial.journal_path(plan), trial.tools().key) as journal:
            *_, last = write(journal, plan, {}, trial.tools(workers=4))
        verified += last.counts.get("VERIFIED", 0)
        rows = rows.rename({"old_owner_id": "new_owner_id", "new_owner_id": "old_owner_id"})
    tell(ended=utc_now().isoformat(), verified=verified, why=last.pause.sentence if last.pause else "")


RUNS = {"writer": run_writer, "webhook": run_webhook, "write-back": run_write_back}

if __name__ == "__main__":
    RUNS[sys.argv[1]](json.loads(sys.stdin.readline()))
