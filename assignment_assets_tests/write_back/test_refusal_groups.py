"""Which refusals are one: by code and by what their messages have in common."""

import pytest

from assignment_assets.write_back.refusal_groups import group_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Account 0015g00000ABCDE is locked", "Account 0015g00000XYZW1AAA is locked"),
        ("The account Acme, Inc. needs a plan", "The account Globex Corporation needs a plan"),
        ("Owner 'Dana Fox' has 101 accounts", "Owner 'Lee' has 99 accounts"),
        ("Ask dana.fox@example.com", "Ask lee@example.org"),
        ("See https://acme.my.salesforce.com/001 now", "See https://acme.my.salesforce.com/002 now"),
        ("It changed at 2026-10-01T08:00:00Z.", "It changed at 2026-10-02T09:30:00Z."),
    ],
)
def test_ids_names_and_numbers_make_no_other_group(one, other):
    assert group_of("CODE", one) == group_of("CODE", other)


def test_another_code_or_another_sentence_is_another_group():
    groups = {
        group_of("ONE", "the plan is missing"),
        group_of("TWO", "the plan is missing"),
        group_of("ONE", "the budget isn't there, and it can't be found"),
        group_of("ONE", ""),
    }
    assert len(groups) == 4
