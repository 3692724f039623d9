"""Ids and owners as others write them: found, completed, or refused in words that say what to do."""

import pytest

from assignment_assets.domain.identity.person_keys import is_person
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.spelling import read_spelling
from assignment_assets_tests.io.sources.exports import (
    FILLED_DOWN,
    NUM_ACCOUNTS,
    cell,
    export,
    notes,
    read,
    refusal,
    whole,
)


def test_ids_that_a_spreadsheet_made_numbers_of_are_damage_and_no_duplicates(tmp_path):
    text = refusal(export(tmp_path, accounts=cell("Account ID", "1.00E+14", "1.00E+14", "7.5E+11")))
    assert "3 ids such as 1.00E+14 (row 2), 1.00E+14 (row 3), 7.5E+11 (row 4): a spreadsheet has made numbers" in text
    assert "Keep one of the rows" not in text


def test_ids_of_fifteen_characters_in_small_letters_are_damage(tmp_path):
    text = refusal(export(tmp_path, accounts=lambda number, row: row | {"Account ID": f"0015e0000{number:04}ab"}))
    assert "120 ids of 15 characters without a capital" in text
    assert "0015e00000000ab (row 2)" in text


@pytest.mark.parametrize(("column", "header"), [("Full Name", "name"), ("Email", "e-mail address")])
def test_owners_are_found_by_the_name_or_the_address_of_the_rep(tmp_path, column, header):
    spelled = {"Full Name": "REP {} ", "Email": "Rep{}@example.com"}[column]
    change = whole("Account Owner", lambda owner: spelled.format(owner[1:]))
    snapshot = read(export(tmp_path, accounts=change))
    assert snapshot.accounts["owner_id"].head(3).to_list() == ["u0", "u1", "u2"]
    assert f"Owners are found by the {header} of the rep: 120 rows." in notes(snapshot)


def test_owners_by_a_name_that_two_reps_share_stop(tmp_path):
    change = whole("Account Owner", lambda owner: f"Rep {max(1, int(owner[1:]))}")
    text = refusal(export(tmp_path, accounts=change, reps=cell("Full Name", "Rep 1")))
    assert "reps who share one: rep 1 (u0), rep 1 (u1)" in text


def test_a_name_as_a_reps_id_gets_a_key_that_files_and_links_can_bear(tmp_path):
    mapping = export(tmp_path, accounts=lambda number, row: row | {"Account Owner": f"Rep\u00a0{number % 6}"})
    mapping.write_text(mapping.read_text().replace('rep_id = "User ID"', 'rep_id = "Full Name"'))
    snapshot = read(mapping)
    assert snapshot.reps["source_id"].to_list() == [f"Rep {number}" for number in range(6)]
    assert all(map(is_person, snapshot.reps["rep_id"]))
    assert set(snapshot.accounts["owner_id"]) == set(snapshot.reps["rep_id"])
    assert "6 reps are called by a key: Rep 0 is Rep-0-" in notes(snapshot, "reps")


def test_numbers_of_which_a_spreadsheet_kept_fifteen_digits_are_no_ids(tmp_path):
    def numbered(number, row):
        return row | {"Account ID": f"{100000000000000 + number}00"}

    said = refusal(export(tmp_path, accounts=numbered))
    assert "column account_id: 120 ids such as 10000000000000000 (row 2)" in said
    assert "import that column as text" in said


def test_two_rows_that_differ_in_an_unseen_sign_are_one_id_twice(tmp_path):
    assert "A-0001 in rows 2, 3" in refusal(export(tmp_path, accounts=cell("Account ID", "A-0001\u200b", "A-0001")))


@pytest.mark.parametrize("spelling", ["mailto:rep{}@example.com", "Rep {} <rep{}@example.com>"])
def test_owners_are_found_by_an_address_in_a_link_or_brackets(tmp_path, spelling):
    snapshot = read(export(tmp_path, accounts=whole("Account Owner", lambda owner: spelling.replace("{}", owner[1:]))))
    assert snapshot.accounts["owner_id"].null_count() == 0
    assert snapshot.reps.height == snapshot.accounts["owner_id"].n_unique()


def test_a_column_of_owners_without_one_stops_with_the_option(tmp_path):
    said = refusal(export(tmp_path, accounts=whole("Account Owner", lambda owner: "")))
    assert "none of 120 cells filled: every account would count as one that nobody works" in said
    assert "say fill_down = false" in said
    columns = {"owner_id": FILLED_DOWN.removeprefix("owner_id = ").replace("true", "false")}
    snapshot = read(export(tmp_path, accounts=whole("Account Owner", lambda owner: ""), columns=columns))
    assert snapshot.accounts["owner_id"].null_count() == NUM_ACCOUNTS


