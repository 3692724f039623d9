"""Salesforce ids in their one spelling."""

import string

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignment_assets.domain.sources.ids import (
    checksum,
    complete_id,
    complete_ids,
    is_damaged_id,
    is_salesforce_id,
)

bodies = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["001", "005", "006"]),
        st.text(string.ascii_letters + string.digits, min_size=12, max_size=12),
    ),
)


def test_fifteen_characters_get_the_suffix_that_salesforce_documents():
    assert complete_id("0013000000TNoCc") == "0013000000TNoCcAAL"
    assert complete_id("001A0000006Vm9r") == "001A0000006Vm9rIAC"


def test_an_id_of_eighteen_characters_stays_as_it_is():
    assert complete_id("001A0000006Vm9rIAC") == "001A0000006Vm9rIAC"


def test_an_id_lower_cased_by_a_spreadsheet_gets_its_capitals_back():
    assert complete_id("001a0000006vm9riac") == "001A0000006Vm9rIAC"
    assert complete_id("001A0000006VM9RIAC") == "001A0000006Vm9rIAC"


def test_an_id_in_mixed_case_that_contradicts_its_suffix_is_called_damaged_and_not_repaired():
    assert complete_id("001A0000006vm9RIAC") == "001A0000006vm9RIAC"
    assert is_damaged_id("001A0000006vm9RIAC")
    assert not is_damaged_id("001a0000006vm9riac")
    assert not is_damaged_id("001A0000006Vm9r")


OPAQUE = ["1336420", "R-014", "account-000001", "FACILITY0000014", "001-0000-000001", ""]


@pytest.mark.parametrize("opaque", OPAQUE)
def test_ids_from_elsewhere_pass_unchanged(opaque):
    assert complete_id(opaque) == opaque
    assert not is_salesforce_id(opaque)
    assert not is_damaged_id(opaque)


@given(bodies)
def test_every_spelling_of_an_id_comes_out_the_same(body):
    full = complete_id(body)
    assert is_salesforce_id(full)
    assert complete_id(full) == complete_id(full.lower()) == complete_id(full.upper()) == full


@given(bodies, bodies)
def test_two_records_never_share_a_completed_id_even_without_case(one, other):
    assert (complete_id(one).lower() == complete_id(other).lower()) == (one == other)


def test_a_column_is_completed_with_its_nulls_in_place():
    column = pl.Series("owner_id", ["0013000000TNoCc", None, " R-014 ", "", "0013000000TNoCc"])
    assert complete_ids(column).to_list() == ["0013000000TNoCcAAL", None, "R-014", None, "0013000000TNoCcAAL"]
    assert checksum("0013000000TNoCc") == "AAL"
