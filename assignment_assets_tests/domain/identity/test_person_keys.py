"""What people are called on disk: safe, readable, the same each time, and never the same for two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignment_assets.domain.identity.person_keys import is_person, safe_key, safe_keys

HARD = ("Ann Ames", "O'Brien, Anne", "a/b", "../../etc", "李伟", "Łukasz Żak", "x" * 200, "a..b", "", "CON:", "~$r")


@pytest.mark.parametrize("text", ["0055e00000001aBAAQ", "u1", "ann.ames+crm@example.com", "o'brien@example.com"])
def test_a_safe_id_is_its_own_key(text):
    assert safe_key(text) == text and safe_keys([text]) == {text: text}


@pytest.mark.parametrize("text", HARD)
def test_any_other_gets_a_key_that_is_safe_and_its_own_key(text):
    key = safe_key(text)
    assert is_person(key) and safe_key(key) == key and safe_key(text) == key


def test_a_key_can_be_read_where_the_id_can():
    assert safe_key("O'Brien, Anne").startswith("O'Brien-Anne-")
    assert safe_key("Łukasz  Żak") == safe_key("Łukasz Żak")


def test_an_address_gives_one_key_in_any_case():
    assert safe_key("Jörg@Example.com") == safe_key("jörg@example.com")


def test_ids_that_differ_in_case_alone_never_share_a_folder():
    keys = safe_keys(["ann", "ANN", "Ann", "Bob"])
    assert (keys["ann"], keys["Bob"]) == ("ann", "Bob")
    assert len({key.casefold() for key in keys.values()}) == 4


@given(st.sets(st.text(max_size=20), max_size=12))
def test_no_two_ids_share_a_key_in_any_case(texts):
    keys = safe_keys(texts)
    assert all(map(is_person, keys.values()))
    assert len({key.casefold() for key in keys.values()}) == len(texts)