def test_what_goes_back_names_reps_as_their_source_does(tmp_path):
    mapping = export(tmp_path, accounts=lambda number, row: row | {"Account Owner": f"Rep {number % 6}"})
    mapping.write_text(mapping.read_text().replace('rep_id = "User ID"', 'rep_id = "Full Name"'))
    reps = read(mapping).reps
    found = read_spelling(SourceSetting(kind="files", path=str(mapping)), reps)
    assert found.reps == dict(reps.select("rep_id", "source_id").iter_rows())
    assert set(found.owners.values()) == {f"Rep {number}" for number in range(6)}


def test_an_owner_who_is_said_to_be_nobody_is_nobody_and_it_is_said(tmp_path):
    snapshot = read(export(tmp_path, accounts=cell("Account Owner", "n/a", "Unassigned")))
    assert snapshot.accounts["owner_id"].null_count() == 2
    assert "2 cells of owner_id say that there is nothing (n/a, Unassigned), and are read as empty" in notes(snapshot)


@pytest.mark.parametrize(
    "spelling",
    ["{last}, {first}", "{first} Q. {last}", "{first} {last} (Inactive)", "{first}  {last}", "R\u00e9p {last}"],
)
def test_owners_are_found_by_a_name_in_another_spelling_and_it_is_said(tmp_path, spelling):
    change = whole("Account Owner", lambda owner: spelling.format(first="Rep", last=owner[1:]))
    snapshot = read(export(tmp_path, accounts=change))
    assert snapshot.accounts["owner_id"].head(3).to_list() == ["u0", "u1", "u2"]
    assert "Owners are found by the name" in notes(snapshot)


def test_owners_by_id_name_and_address_in_one_column_are_all_found(tmp_path):
    forms = ("u{}", "Rep {}", "rep{}@example.com")
    mapping = export(
        tmp_path,
        accounts=lambda number, row: row | {"Account Owner": forms[number % 3].format(number % 6)},
    )
    assert read(mapping).accounts["owner_id"].head(6).to_list() == [f"u{number}" for number in range(6)]


def test_owners_that_nobody_knows_do_not_hide_those_who_are_found_by_name(tmp_path):
    def change(number, row):
        return row | {"Account Owner": "Somebody Else" if number % 4 == 0 else f"Rep {number % 6}"}

    said = refusal(export(tmp_path, accounts=change))
    assert "column owner_id: 30 of 120 rows, such as row 2 (Somebody Else)" in said


@pytest.mark.parametrize(
    ("of_account", "of_deal"),
    [("{:06}", "{}"), ("{}", "{:06}"), ("{}", "{}.0"), ("AB-{}", "ab-{}"), ("{}", "https://crm.example.com/acc/{}")],
)
def test_deals_join_accounts_whose_ids_another_file_writes_otherwise_and_it_is_said(tmp_path, of_account, of_deal):
    mapping = export(
        tmp_path,
        accounts=lambda number, row: row | {"Account ID": of_account.format(number + 1)},
        deals=lambda number, row: row | {"Account ID": of_deal.format(number + 1)},
    )
    snapshot = read(mapping)
    assert set(snapshot.opportunities["account_id"]) == {of_account.format(number + 1) for number in range(10)}
    assert "10 account ids of deals are written otherwise than the accounts'" in notes(snapshot, "opportunities")


def test_ids_that_differ_in_zeros_alone_join_nothing_by_guess(tmp_path):
    def change(number, row):
        return row | {"Account ID": {0: "7", 1: "007"}.get(number, row["Account ID"])}

    snapshot = read(export(tmp_path, accounts=change, deals=cell("Account ID", "07")))
    assert snapshot.opportunities.height == 8


def test_deals_of_which_none_is_of_an_account_in_the_list_stop(tmp_path):
    mapping = export(tmp_path)
    deals = "\n".join(f"D-{number},X-{number},Negotiation,2026-10-15" for number in range(20))
    (tmp_path / "opportunities.csv").write_text(f"Opportunity ID,Account ID,Stage,Close Date\n{deals}\n")
    said = refusal(mapping)
    assert "none of 20 deals names an account of the list: X-0, X-1, where the accounts are A-0000, A-0001" in said


@pytest.mark.parametrize("spelling", ["001{:015}", "001ABCDEFGHIJK{:04}"])
def test_numbers_of_another_system_that_look_like_salesforce_ids_are_ids(tmp_path, spelling):
    mapping = export(
        tmp_path,
        accounts=lambda number, row: row | {"Account ID": spelling.format(number)},
        deals=lambda number, row: row | {"Account ID": spelling.format(number)},
    )
    snapshot = read(mapping)
    assert (snapshot.accounts.height, snapshot.opportunities.height) == (NUM_ACCOUNTS, 10)


def test_an_id_without_its_capitals_beside_the_whole_one_is_damage_and_no_account_of_its_own(tmp_path):
    def change(number, row):
        return row | {"Account ID": {0: "0015e00000001aBAAQ", 1: "0015e00000001ab"}.get(number, row["Account ID"])}

    said = refusal(export(tmp_path, accounts=change))
    assert "0015e00000001ab (row 3), where another id is 0015e00000001aB: a tool has changed their case" in said
