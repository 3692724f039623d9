"""What people returned: looks into the inbox, archives by digest, gives receipts. Never opens the warehouse.

A file gets one receipt for each content that it has. It is taken once it is whole and at rest (unchanged for some
seconds, or the same on two looks) and, for workbooks, marked as finished. Then:

* it breaks a rule: refused, with the rule;
* its content is what counts for that person already: ignored;
* two different new files lie there at once: both are held, and the person is asked. Removing one of them, or
  sending another, settles it;
* otherwise: accepted, and it counts in place of everything the person sent before. Going back to an earlier
  content (A, then B, then A) is a new submission.

A file that lies there unchanged is never judged twice, whatever else arrives beside it.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assignment_assets.domain.gates.gates import Receipt, on_hold
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.fetched import all_fetched
from assignment_assets.io.intake.files import Notice, find
from assignment_assets.io.intake.judgement import GateJudge
from assignment_assets.io.intake.log import (
    append_receipts,
    archive_path,
    log_locked,
    read_log,
    read_seen,
    write_seen,
)
from assignment_assets.io.intake.outbox import closed_since, read_gate
from assignment_assets.io.intake.sent import sent_ids

SETTLED_SECONDS = 5.0


@dataclass(frozen=True)
class Look:
    """What one look found: receipts given now, all receipts of the gate, receipts on hold, files that wait.

    `is_settling`: a file arrived in time and is not at rest yet; a gate should not close over it.
    """

    new_receipts: tuple[Receipt, ...]
    receipts: tuple[Receipt, ...]
    held: tuple[Receipt, ...]
    messages: tuple[Notice, ...]
    is_settling: bool = False


def look(
    data_folder: DataFolder,
    cycle: str,
    gate: str,
    now: datetime,
    key: bytes,
    settled_seconds: float = SETTLED_SECONDS,
    person: str = "",
) -> Look:
    """Gives every new file of one gate its receipt, or says why it still waits.

    Parameters
    ----------
    now
        UTC without zone; what receipts carry as `received_at`.
    settled_seconds
        How long a file must have been unchanged (≥ 0; 0 takes it at once).
    person
        Looks into this person's folder only, as after a submission of theirs; empty for everybody's.
    """
    manifest = read_gate(data_folder, cycle, gate)
    if manifest is None or manifest.is_draft:
        return Look((), (), (), ())
    with log_locked(data_folder, cycle, gate):
        receipts = read_log(data_folder, cycle, gate)
        seen = read_seen(data_folder, cycle, gate, receipts)
        fetched = all_fetched(data_folder, cycle, gate)
        judge = GateJudge(
            manifest,
            receipts,
            seen,
            now,
            key,
            settled_seconds,
            closed_since(data_folder, manifest),
            fetched.arrivals(),
            lambda each: sent_ids(data_folder, manifest, each),
        )
        found, notices = find(data_folder.inbox(cycle, gate), person)
        notices += [each for each in fetched.notices() if person in ("", each.person)]
        notices += judge.judge_all(found)
        append_receipts(data_folder, cycle, gate, judge.new_receipts, judge.contents)
        write_seen(data_folder, cycle, gate, judge.seen_now(found, person))
        _tell(data_folder, cycle, gate, judge.new_receipts, notices, {each.person for each in found})
    held = on_hold(judge.receipts, manifest.revision)
    is_settling = judge.is_settling or any(since <= manifest.deadline for since in fetched.pending_since())
    return Look(judge.new_receipts, tuple(judge.receipts), held, tuple(notices), is_settling)


def read_receipts(data_folder: DataFolder, cycle: str, gate: str) -> tuple[Receipt, ...]:
    """All receipts of a gate in the order of their numbers."""
    return read_log(data_folder, cycle, gate)


def archived(data_folder: DataFolder, receipt: Receipt) -> Path:
    """The archived file that a receipt was given for."""
    return archive_path(data_folder, receipt.digest, receipt.suffix)


def receipt_path(data_folder: DataFolder, cycle: str, receipt: Receipt) -> Path:
    """Where a person finds the text of a receipt."""
    return _receipts_folder(data_folder, cycle, receipt.person) / f"{receipt.gate}-{receipt.receipt_no}.txt"


def _tell(
    data_folder: DataFolder,
    cycle: str,
    gate: str,
    receipts: tuple[Receipt, ...],
    notices: list[Notice],
    persons: set[str],
) -> None:
    """A text for every receipt, and one for what waits, where the person finds it."""
    for receipt in receipts:
        rule = f" ({receipt.rule})" if receipt.rule else ""
        text = (
            f"Receipt {receipt.receipt_no}, {receipt.received_at:%Y-%m-%d %H:%M} UTC: {receipt.verdict}{rule}\n"
            f"{receipt.message}\nsha256 {receipt.digest}\n"
        )
        if receipt.verdict == "accepted":
            text += "Provisional until the gate closes; the last accepted file counts.\n"
        write_whole(receipt_path(data_folder, cycle, receipt), text, lasting=True)
    for person in persons | {each.person for each in notices if each.person}:
        path = _receipts_folder(data_folder, cycle, person) / f"{gate}-waiting.txt"
        lines = [f"{each.sentence}\n" for each in notices if each.person == person and each.rule != "unsettled"]
        if lines:
            write_whole(path, "".join(lines), lasting=True)
        else:
            path.unlink(missing_ok=True)


def _receipts_folder(data_folder: DataFolder, cycle: str, person: str) -> Path:
    return data_folder.root / "outbox" / cycle / "receipts" / person
