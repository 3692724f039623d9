"""A person signs that what was exported is loaded: who may, over what, and where it is kept."""

from collections.abc import Sequence

import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.review.inputs import PEOPLE
from assignment_assets.domain.sign_off.verdicts import entitlements
from assignment_assets.domain.sign_off.write_permission import require_entitled
from assignment_assets.domain.tables import AUDIT_LOG
from assignment_assets.io.settings import read_settings
from assignment_assets.stages.load_by_hand import Loading
from assignment_assets.write_back.by_hand import exported
from assignment_assets.write_back.confirmation import Confirmation, confirm
from assignment_assets.write_back.states import State


def confirm_loaded(
    work: Loading, person: str, token: str, regions: Sequence[str], note: str, *, with_refused: bool
) -> list[Confirmation]:
    """The person's signatures over what waits of these regions (of all, where none is named), each change of which went
    out in a file; closes the cycle once everything has ended.

    Raises
    ------
    NotEntitled
        The person may not sign one of the regions, or the token is not theirs.
    CycleClosed
        Nothing waits, or some of it never went out in a file.
    """
    rows = work.of_regions(regions)
    refused = rows.filter(pl.col("state") == State.FAILED_HUMAN)
    if not with_refused:
        rows = rows.join(refused, on="account_id", how="anti")
    if rows.is_empty():
        again = f" {refused.height:,} were refused by your system: load these, and name --include-refused."
        raise CycleClosed(
            f"cycle {work.cycle}: nothing waits to be confirmed, expected exported changes."
            + (again if refused.height else f" `assignment cycle status {work.cycle}` says where it stands.")
        )
    may = entitlements(work.warehouse.answer(work.cycle, PEOPLE), read_settings().signers)
    require_entitled(work.cycle, person, sorted(set(rows["region"])), may)
    never = rows.join(exported(work.journal, work.plans), on=["plan_id", "account_id"], how="anti")
    if never.height:
        raise CycleClosed(
            f"cycle {work.cycle}: {never.height:,} of {rows.height:,} approved changes never went out in a file, such "
            f"as {never['account_id'][0]}, expected all of them. `assignment write-back export {work.cycle}` first, "
            "load the file, then confirm."
        )
    signed = confirm(work.journal, work.plans, rows, work.tools, person=person, token=token)
    work.warehouse.append(work.cycle, AUDIT_LOG, _audit(signed, note))
    work.settle()
    return signed


def _audit(signed: Sequence[Confirmation], note: str) -> pl.DataFrame:
    rows = [
        {
            "at": each.at,
            "actor": each.confirmed_by,
            "action": "loaded by hand",
            "subject": each.plan_id,
            "digest": each.rows,
            "what": f"{each.row_count:,} owner changes of {', '.join(each.regions)}",
            "why": note,
        }
        for each in signed
    ]
    return pl.DataFrame(rows, schema=AUDIT_LOG.columns)
