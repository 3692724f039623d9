"""Words for yes, no and nobody, stages of deals, and cells that say nothing: read right, or refused in words."""

from datetime import date

import polars as pl
import pytest

from assignment_assets_tests.io.sources.exports import (
    NUM_ACCOUNTS,
    cell,
    exceptions,
    export,
    notes,
    read,
    refusal,
    whole,
)


def test_a_sound_export_is_read_without_a_word_of_fault(tmp_path):
    snapshot = read(export(tmp_path))
    assert (snapshot.accounts.height, snapshot.exceptions.height) == (NUM_ACCOUNTS, 0)


def test_deals_are_closed_by_the_word_of_their_stage(tmp_path):
    snapshot = read(export(tmp_path))
    assert snapshot.opportunities["is_closed"].to_list() == [False, True] * 5
    assert "by their stage 5 of 10 deals are closed (Closed Won 5)" in notes(snapshot, "opportunities")


def test_referral_counts_that_are_absent_are_told_by_the_last_referral(tmp_path):
    snapshot = read(export(tmp_path))
    recent = snapshot.accounts.filter(pl.col("last_referral_on") >= date(2026, 7, 1))
    assert recent["referrals_l3m"].to_list() == [1] * recent.height
    assert snapshot.accounts.filter(pl.col("last_referral_on") < date(2026, 7, 1))["referrals_l3m"].sum() == 0
    assert (snapshot.accounts["referrals_ever"] > 0).all()
    assert f"{recent.height} of {NUM_ACCOUNTS} accounts have a last referral within 3 months" in notes(snapshot)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("States", "CA, Kalifornien", "covered_states of u0: CA, Kalifornien"),
        ("Zip", "99999", "latitude of u0: nothing"),
        ("Region", "", "region of u0: nothing"),
        ("Active", "perhaps", "is_active of u0: perhaps"),
        ("Team", "wizards", "team of u0: wizards"),
        ("Team", "", "team of u0: nothing"),
        ("Email", "Rep Null", "email of u0: Rep Null"),
        ("Email", "", "email of u0: nothing"),
        ("Manager Email", "Dana East", "director_email of u0: Dana East"),
        ("User ID", "#REF!", "#REF!"),
    ],
)
def test_a_reps_row_that_cannot_be_read_whole_stops_with_the_row_and_the_cell(tmp_path, column, value, said):
    text = refusal(export(tmp_path, reps=cell(column, value)))
    assert "row 2" in text or "(row 2)" in text
    assert said in text


@pytest.mark.parametrize("team", ["Field", "FIELD SALES", " field rep "])
def test_the_usual_words_for_a_field_rep_are_known(tmp_path, team):
    snapshot = read(export(tmp_path, reps=cell("Team", team)))
    assert snapshot.reps["team"].to_list() == ["field"] * 6


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!"])
def test_a_formula_that_failed_is_neither_nobody_nor_nothing(tmp_path, error):
    owners, revenues = cell("Account Owner", error), cell("Annual Revenue", "1", error)
    snapshot = read(export(tmp_path, accounts=lambda number, row: owners(number, revenues(number, row))))
    assert sorted(exceptions(snapshot)) == [("A-0000", "owner_id", 2, error), ("A-0001", "revenue", 3, error)]
    assert "A-0000" not in snapshot.accounts["account_id"]
    assert snapshot.accounts.filter(pl.col("account_id") == "A-0001")["revenue_cents"].to_list() == [None]


def carved(spelling):
    return lambda number, row: row | {"Carve": spelling(number)}


def test_words_for_no_are_no_carve_out(tmp_path):
    columns = {"carve_out": '"Carve"'}
    snapshot = read(export(tmp_path, accounts=carved(lambda number: "true" if number < 3 else "No"), columns=columns))
    assert snapshot.accounts["carve_out"].drop_nulls().to_list() == ["carved out"] * 3


