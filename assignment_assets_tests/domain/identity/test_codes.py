"""Packet codes name who a file comes from; signatures hold a decision to its words."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignment_assets.domain.errors import Tampered
from assignment_assets.domain.identity.codes import (
    BadCode,
    Identity,
    canonical_json,
    is_person,
    packet_code,
    read_packet_code,
    seal,
    sign,
    signer_token,
    verify,
)
from assignment_assets.domain.identity.links import Pass, seal_link

KEY, OTHER_KEY = b"a key of the tests", b"another key"
CODE = packet_code(KEY, "2026q4-global", 2, "lock_lists", "005000000000001AAA")


def rule_for(code):
    with pytest.raises(BadCode) as caught:
        read_packet_code(KEY, code)
    assert isinstance(caught.value, Tampered)
    return caught.value.rule


def test_a_code_says_what_it_was_issued_for():
    assert read_packet_code(KEY, CODE) == Identity("2026q4-global", 2, "lock_lists", "005000000000001AAA")


def test_blanks_around_a_code_do_no_harm():
    assert read_packet_code(KEY, f"  {CODE}\n").revision == 2


@pytest.mark.parametrize("code", [None, "", "   "])
def test_no_code_is_called_missing(code):
    assert rule_for(code) == "missing_code"


@pytest.mark.parametrize(
    "code",
    [
        "hello",
        "aae1:a:b",
        CODE + ":more",
        CODE.replace(":2:", ":two:"),
        CODE.replace("global", "glöbal"),
        CODE.replace(":2:", ":²:"),
    ],
)
def test_text_of_another_shape_is_called_unreadable(code):
    assert rule_for(code) == "unreadable_code"


def test_a_code_of_another_engine_is_called_foreign():
    assert rule_for(packet_code(OTHER_KEY, "2026q4-global", 2, "lock_lists", "005000000000001AAA")) == "foreign_code"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (":2:", ":3:"),
        ("global", "region"),
        ("lock_lists", "sign_offs"),
        ("001AAA", "002AAA"),
        (CODE[-4:], "0000" if CODE[-4:] != "0000" else "1111"),
    ],
)
def test_a_code_with_one_part_changed_is_called_altered(old, new):
    assert rule_for(CODE.replace(old, new)) == "altered_code"


@given(st.integers(0, len(CODE) - 1), st.sampled_from("abcXYZ0189:._-@"))
def test_no_single_changed_character_passes(place, character):
    changed = CODE[:place] + character + CODE[place + 1 :]
    if changed != CODE:
        with pytest.raises(BadCode):
            read_packet_code(KEY, changed)


@pytest.mark.parametrize(
    ("cycle", "revision", "gate", "person"),
    [
        ("2026q4-global\n", 1, "lock_lists", "r-1"),
        ("Q4", 1, "lock_lists", "r-1"),
        ("2026q4", 0, "lock_lists", "r-1"),
        ("2026q4", 1, "locks", "r-1"),
        ("2026q4", 1, "lock_lists", "../r-1"),
        ("2026q4", 1, "lock_lists", "a:b"),
    ],
)
def test_a_packet_that_could_not_be_read_back_gets_no_code(cycle, revision, gate, person):
    with pytest.raises(ValueError, match="no packet code"):
        packet_code(KEY, cycle, revision, gate, person)


@pytest.mark.parametrize("name", ["..", "a..b", ".hidden", "a/b", "a\\b", "", "a b", "con:", "x" * 101])
def test_names_that_a_folder_must_not_have_are_no_persons(name):
    assert not is_person(name)


@pytest.mark.parametrize("name", ["R-014", "005000000000001AAA", "ann.o'neil+west@example.com"])
def test_rep_ids_and_addresses_are_persons(name):
    assert is_person(name)


def test_a_signature_holds_for_equal_payloads_in_any_order_and_for_nothing_else():
    token = signer_token(KEY, "gs@example.com")
    signature = sign(token, {"region": "west", "digest": "ab"})
    assert verify(token, {"digest": "ab", "region": "west"}, signature)
    assert not verify(token, {"digest": "ac", "region": "west"}, signature)
    assert not verify(signer_token(KEY, "rd@example.com"), {"digest": "ab", "region": "west"}, signature)
    assert not verify(token, {"digest": "ab", "region": "west"}, "ß" * 64)
    assert not verify(token, {"digest": "ab", "region": "west"}, None)


def test_a_token_depends_on_key_and_person_but_not_on_the_case_of_an_address():
    assert signer_token(KEY, "GS@Example.com") == signer_token(KEY, "gs@example.com")
    assert signer_token(KEY, "r-1") != signer_token(KEY, "R-1")
    assert signer_token(KEY, "gs@example.com") != signer_token(OTHER_KEY, "gs@example.com")


def test_numbers_that_json_cannot_carry_are_not_signed():
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"x": float("nan")})


def test_what_was_issued_under_a_key_is_what_is_issued_under_it():
    """The very digits of earlier versions: codes and seals that are out stay good."""
    key = b"a key that stays"
    assert packet_code(key, "2026q4-global", 2, "lock_lists", "r-014").endswith(":f6a69aeab2e5a6bbb9a8d52a2555b94d")
    assert signer_token(key, "Priya@Example.com").startswith("9ac4e44ccd1abb7e9f14bed4e2e425cb0486f084eff49")
    assert seal(key, "write-back journal", {"seq": 3, "hash": "ab"}).startswith("a88b1eb50f8822a7b5ff96e1fb83219f")
    granted = Pass("director", "2026q4-global", "dana@example.com", datetime(2026, 10, 31, 9))
    assert seal_link(key, granted).endswith("~1793437200~a14bfcc8f0e67f1f0d212fcadfc955d7")
