"""Plans made from the journal: a rollback of what was verified, a repair of what was changed since."""

from collections.abc import Collection, Iterable

import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.tables import MOMENT, TEXT
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.write_back.document import Kind, Plan, drafted, require_single
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.states import State
from assignment_assets.write_back.writer import Tools

CHANGED: dict[str, type[pl.DataType] | pl.DataType] = {
    "account_id": TEXT,
    "written_owner_id": TEXT,
    "found_owner_id": TEXT,
    "changed_by": TEXT,
    "changed_by_kind": TEXT,
    "changed_at": MOMENT,
}
"""An account whose owner is not the one that we wrote: who modified it last (engine, integration or person), when;
without a found owner the org does not show it."""


def owners_written(journal: Journal, cycle: str) -> pl.DataFrame:
    """The cycle's accounts as we wrote and verified them last: account_id, kind, sign_off_no, old and new owner."""
    frames = []
    for plan in journal.plans(cycle):
        states = journal.account_states(plan.plan_id).filter(pl.col("state") == State.VERIFIED)
        frames.append(
            journal.rows(plan.plan_id)
            .join(states.select("account_id"), on="account_id")
            .select(
                "account_id",
                "old_owner_id",
                "new_owner_id",
                kind=pl.lit(plan.kind),
                sign_off_no=pl.lit(plan.sign_off_no, pl.Int64),
            )
        )
    if not frames:
        raise CycleClosed(f"cycle {cycle}: it has no plan, expected one that was written. Nothing was done.")
    return pl.concat(frames).group_by("account_id", maintain_order=True).last().sort("account_id")


def rollback_rows(written: pl.DataFrame, sign_off_nos: Collection[int] = ()) -> pl.DataFrame:
    """The rows of a rollback: every account that we wrote, back from its new owner to its old one."""
    chosen = written.filter((pl.col("kind") != "rollback") & pl.col("old_owner_id").is_not_null())
    if sign_off_nos:
        chosen = chosen.filter(pl.col("sign_off_no").is_in(list(sign_off_nos)))
    return chosen.select("account_id", old_owner_id="new_owner_id", new_owner_id="old_owner_id")


def reconciled(written: pl.DataFrame, gateway: OwnerGateway, integrations: Collection[str] = ()) -> pl.DataFrame:
    """The accounts whose owner in the org is no longer the one that we wrote (CHANGED), read now.

    Who changed it is who modified the account last: the org keeps the owner's own history only where that is tracked.

    Raises
    ------
    SourceUnavailable
    """
    now = gateway.accounts(written["account_id"].to_list())
    rows = []
    for account, owner in written.select("account_id", "new_owner_id").iter_rows():
        found = now.get(account)
        if found is None or found.value != owner:
            by = found.modified_by if found else None
            kind = "engine" if by == gateway.user_id else "integration" if by in integrations else "person"
            rows.append(
                (
                    account,
                    owner,
                    found.value if found else None,
                    by,
                    kind if found else None,
                    found.modified_at if found else None,
                )
            )
    return pl.DataFrame(rows, CHANGED, orient="row")


def repair_rows(changed: pl.DataFrame, *, include_people: bool) -> pl.DataFrame:
    """The rows of a repair: the owner that we wrote, in place of what an automation made of it; people's changes
    stay as they are unless they are asked for."""
    chosen = changed.filter(pl.col("found_owner_id").is_not_null())
    if not include_people:
        chosen = chosen.filter(pl.col("changed_by_kind") != "person")
    return chosen.select("account_id", old_owner_id="found_owner_id", new_owner_id="written_owner_id")


def propose(journal: Journal, cycle: str, kind: Kind, rows: pl.DataFrame, tools: Tools, why: str) -> Plan:
    """A rollback or repair plan over the rows, stored; nothing of it is written before somebody entitled approves it.

    Raises
    ------
    CycleClosed, BrokenInvariant
        As `draft`.
    """
    plan, ordered = draft(journal, cycle, kind, rows, tools, why)
    journal.add(plan, ordered, plan.first_event(tools.clock()))
    return plan


def draft(
    journal: Journal, cycle: str, kind: Kind, rows: pl.DataFrame, tools: Tools, why: str
) -> tuple[Plan, pl.DataFrame]:
    """A rollback or repair plan over the rows, with its rows in order; nothing is stored.

    Raises
    ------
    CycleClosed
        There is nothing to do.
    BrokenInvariant
        An account is in another open plan.
    """
    if not rows.height:
        raise CycleClosed(f"cycle {cycle}: nothing to {kind}, expected accounts that we wrote. Nothing was done.")
    plans, ordered = journal.plans(cycle), drafted(rows)
    require_single(ordered, journal.open_accounts())
    number = 1 + sum(plan.kind == kind for plan in plans)
    plan = Plan.of(
        ordered,
        plan_id=f"{cycle}.{kind}-{number}",
        cycle=cycle,
        revision=plans[-1].revision,
        kind=kind,
        sign_off_no=0,
        org_id=plans[-1].org_id,
        write_not_before="",
        first_batch=0,
        made_at=f"{tools.clock():%Y-%m-%dT%H:%M:%S}",
        why=why,
        signatures=(),
    )
    return plan, ordered


def left_alone(journal: Journal, plan: Plan) -> pl.DataFrame:
    """The rows of a plan that were not written, with what was found and why: account_id, state, found_owner_id,
    sentence."""
    events = journal.events([plan.plan_id]).filter(pl.col("account_id") != "")
    last = events.group_by("account_id", maintain_order=True).last()
    return last.filter(pl.col("state") != State.VERIFIED).select("account_id", "state", "found_owner_id", "sentence")


def by_plan(plans: Iterable[Plan], plan_id: str) -> Plan:
    """The plan of this id.

    Raises
    ------
    CycleClosed
    """
    found = {plan.plan_id: plan for plan in plans}
    if plan_id not in found:
        raise CycleClosed(f"plan {plan_id}: there is none, expected one of {', '.join(found) or 'none yet'}.")
    return found[plan_id]
