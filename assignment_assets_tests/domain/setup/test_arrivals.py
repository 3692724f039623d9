"""What was loaded by hand, held against what the source shows."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.setup.arrivals import LOADED_BEFORE, ArrivalsInput, arrival_lines, arrivals
from assignment_assets_tests.company import table

NOON = datetime(2026, 10, 1, 12, 0)
NAMES = {"ana": "Ana Ruiz", "ben": "Ben Ode"}


def loaded(account_id, found="ben", is_there=True):
    """One change from Ana to Ben, and who was found."""
    return {
        "account_id": account_id,
        "loaded_cycle": "2026q4-global",
        "outcome": "confirmed",
        "loaded_at": NOON,
        "old_owner_id": "ana",
        "expected_owner_id": "ben",
        "found_owner_id": found,
        "is_there": is_there,
    }


def judged(*changes, routed=()):
    """The arrivals of these changes, with accounts that the routing decided on at some time."""
    rows = LOADED_BEFORE.rows.conform(table(LOADED_BEFORE.rows, *changes))
    schema = {"account_id": pl.String, "decided_at": pl.Datetime("us")}
    return arrivals(ArrivalsInput(rows, pl.DataFrame(list(routed), schema, orient="row")))


def test_each_change_has_arrived_is_missing_or_gone():
    found = judged(loaded("a01"), loaded("a02", "ana"), loaded("a03", None), loaded("a04", None, is_there=False))
    assert found["arrival"].to_list() == ["arrived", "missing", "missing", "gone"]


def test_what_was_routed_again_after_it_was_loaded_is_no_miss():
    later, earlier = ("a01", datetime(2026, 10, 2)), ("a02", datetime(2026, 9, 1))
    found = judged(loaded("a01", "ana"), loaded("a02", "ana"), routed=[later, earlier])
    assert found["account_id"].to_list() == ["a02"]


def test_the_first_ten_are_named_and_nothing_is_said_where_all_arrived():
    away = judged(*(loaded(f"a{number:02}", "ana") for number in range(12)), loaded("b01"), loaded("b02", None))
    first, *lines, last = arrival_lines(away, NAMES)
    assert first == "13 of 14 changes of 2026q4-global that were loaded by hand did not arrive:"
    assert lines[0] == "  a00: expected Ben Ode (ben), found Ana Ruiz (ana)" and len(lines) == 10
    assert last == "  and 3 more, in the table arrivals"
    assert list(arrival_lines(judged(loaded("a01")), NAMES)) == []
