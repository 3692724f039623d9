"""Shares of credit sum to exactly 1."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.domain.overlays.credit import MILLIONTHS, shares

PERSON = st.sampled_from("abcdefghij")


@settings(max_examples=60, deadline=None)
@given(primary=st.none() | PERSON, others=st.lists(PERSON), share=st.floats(0.001, 1.0))
def test_they_sum_to_a_million_millionths_and_are_equal_but_for_one(primary, others, share):
    parts = shares(primary, others, share)
    people = [part.person_id for part in parts if part.person_id is not None]
    assert len(people) == len(set(people))
    assert sum(part.millionths for part in parts) == (MILLIONTHS if people else 0)
    supporting = [part.millionths for part in parts if part.part == "supporting"]
    assert max(supporting, default=0) - min(supporting, default=0) <= 1


def test_the_primary_has_everything_alone_and_a_part_with_others():
    assert [part.credit_share for part in shares("a", [], 0.6)] == [1.0]
    assert [part.credit_share for part in shares("a", ["d", "c", "b", "a"], 0.6)] == [0.6, 0.133334, 0.133333, 0.133333]


def test_nobody_has_no_credit_and_the_supporting_ones_share_it():
    parts = [(part.person_id, part.part, part.credit_share) for part in shares(None, ["b"], 0.6)]
    assert parts == [(None, "primary", 0.0), ("b", "supporting", 1.0)]
