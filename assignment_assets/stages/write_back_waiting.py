"""What of a cycle's plans has not ended, with all that a file for loading by hand may say of it."""

import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.tables import ACCOUNTS
from assignment_assets.io.warehouse.cycle_life import is_over
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.write_back_plans import approved_rows, plan_cycle
from assignment_assets.write_back.by_hand import note_withdrawn, waiting
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.load_file import ROWS
from assignment_assets.write_back.planning import owner_plans, withdrawn
from assignment_assets.write_back.writer import Tools


def what_waits(journal: Journal, warehouse: Warehouse, cycle: str, given: Tools) -> tuple[list[Plan], pl.DataFrame]:
    """The cycle's plans, what is newly signed included, and what waits of them (`by_hand.WAITING` and `ROWS`).

    Where people load by hand, what is no longer approved ends as withdrawn first, and so does what cycles left that
    are over.

    Raises
    ------
    CycleClosed
        A plan was made for another source, or the cycle was rolled back.
    """
    with warehouse.reading(cycle) as reader:
        approved, accounts = approved_rows(reader), reader.table(ACCOUNTS)
    if given.org_id:
        _end_what_is_over(journal, warehouse, cycle, given)
        _end_what_was_taken_back(journal, cycle, approved, given)
    plans = plan_cycle(journal, warehouse, cycle, given)
    foreign = [plan for plan in plans if given.org_id and plan.org_id != given.org_id]
    if foreign:
        raise CycleClosed(
            f"plan {foreign[0].plan_id}: it was made for {foreign[0].org_id}, expected {given.org_id}, the source now. "
            "Correct ASSIGNMENT_SOURCE."
        )
    rows = waiting(journal, plans)
    told = approved.select(
        "sign_off_no", "account_id", "region", "signed_by", reason="reason_sentence", reason_code="move_reason"
    )
    full = (
        rows.join(told, on=["sign_off_no", "account_id"], how="left")
        .join(accounts.select("account_id", "name"), on="account_id", how="left")
        .with_columns(cycle=pl.lit(cycle))
    )
    return plans, full.select(*rows.columns, *(name for name in ROWS if name not in rows.columns))


def _end_what_was_taken_back(journal: Journal, cycle: str, approved: pl.DataFrame, given: Tools) -> None:
    """Ends what is no longer approved as it was planned, before anything is planned for the same accounts."""
    for plan in owner_plans(journal, cycle):
        gone = withdrawn(journal.rows(plan.plan_id), approved, plan.sign_off_no)
        note_withdrawn(journal, waiting(journal, [plan]).filter(pl.col("account_id").is_in(sorted(gone))), given)


def _end_what_is_over(journal: Journal, warehouse: Warehouse, cycle: str, given: Tools) -> None:
    """Ends what cancelled and expired cycles left unloaded, so that their accounts are free for this one's plans."""
    others = [plan for plan in journal.plans() if plan.cycle != cycle and plan.org_id == given.org_id]
    over = [plan for plan in others if is_over(warehouse.folder, plan.cycle)]
    note_withdrawn(journal, waiting(journal, over), given)
