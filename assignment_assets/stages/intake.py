"""What people returned to a gate: the receipts that count, folded into the log of submissions and the audit."""

from datetime import timedelta

import polars as pl

from assignment_assets.domain.errors import CycleClosed, GateOpen
from assignment_assets.domain.gates.gates import Addressee, GateManifest, Receipt, closing, latest_receipts
from assignment_assets.domain.gates.submissions import audit_rows, submission_rows, unknown_actions
from assignment_assets.domain.setup.freeze import require_unfinished, revision_of_gate
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import AUDIT_LOG, SUBMISSIONS
from assignment_assets.io.durable import write_whole
from assignment_assets.io.intake.look import read_receipts
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.warehouse.page_audit import read_page_audit
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock


def manifest_of(
    warehouse: Warehouse, cycle: str, gate: str, config: RunConfig, clock: Clock, persons: list[Addressee], days: int
) -> GateManifest:
    """The manifest of a gate about to be issued: its revision, its deadline in so many days, whom it asks.

    Raises
    ------
    CycleClosed
        The cycle is over; nobody is asked any more.
    """
    now = clock.now()
    events = warehouse.events(cycle)
    require_unfinished(cycle, events)
    return GateManifest(
        cycle=cycle,
        revision=revision_of_gate(events, gate),
        gate=gate,
        issued_at=now,
        deadline=now + timedelta(days=days),
        persons=tuple(persons),
        correction_minutes=config.correction_minutes,
        is_draft=config.mode == "draft",
    )


def counting_receipts(
    warehouse: Warehouse, cycle: str, gate: str, config: RunConfig, clock: Clock
) -> tuple[Receipt, ...]:
    """Each person's last receipt in time, once the gate has closed; none for a draft.

    Raises
    ------
    CycleClosed
        The gate's packets are not out.
    GateOpen
        People may still answer.
    """
    if config.mode == "draft":
        return ()
    manifest = _manifest(warehouse, cycle, gate)
    receipts = read_receipts(warehouse.folder, cycle, gate)
    fold(warehouse, cycle, gate, receipts)
    state = closing(manifest, receipts, clock.now())
    if not state.is_closed:
        raise GateOpen(
            f"cycle {cycle}, {gate}: {state.why}, expected a closed gate. The sensor goes on when it closes."
        )
    return tuple(receipt for receipt in state.latest if not receipt.is_late)


def receipts_so_far(warehouse: Warehouse, cycle: str, gate: str) -> tuple[Receipt, ...]:
    """Each person's last accepted receipt of a gate that never closes as a whole, such as the sign-offs'."""
    receipts = read_receipts(warehouse.folder, cycle, gate)
    fold(warehouse, cycle, gate, receipts)
    return latest_receipts(receipts, _manifest(warehouse, cycle, gate).revision)


def _manifest(warehouse: Warehouse, cycle: str, gate: str) -> GateManifest:
    manifest = read_gate(warehouse.folder, cycle, gate)
    if manifest is None:
        raise CycleClosed(
            f"cycle {cycle}, {gate}: its packets are not out, expected them. Materialise the packets first."
        )
    return manifest


def fold(warehouse: Warehouse, cycle: str, gate: str, receipts: tuple[Receipt, ...]) -> None:
    """Appends receipts that the warehouse does not know yet to `submissions` and `audit_log`."""
    known = set(warehouse.table(cycle, SUBMISSIONS).filter(pl.col("gate") == gate)["receipt_no"])
    new = [receipt for receipt in receipts if receipt.receipt_no not in known]
    if new:
        warehouse.append_together(cycle, [(SUBMISSIONS, submission_rows(new)), (AUDIT_LOG, audit_rows(new))])


def fold_page_audit(warehouse: Warehouse, cycle: str) -> None:
    """Appends what the pages wrote down since to `audit_log`; each line once."""
    rows = unknown_actions(read_page_audit(warehouse.folder, cycle), warehouse.table(cycle, AUDIT_LOG))
    if rows.height:
        warehouse.append(cycle, AUDIT_LOG, rows)


def tell(warehouse: Warehouse, cycle: str, gate: str, verdicts: pl.DataFrame, person_column: str) -> None:
    """Writes each person's verdicts, a line a row, beside their receipts in the outbox."""
    folder = warehouse.folder.root / "outbox" / cycle / "receipts"
    for (person,), rows in verdicts.group_by(person_column, maintain_order=True):
        if person:
            lines = [f"{row['verdict']}: {row['message']}" for row in rows.iter_rows(named=True)]
            write_whole(folder / person / f"{gate}-verdicts.txt", "\n".join(lines) + "\n")
