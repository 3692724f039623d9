"""What a gate's sensor decides at one look: go on, or wait, and in which words. Never opens the warehouse.

It reads the gate's manifest, the intake log and the published tables, and nothing else. A segment is asked for
once for each content of the answers that count; the number in front of the digest lets people go back to an
earlier content.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.domain.gate import GATES
from assignment_assets.domain.gates.gates import Closing, GateManifest, closing
from assignment_assets.domain.tables import SUBMISSIONS
from assignment_assets.io.exchange import bring_in, send_out
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.log import close
from assignment_assets.io.intake.look import SETTLED_SECONDS, Look, look
from assignment_assets.io.intake.outbox import read_gate, withdraw_stale
from assignment_assets.io.settings import Settings
from assignment_assets.io.warehouse.cycle_life import is_over
from assignment_assets.io.warehouse.published import read_published

SETTLING_GRACE = timedelta(minutes=10)
FOLDERS_ONLY = Settings()


@dataclass(frozen=True)
class Watched:
    """One cycle's gate at one look: whether its segment should run now, why (not), and the state behind it.

    `number` counts the contents for which the segment was asked for, this one included.
    """

    cycle: str
    gate: str
    should_run: bool
    why: str
    number: int
    state: Closing

    @property
    def run_key(self) -> str:
        """The same for the same content asked for the same time; Dagster never runs a key twice."""
        return f"{self.gate}:{self.cycle}:{self.number}:{self.state.digest[:16]}"


def read_cursor(text: str | None) -> dict[str, tuple[str, int]]:
    """Cycle → digest and number of what was asked for last."""
    return {cycle: (digest, number) for cycle, (digest, number) in json.loads(text or "{}").items()}


def write_cursor(asked: dict[str, tuple[str, int]]) -> str:
    """The cursor's text."""
    return json.dumps(asked, sort_keys=True)


def open_gates(folder: DataFolder, gate: str, now: datetime) -> list[GateManifest]:
    """The gate's manifest in every cycle where its packets are out and the cycle is neither a draft nor over.

    Packets of a cycle that has ended without writing, or was re-opened before them, are withdrawn where a process died
    before it could.
    """
    cycles = sorted(path.parent.parent.name for path in (folder.root / "outbox").glob(f"*/{gate}/gate.json"))
    standing = [cycle for cycle in cycles if gate not in withdraw_stale(folder, cycle, now)]
    manifests = [read_gate(folder, cycle, gate) for cycle in standing if not is_over(folder, cycle)]
    return [manifest for manifest in manifests if manifest is not None and not manifest.is_draft]


def watch(
    folder: DataFolder,
    manifest: GateManifest,
    asked: tuple[str, int],
    now: datetime,
    key: bytes,
    settled_seconds: float = SETTLED_SECONDS,
    settings: Settings = FOLDERS_ONLY,
) -> Watched:
    """Looks into one gate's inbox, gives receipts, and decides whether the segment behind the gate should run.

    A gate that closes is noted as closed before anything runs: files that come later are told so. One whose inbox is
    elsewhere and cannot be reached stays open: what people put there in time is not lost.

    Parameters
    ----------
    asked
        Digest and number of what was asked for last; ("", 0) before the first time.
    settings
        Name stores and Sheets to fetch from before the look, and to deliver packets and receipts to after it.
    """
    unreached = _unreached(lambda: bring_in(folder, manifest, settings, now))
    found = look(folder, manifest.cycle, manifest.gate, now, key, settled_seconds)
    undelivered = _unreached(lambda: send_out(folder, manifest, settings))
    state, is_signed = closing(manifest, found.receipts, now), GATES[manifest.gate].is_signed
    should_run, why = (_signed if is_signed else _closed)(folder, manifest, found, state, now)
    digest, number = asked
    if unreached:
        should_run = False
    why = ". ".join(filter(None, [why, unreached, undelivered]))
    if should_run and digest == state.digest:
        should_run, why = False, f"{why}; run {number} was asked for"
    if should_run and not is_signed:
        close(folder, manifest, state, now)
    return Watched(manifest.cycle, manifest.gate, should_run, why, number + should_run, state)


def _unreached(act: Callable[[], list[str] | None]) -> str:
    """What an act left undone, or says of a place that cannot be reached; empty where all is done."""
    try:
        return "; ".join(act() or ())
    except SourceUnavailable as error:
        return str(error)


def _closed(folder: DataFolder, manifest: GateManifest, found: Look, state: Closing, now: datetime) -> tuple[bool, str]:
    following = GATES[manifest.gate].next_gate
    if following and read_gate(folder, manifest.cycle, following.name) is not None:
        return False, f"closed: the packets of {following.name} are out"
    if state.is_closed and found.is_settling and now < manifest.deadline + SETTLING_GRACE:
        return False, "waiting: a file that came in time is still arriving"
    return state.is_closed, state.why


def _signed(folder: DataFolder, manifest: GateManifest, _: Look, state: Closing, __: datetime) -> tuple[bool, str]:
    """Every new decision is judged at once: a signed region does not wait for the others."""
    judged = read_published(folder, manifest.cycle, SUBMISSIONS).filter(pl.col("gate") == manifest.gate)["receipt_no"]
    new = {receipt.receipt_no for receipt in state.latest} - set(judged)
    return bool(new), f"{len(new)} new decisions; {state.why}" if new else state.why
