"""`assignment source look` on the exports that CRM systems write: to a mapping that a cycle could start from."""

import json

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets_tests.io.sources.crm_exports import NUM_ACCOUNTS, NUM_DEALS, SYSTEMS, full
from assignment_assets_tests.io.sources.exports import export

NEEDED = ("--roster-from-owners",)


def look(folder, *words, code=0):
    """What a look at the folder gives on a fixed day, as JSON."""
    given = ["source", "look", str(folder), "--as-of", "2026-10-01", *map(str, words)]
    done = CliRunner().invoke(main, given, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if "--json" in words else done.output


def sentences(said):
    """What the profile says was completed or derived."""
    return [note["sentence"] for note in said["profile"]["notes"]]


@pytest.mark.parametrize("system", SYSTEMS)
def test_an_export_becomes_a_mapping_with_every_owner_and_every_deal(tmp_path, system):
    SYSTEMS[system](tmp_path)
    target = tmp_path / "out" / "mapping.toml"
    target.parent.mkdir()
    said = look(tmp_path, *NEEDED, "--write", target, "--json")
    profile = said["profile"]
    assert profile["owners"]["field"] == NUM_ACCOUNTS, said["mapping"]
    assert profile["uncovered"] == {} and profile["num_receivers"] == 6
    assert {row["table"]: row["kept"] for row in profile["rows"]}["opportunities"] == NUM_DEALS
    assert profile["deals"]["open"] in (4, 6) and profile["deals"]["won"] in (4, 6)
    assert profile["exceptions"] == []
    checked = CliRunner().invoke(main, ["source", "check", str(target), "--as-of", "2026-10-01"])
    assert checked.exit_code == 0, checked.output


def test_two_columns_that_name_different_reps_are_asked_about_and_an_option_answers(tmp_path):
    export(tmp_path, accounts=lambda number, row: row | {"Sales Rep": f"u{(number + 1) % 6}"})
    said = look(tmp_path, code=2)
    assert "several columns name reps, and different ones, as in row 2: Account Owner (u0), Sales Rep (u1)" in said
    assert '--column accounts.owner_id="Account Owner" or --column accounts.owner_id="Sales Rep"' in said
    assert 'owner_id = "Sales Rep"' in look(tmp_path, "--column", "accounts.owner_id=Sales Rep", "--json")["mapping"]


def test_a_roster_of_names_alone_makes_ids_of_them_and_a_cycle_could_start(tmp_path):
    export(
        tmp_path,
        accounts=lambda number, row: row | {"Account Owner": full(number)},
        reps=lambda number, row: {
            "Sales Rep": full(number),
            **{name: row[name] for name in ("Region", "States", "Zip")},
        },
    )
    said = look(tmp_path, "--json")
    assert 'rep_id = {from = "Sales Rep", id_of_name = true}' in said["mapping"]
    assert said["profile"]["owners"]["field"] == 120 and said["profile"]["num_receivers"] == 6


def test_a_missing_roster_is_made_of_the_owners_and_never_written_over(tmp_path):
    export(tmp_path, accounts=lambda number, row: row | {"Account Owner": full(number)})
    (tmp_path / "reps.csv").unlink()
    assert "say --roster-from-owners to make one of those who own accounts" in look(tmp_path, code=2)
    target = tmp_path / "out" / "m.toml"
    target.parent.mkdir()
    said = look(tmp_path, "--roster-from-owners", "--inside-sales", "House queue", "--write", target, "--json")
    assert said["profile"]["num_receivers"] == 6 and said["profile"]["inside_sales"]["arm"] == 1
    assert 'inside_sales = ["House queue"]' in said["mapping"]
    roster = target.with_name("m_roster.csv")
    assert "ana.ruiz,Ana Ruiz,All,field,NY," in roster.read_text()
    roster.write_text(roster.read_text().replace(",NY,", ",NY;CT,"))
    assert "Name it among FILES in place of --roster-from-owners" in look(
        tmp_path, "--roster-from-owners", "--write", target, code=2
    )
    assert look(tmp_path, roster, "--json")["profile"]["num_receivers"] == 6


def test_rows_that_cannot_be_placed_are_left_out_by_an_option(tmp_path):
    abroad = {"Billing State/Province": "Bayern", "Billing Zip/Postal Code": ""}
    export(tmp_path, accounts=lambda number, row: row | (abroad if number < 5 else {}))
    assert "--exclude accounts.HEADER" in look(tmp_path, code=2)
    said = look(tmp_path, "--exclude", "accounts.Billing State/Province=Bayern", "--json")
    assert said["profile"]["rows"][0]["excluded"] == 5
    assert "no column State" in look(tmp_path, "--exclude", "accounts.State=Bayern", code=2)


def test_deals_by_a_name_that_two_accounts_have_join_none_and_are_counted(tmp_path):
    export(
        tmp_path,
        accounts=lambda number, row: row | ({"Account Name": "Clinic 1"} if number == 2 else {}),
        deals=lambda number, row: row | {"Account ID": f"clinic  {number}"},
    )
    said = look(tmp_path, "--json")
    assert "Deals are joined to their account by its name: 8 of 10." in sentences(said)
    assert any("1 deals name an account as several accounts are named" in note for note in sentences(said))


def test_a_constant_may_stand_among_the_columns_of_a_mapping(tmp_path):
    mapping = export(tmp_path)
    mapping.write_text(mapping.read_text().replace('team = "Team"', 'team = {constant = "field"}'))
    assert CliRunner().invoke(main, ["source", "check", str(mapping), "--as-of", "2026-10-01"]).exit_code == 0


def test_accounts_without_an_owner_may_belong_to_whoever_has_most_of_their_deals(tmp_path):
    export(
        tmp_path,
        accounts=lambda number, row: {name: row[name] for name in row if name != "Account Owner"},
        deals=lambda number, row: row | {"Account ID": f"A-{number // 2:04}", "Opportunity Owner": f"u{number // 2}"},
    )
    said = look(tmp_path, "--owners-from-deals", "--json")
    assert said["profile"]["owners"] | {"field": 5, "nobody": 115} == said["profile"]["owners"]
    assert "Owners are told by who has most of the deals: 5 of 120 accounts." in sentences(said)
    assert "accounts.owner_id" not in {f"{each['table']}.{each['field']}" for each in said["unmapped"]}


def test_states_of_zip_codes_fill_what_is_empty_and_hide_no_wrong_cell(tmp_path):
    states = {0: "", 1: "UK", 2: "nowhere"}
    zips = {1: "", 2: ""}

    def changed(number, row):
        return row | {
            "Billing State/Province": states.get(number, row["Billing State/Province"]),
            "Billing Zip/Postal Code": zips.get(number, row["Billing Zip/Postal Code"]),
        }

    export(tmp_path, accounts=changed)
    said = look(tmp_path, "--states-from-zip", code=2)
    assert "2 of 120 rows, such as row 3 (UK), row 4 (nowhere)" in said
    wrong = [f"--exclude=accounts.Billing State/Province={state}" for state in ("UK", "nowhere")]
    assert look(tmp_path, "--states-from-zip", *wrong, "--json")["profile"]["rows"][0]["kept"] == 118
