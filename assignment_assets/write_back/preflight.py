"""Whether an approved change may still be written, judged on what the org says this moment."""

from collections.abc import Collection

from assignment_assets.io.salesforce.owners import AccountNow
from assignment_assets.write_back.outcome import MODIFIED_MEANWHILE, Settled, out_of_sight
from assignment_assets.write_back.plan import Change
from assignment_assets.write_back.states import State


def judge(
    change: Change, now: AccountNow | None, active_users: Collection[str], gone: Collection[str] = ()
) -> Settled | None:
    """Null where the change may be written; else the first reason why not.

    An account that already has its new owner is skipped (verified where an earlier write's answer was lost); one
    whose owner, carve-out or state is no longer what was approved has drifted; one that the org calls deleted or merged
    (`gone`) is gone, and never followed to the winner of the merge, and one that it merely does not show is not
    visible; where the receiver is inactive the change is held. A rollback is
    judged by owner and receiver alone.
    """
    if change.is_withdrawn:
        return Settled(change, State.WITHDRAWN, now.owner_id if now else None, "", "The approval was taken back.")
    if now is None:
        return out_of_sight(change, is_gone=change.account_id in gone, may_be_written=change.was_lost)
    found = now.owner_id
    if found == change.new_owner_id:
        state = State.VERIFIED if change.was_lost else State.SKIPPED_ALREADY
        return Settled(change, state, found, "", "The account already has its new owner.")
    if found != change.old_owner_id:
        return Settled(
            change,
            State.DRIFT,
            found,
            "OWNER_CHANGED",
            f"The owner is {found}, approved was a change from {change.old_owner_id}. Nothing was written.",
        )
    if change.lost_since and now.modified_at != change.lost_since:
        return Settled(change, State.DRIFT, found, "MODIFIED_MEANWHILE", MODIFIED_MEANWHILE)
    if change.is_rule_bound and now.carve_out != change.expected_carve_out:
        return Settled(
            change,
            State.DRIFT_RULE,
            found,
            "CARVE_OUT_CHANGED",
            f"The carve-out is {now.carve_out or 'none'}, when approved it was "
            f"{change.expected_carve_out or 'none'}. Nothing was written.",
        )
    if change.is_rule_bound and now.state != change.expected_state:
        return Settled(
            change,
            State.DRIFT_RULE,
            found,
            "STATE_CHANGED",
            f"The state is {now.state or 'empty'}, when "
            f"approved it was {change.expected_state or 'empty'}. Nothing was written.",
        )
    if change.new_owner_id not in active_users:
        return Settled(
            change,
            State.HELD,
            found,
            "INACTIVE_RECEIVER",
            f"{change.new_owner_id} is not an active user. Nothing was written.",
        )
    return None