def test_a_source_that_carves_every_account_out_stops(tmp_path):
    text = refusal(export(tmp_path, accounts=carved(lambda _: "x"), columns={"carve_out": '"Carve"'}))
    assert "every one of 120 accounts is carved out" in text


def test_a_cell_that_cannot_be_read_is_emptied_and_its_account_stays(tmp_path):
    snapshot = read(export(tmp_path, accounts=cell("Annual Revenue", "12%")))
    assert exceptions(snapshot) == [("A-0000", "revenue", 2, "12%")]
    assert snapshot.accounts.filter(pl.col("account_id") == "A-0000")["revenue_cents"].to_list() == [None]


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        ("Account ID", "'A-0000", "account_id"),
        ("Account ID", '="A-0000"', "account_id"),
        ("Account ID", "A-0000\u200b", "account_id"),
        ("Account Owner", "'u0", "owner_id"),
        ("Account Owner", "\ufeffu0", "owner_id"),
    ],
)
def test_what_tools_put_around_a_cell_is_no_part_of_it(tmp_path, column, value, field):
    snapshot = read(export(tmp_path, accounts=cell(column, value)))
    assert snapshot.accounts[field][0] == {"account_id": "A-0000", "owner_id": "u0"}[field]


def test_a_mapped_column_without_a_value_is_said(tmp_path):
    snapshot = read(export(tmp_path, accounts=whole("Annual Revenue", lambda revenue: "")))
    assert "Annual Revenue, mapped as revenue, is empty in every row." in notes(snapshot)


@pytest.mark.parametrize("word", ["ja", "vrai", "✓"])
def test_words_for_yes_of_other_languages_stop_with_the_option(tmp_path, word):
    said = refusal(export(tmp_path, reps=cell("Active", word)))
    assert f"is_active of u0: {word}" in said and 'true = ["…"] or false = ["…"]' in said


@pytest.mark.parametrize("word", ["n/a", "None", "--None--", "-", "keine", "No carve-out", "nein", "\u2610", "0.00"])
def test_words_for_nothing_in_any_language_are_no_carve_out(tmp_path, word):
    columns = {"carve_out": '"Carve"'}
    change = carved(lambda number: "Named account" if number < 3 else word)
    snapshot = read(export(tmp_path, accounts=change, columns=columns))
    assert snapshot.accounts["carve_out"].drop_nulls().to_list() == ["Named account"] * 3


def closed(words):
    """A change of the deals with a column Closed, by the word for each stage."""
    return lambda number, row: row | {"Closed": words[row["Stage"]]}


@pytest.mark.parametrize(("won", "open_"), [("Closed", "Open"), ("Won", "Open"), ("TRUE", ""), ("", "")])
def test_deals_are_closed_in_words_or_by_their_stage_where_the_column_is_empty(tmp_path, won, open_):
    mapping = export(tmp_path, deals=closed({"Closed Won": won, "Negotiation": open_}))
    mapping.write_text(mapping.read_text() + '\nis_closed = "Closed"\n')
    deals = read(mapping).opportunities
    assert (deals["is_closed"].sum(), deals["is_won"].sum()) == (5, 5)


def test_deals_that_are_open_and_closed_by_their_stage_are_counted(tmp_path):
    mapping = export(tmp_path, deals=closed({"Closed Won": "FALSE", "Negotiation": "FALSE"}))
    mapping.write_text(mapping.read_text() + '\nis_closed = "Closed"\n')
    said = notes(read(mapping), "opportunities")
    assert "Contradiction: 5 deals are open by is_closed and closed by their stage (Closed Won 5)" in said


def test_stages_of_other_languages_say_closed(tmp_path):
    words = {"Closed Won": "Gewonnen", "Negotiation": "Angebot"}
    snapshot = read(export(tmp_path, deals=lambda number, row: row | {"Stage": words[row["Stage"]]}))
    assert snapshot.opportunities["is_closed"].sum() == 5
