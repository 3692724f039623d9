"""Whether an approved change may still be written, judged on what the org says this moment."""

from collections.abc import Collection

from assignment_assets.io.salesforce.field_changes import RecordNow
from assignment_assets.write_back.outcome import MODIFIED_MEANWHILE, Settled, out_of_sight
from assignment_assets.write_back.plan import Change
from assignment_assets.write_back.states import State

GUARDS = {"carve_out": "carve-out", "state": "state", "is_closed": "opportunity's closed flag"}
NOTHING = {"carve_out": "none"}
"""What guards are called, and what one is that is empty."""


def judge(
    change: Change, now: RecordNow | None, active_users: Collection[str], gone: Collection[str] = ()
) -> Settled | None:
    """Null where the change may be written; else the first reason why not.

    A record that already has its new value is skipped (verified where an earlier write's answer was lost); one whose
    value or guards are no longer what was approved has drifted; one that the org calls deleted or merged (`gone`) is
    gone, and never followed to the winner of the merge, and one that it merely does not show is not visible; where the
    receiver is inactive the change is held. A rollback has no guards.
    """
    if change.is_withdrawn:
        return Settled(change, State.WITHDRAWN, now.value if now else None, "", "The approval was taken back.")
    if now is None:
        return out_of_sight(change, is_gone=change.record_id in gone, may_be_written=change.was_lost)
    found = now.value
    if found == change.new:
        state = State.VERIFIED if change.was_lost else State.SKIPPED_ALREADY
        return Settled(change, state, found, "", f"The {change.kind} already has its new {change.noun}.")
    if found != change.expected:
        return Settled(
            change,
            State.DRIFT,
            found,
            f"{change.noun.upper()}_CHANGED",
            f"The {change.noun} is {found}, approved was a change from {change.expected}. Nothing was written.",
        )
    if change.lost_since and now.modified_at != change.lost_since:
        return Settled(change, State.DRIFT, found, "MODIFIED_MEANWHILE", MODIFIED_MEANWHILE)
    if fault := _guarded(change, now):
        return fault
    if change.new is not None and change.new not in active_users:
        return Settled(
            change,
            State.HELD,
            found,
            "INACTIVE_RECEIVER",
            f"{change.new} is not an active user. Nothing was written.",
        )
    return None


def _guarded(change: Change, now: RecordNow) -> Settled | None:
    """Null where every guard is as it was when the change was approved; else the first that is not."""
    found = dict(now.guards)
    for name, approved in change.guards:
        if name in found and found[name] != approved:
            nothing = NOTHING.get(name, "empty")
            return Settled(
                change,
                State.DRIFT_RULE,
                now.value,
                f"{name.upper()}_CHANGED",
                f"The {GUARDS.get(name, name)} is {found[name] or nothing}, when approved it was "
                f"{approved or nothing}. Nothing was written.",
            )
    return None
