"""What a run takes up of a plan: changes that have not ended, and what an earlier run left in flight."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assignment_assets.io.salesforce.field_changes import ANSWER_LOST, OWNER, Answer, Target
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.outcome import Sent
from assignment_assets.write_back.plan import OPEN, Change, owner_guards
from assignment_assets.write_back.states import FINAL, IN_FLIGHT, State


def taken_up(
    plan: Plan, rows: pl.DataFrame, state: pl.DataFrame, withdrawn: frozenset[str], *, is_new_attempt: bool
) -> tuple[list[Change], dict[str, Sent]]:
    """The plan's changes that have not ended, and what of them is in flight: sent, or about to be, by a run that
    did not come to read it back."""
    known = {row["account_id"]: row for row in state.iter_rows(named=True)}
    changes, in_flight = [], {}
    for row in rows.iter_rows(named=True):
        account = row["account_id"]
        now = known.get(
            account, {"state": State.PLANNED, "attempt": 1 - is_new_attempt, "was_lost": False, "doubts": 0}
        )
        if now["state"] in FINAL:
            continue
        is_lost = now["was_lost"] or now["state"] == State.INTENT
        changes.append(
            Change(
                plan.plan_id,
                account,
                row["old_owner_id"],
                row["new_owner_id"],
                _guards(plan, row),
                row["parent_id"],
                now["attempt"] + is_new_attempt,
                is_lost,
                now["modified_at"] if is_lost else None,
                account in withdrawn,
                now["doubts"],
                Target(row["object"], row["field"]) if row["object"] else OWNER,
            )
        )
        if now["state"] in IN_FLIGHT:
            in_flight[account] = Sent(now["modified_at"], _remembered(account, now))
    return changes, in_flight


def _guards(plan: Plan, row: Mapping[str, Any]) -> tuple[tuple[str, str | None], ...]:
    """What must be as it was when the change was approved: of an opportunity, that it is open."""
    if plan.kind == "owners":
        return owner_guards(row["carve_out"], row["state"])
    return OPEN if row["object"] == "Opportunity" else ()


def _remembered(account: str, now: Mapping[str, Any]) -> Answer:
    if now["state"] in (State.INTENT, State.UNKNOWN):
        return Answer(account, ANSWER_LOST, "The run ended before an answer came.", is_lost=True)
    if now["state"] == State.ACK:
        return Answer(account)
    return Answer(account, now["code"], now["sentence"], is_whole=now["state"] == State.CALL_REFUSED)
