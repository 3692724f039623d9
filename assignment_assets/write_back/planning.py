"""Makes plans: one for each sign-off that has none yet, and keeps teams before a first write."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.placed import ENDED
from assignment_assets.domain.sign_off.decisions import SignOff
from assignment_assets.write_back.approving import has_begun
from assignment_assets.write_back.document import Plan, drafted, require_single, signatures_for
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.teams import is_kept, keep, snapshot
from assignment_assets.write_back.writer import Tools, is_discarded


def owner_plans(journal: Journal, cycle: str) -> list[Plan]:
    """The plans of a cycle's approved owners so far.

    Raises
    ------
    CycleClosed
        The cycle was rolled back.
    """
    plans = journal.plans(cycle)
    undone = [plan for plan in plans if plan.kind == "rollback" and not is_discarded(journal, plan)]
    if any(has_begun(journal, plan) for plan in undone):
        left = journal.open_accounts().filter(pl.col("plan_id").is_in([plan.plan_id for plan in undone]))
        if left.height:
            plan_id = left["plan_id"][0]
            raise CycleClosed(
                f"cycle {cycle}: its rollback {plan_id} has {left.height:,} accounts to give back yet, expected "
                f"one that goes forward. `assignment write-back approve {cycle} {plan_id} --as YOU` goes on with it."
            )
        raise CycleClosed(f"cycle {cycle}: it was rolled back, expected a cycle that goes forward. Open a new cycle.")
    if undone:
        raise CycleClosed(
            f"cycle {cycle}: {undone[0].plan_id} would roll it back and was never begun, expected a cycle that goes "
            f"forward. `assignment write-back approve {cycle} {undone[0].plan_id} --as YOU` begins it, `assignment "
            f"write-back discard {undone[0].plan_id} --as YOU` ends it."
        )
    return [plan for plan in plans if plan.kind == "owners"]


def keep_teams(journal: Journal, plans: Iterable[Plan], tools: Tools, folder: Path) -> None:
    """Keeps the account teams and shares of every plan that nothing was written of yet, once; an org alone has any."""
    for plan in [] if tools.org_id else plans:
        if not (is_kept(folder, plan.plan_id) or journal.account_states(plan.plan_id).height):
            accounts = journal.rows(plan.plan_id)["account_id"].to_list()
            keep(snapshot(tools.gateway().org, accounts), folder, plan.plan_id)


def add_plans(
    journal: Journal,
    approved: pl.DataFrame,
    packets: pl.DataFrame,
    files: Iterable[tuple[dict[str, Any], SignOff]],
    logged: pl.DataFrame,
    tools: Tools,
    *,
    cycle: str,
    revision: int,
    write_not_before: str = "",
    first_batch: int = 0,
) -> list[Plan]:
    """The plans made now, oldest sign-off first: what is approved, in no plan yet and not finished in the log.

    Parameters
    ----------
    approved
        Approved changes in force (`plan.ROWS`).
    packets, files
        What was shown, and the signed files that count (`document.signatures_for`).
    logged
        The cycle's WRITE_BACK_LOG.

    Raises
    ------
    Tampered
        Something was changed after signing.
    BrokenInvariant
        An account is in another open plan, or twice in this one.
    SourceUnavailable
        The org's id cannot be read.
    """
    known = {plan.sign_off_no for plan in journal.plans(cycle) if plan.kind == "owners"}
    finished = logged.filter(pl.col("outcome").is_in(ENDED))
    new = approved.filter(~pl.col("sign_off_no").is_in(sorted(known))).join(
        finished, on=["sign_off_no", "account_id"], how="anti"
    )
    if not new.height:
        return []
    org_id, files, made = tools.org_id or tools.gateway().organization_id(), list(files), []
    for (sign_off_no,), rows in new.sort("sign_off_no").group_by("sign_off_no", maintain_order=True):
        ordered = drafted(rows)
        require_single(ordered, journal.open_accounts())
        plan = Plan.of(
            ordered,
            plan_id=f"{cycle}.{sign_off_no}",
            cycle=cycle,
            revision=revision,
            kind="owners",
            sign_off_no=sign_off_no,
            org_id=org_id,
            write_not_before=write_not_before,
            first_batch=first_batch,
            made_at=f"{tools.clock():%Y-%m-%dT%H:%M:%S}",
            why="signed by Growth Strategy",
            signatures=signatures_for(rows, packets, files, tools.key, cycle=cycle, revision=revision),
        )
        tools.witness("plan_before_commit")
        journal.add(plan, ordered, plan.first_event(tools.clock()))
        tools.witness("plan_committed")
        made.append(plan)
    return made


def withdrawn(rows: pl.DataFrame, approved: pl.DataFrame, sign_off_no: int) -> frozenset[str]:
    """Accounts of a plan's rows whose approval is no longer in force."""
    state: Collection[str] = approved.filter(pl.col("sign_off_no") == sign_off_no)["account_id"]
    return frozenset(rows["account_id"]) - frozenset(state)
