"""Roles: who has one, whatever the case of an address, and how many wrong tokens make a wait."""

from datetime import datetime, timedelta

import pytest

from assignment_assets.domain.errors import NotEntitled
from assignment_assets.domain.identity.roles import holders, require_role
from assignment_assets.domain.identity.wrong_tokens import MOST, WITHIN, free_at

ROLES = {"Olivia@example.com": ["opener"], "wanda@example.com": ["writer"], "adam@example.com": ["administrator"]}
SIGNERS = ["priya@example.com"]
NOON = datetime(2026, 10, 1, 12, 0)


@pytest.mark.parametrize(
    ("role", "who"),
    [
        ("opener", ["Olivia@example.com", "adam@example.com"]),
        ("writer", ["adam@example.com", "wanda@example.com"]),
        ("administrator", ["adam@example.com"]),
        ("signer", SIGNERS),
    ],
)
def test_administrators_open_and_write_too_and_only_signers_sign(role, who):
    assert holders(role, ROLES, SIGNERS) == who


def test_an_address_is_the_same_in_any_case():
    require_role("new", " olivia@EXAMPLE.com", "opener", ROLES, SIGNERS)


def test_where_nobody_has_the_role_the_message_says_so():
    with pytest.raises(NotEntitled, match="rob is not writer by the settings, expected somebody who is"):
        require_role("apply", "rob", "writer", {}, SIGNERS)


def test_a_wait_ends_a_quarter_of_an_hour_after_the_first_of_five():
    wrong = [NOON + timedelta(minutes=each) for each in range(MOST)]
    assert free_at(wrong[:-1], NOON + timedelta(minutes=4)) is None
    assert free_at(wrong, wrong[-1]) == NOON + WITHIN
    assert free_at(wrong, NOON + WITHIN) is None
