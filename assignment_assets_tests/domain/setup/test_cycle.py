"""A cycle's id and which of two cycles has precedence."""

from datetime import date

import pytest

from assignment_assets.domain.setup.cycle import SCOPES, cycle_id_faults, has_precedence, quarterly_id


@pytest.mark.parametrize("cycle", ["2026q4-global", "2026-11-21-departure-0055g00000abcde", "abc", "a" * 64])
def test_ids_that_can_be_folders_and_partitions(cycle):
    assert cycle_id_faults(cycle) == []


@pytest.mark.parametrize("cycle", ["", "ab", "a" * 65, "2026Q4", "-abc", "a/b/c", "../abc", "a b c", "abc\n", "äbc"])
def test_other_ids_are_refused_with_an_example(cycle):
    (fault,) = cycle_id_faults(cycle)
    assert repr(cycle) in fault.found
    assert "2026q4-global" in fault.remedy


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 1), "2026q1-global"),
        (date(2026, 9, 30), "2026q3-global"),
        (date(2026, 12, 31), "2026q4-global"),
    ],
)
def test_a_quarters_cycle_is_named_after_it(day, expected):
    assert quarterly_id(day) == expected


@pytest.mark.parametrize("wide", range(1, len(SCOPES)))
def test_a_narrower_cycle_goes_first_whenever_it_was_opened(wide):
    for narrow in range(wide):
        for mine, other in ((1, 2), (2, 1)):
            assert has_precedence(SCOPES[wide], mine, SCOPES[narrow], other)
            assert not has_precedence(SCOPES[narrow], mine, SCOPES[wide], other)


@pytest.mark.parametrize("scope", SCOPES)
def test_of_two_equal_cycles_exactly_one_gives_way(scope):
    assert has_precedence(scope, 2, scope, 1)
    assert not has_precedence(scope, 1, scope, 2)
