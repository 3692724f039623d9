"""When a cycle may write, and when it has nothing left to write."""

import polars as pl
import pytest

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.sign_off.write_permission import (
    CompletionInput,
    is_complete,
    may_close,
    require_unclaimed,
)
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    CYCLE_EVENTS,
    REGION_DIGESTS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
)
from assignment_assets_tests.company import table
from assignment_assets_tests.in_memory import InMemory

DIGESTS = table(REGION_DIGESTS, {"region": "North", "digest": "d1"})
SIGNED = table(SIGN_OFF_VERDICTS, {"region": "North", "digest": "d1", "verdict": "accepted", "decision": "approve"})
APPROVED = table(APPROVED_DIFF, {"account_id": "a01", "status": "approved"}, {"account_id": "a02", "status": "revoked"})

OPENED = table(CYCLE_EVENTS, {"event_no": 1, "event": "opened"})


def log(*outcomes):
    """What became of account a01, attempt by attempt."""
    rows = [{"account_id": "a01", "attempt": number, "outcome": each} for number, each in enumerate(outcomes, 1)]
    return table(WRITE_BACK_LOG, *rows)


def left(*outcomes, digests=DIGESTS, events=OPENED):
    """What says whether anything is left to do."""
    tables = [(REGION_DIGESTS, digests), (SIGN_OFF_VERDICTS, SIGNED), (APPROVED_DIFF, APPROVED)]
    with InMemory(*tables, (WRITE_BACK_LOG, log(*outcomes)), (CYCLE_EVENTS, events)).reading() as reader:
        return CompletionInput.through(reader)


@pytest.mark.parametrize(
    ("outcomes", "ends"),
    [(("verified",), True), (("deferred", "drift"), True), (("verified", "unknown"), False), ((), False)],
)
def test_a_cycle_ends_with_the_last_outcome_of_its_last_move(outcomes, ends):
    assert is_complete(left(*outcomes)) is ends


def test_a_region_that_changed_since_it_signed_keeps_the_cycle_open():
    changed = table(REGION_DIGESTS, {"region": "North", "digest": "d2"})
    assert not is_complete(left("verified", digests=changed))


def test_a_cycle_that_is_over_does_not_close_again():
    over = table(CYCLE_EVENTS, {"event_no": 1, "event": "opened"}, {"event_no": 2, "event": "cancelled"})
    assert may_close(left("verified"))
    assert not may_close(left("verified", events=over))


def test_what_a_narrower_cycle_has_taken_over_is_not_written():
    claims = pl.DataFrame(
        {"account_id": ["a01"], "other_cycle": ["one-rep"], "other_scope": ["rep"], "opened_no": [1]}
        | {"other_opened_no": [2]}
    )
    require_unclaimed("2026q4", "global", claims, ["a02"])
    with pytest.raises(CycleClosed, match="1 approved accounts belong to one-rep now"):
        require_unclaimed("2026q4", "global", claims, ["a01", "a02"])
