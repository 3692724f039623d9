"""Whether an approved change may still be written, judged on what the org says this moment."""

from collections.abc import Collection
from dataclasses import dataclass

from assignment_assets.io.owner_desk import AccountNow
from assignment_assets.write_back.plan import Change


@dataclass(frozen=True)
class Verdict:
    """Why a change is not written: an outcome of the log, with a code and a sentence."""

    outcome: str
    code: str
    sentence: str


def judge(change: Change, now: AccountNow | None, active_users: Collection[str]) -> Verdict | None:
    """Null where the change may be written; else the first reason why not.

    An account that already has its new owner is skipped; one whose owner, carve-out or state is no longer what
    was approved has drifted; one that is deleted or merged is gone, and never followed to the winner of the
    merge; where the receiver is inactive the change is held.
    """
    if now is None:
        return Verdict("gone", "GONE", "The account was deleted or merged.")
    if now.owner_id == change.new_owner_id:
        outcome = "verified" if change.was_unknown else "skipped_already"
        return Verdict(outcome, "", "The account already has its new owner.")
    if now.owner_id != change.old_owner_id:
        return Verdict("drift", "OWNER_CHANGED", f"The owner is {now.owner_id}, approved was a change from "
                       f"{change.old_owner_id}. Nothing was written.")
    if now.carve_out != change.expected_carve_out:
        return Verdict("drift_rule", "CARVE_OUT_CHANGED", f"The carve-out is {now.carve_out or 'none'}, when approved "
                       f"it was {change.expected_carve_out or 'none'}. Nothing was written.")
    if now.state != change.expected_state:
        return Verdict("drift_rule", "STATE_CHANGED", f"The state is {now.state or 'empty'}, when approved it was "
                       f"{change.expected_state or 'empty'}. Nothing was written.")
    if change.new_owner_id not in active_users:
        return Verdict("held", "INACTIVE_RECEIVER",
                       f"{change.new_owner_id} is not an active user. Nothing was written.")
    return None
