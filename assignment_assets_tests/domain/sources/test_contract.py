"""What a source must hand over, and what each fault of it says."""

import polars as pl
import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.sources.contract import check_sources
from assignment_assets.domain.sources.fields import as_fields
from assignment_assets.domain.sources.source_table import UNREAD, SourceTable
from assignment_assets.domain.tables import ACCOUNTS, OPPORTUNITIES, REPS, SOURCE_EXCEPTIONS

MANY = 400


def accounts(count=MANY, **changed):
    """Accounts a-0001 … in Ohio, owned by r-1; `changed` replaces single cells: column={row: value}."""
    columns = {
        "account_id": [f"a-{number:04}" for number in range(1, count + 1)],
        "name": [f"Account {number}" for number in range(1, count + 1)],
        "state": ["OH"] * count,
        "owner_id": ["r-1"] * count,
        "parent_id": [None] * count,
        "latitude": [40.0] * count,
        "longitude": [-83.0] * count,
        "opp_count": [3] * count,
        "bps": [250] * count,
        "tam": [100_000] * count,
        "value": [5_000] * count,
    }
    return table("accounts.csv", columns, changed, parent_id=pl.String)


def reps(**changed):
    columns = {
        "rep_id": ["r-1", "r-2", "queue"],
        "name": ["Ada", "Bo", "Unassigned queue"],
        "team": ["field", "field", "placeholder"],
        "region": ["East", "East", None],
        "covered_states": [["OH"], ["OH", "PA"], []],
        "latitude": [40.0, 40.1, None],
        "longitude": [-83.0, -80.0, None],
        "is_active": [True] * 3,
        "capacity": [None, None, 0],
    }
    return table("reps.csv", columns, changed)


def opportunities(**changed):
    columns = {"opportunity_id": ["o-1"], "account_id": ["a-0001"], "amount": [100]}
    return table("opportunities.csv", columns, changed)


def table(origin, columns, changed, **types):
    for column, cells in changed.items():
        for row, cell in cells.items():
            columns[column][row - 1] = cell
    return SourceTable(pl.DataFrame(columns, schema_overrides=types), origin)


def without(source, *columns):
    return SourceTable(source.frame.drop(columns), source.origin)


def rows(snapshot, *columns):
    return snapshot.exceptions.select("table_name", "record_id", *columns).rows()


def test_sound_sources_become_the_tables_of_the_warehouse():
    snapshot = check_sources(accounts(), reps(), opportunities())
    assert snapshot.accounts.schema == ACCOUNTS.empty().schema
    assert snapshot.reps.schema == REPS.empty().schema
    assert snapshot.opportunities.schema == OPPORTUNITIES.empty().schema
    assert snapshot.exceptions.schema == SOURCE_EXCEPTIONS.empty().schema
    assert snapshot.exceptions.is_empty()
    assert (snapshot.totals["accounts"].read, snapshot.totals["accounts"].kept) == (MANY, MANY)


def test_absent_optional_columns_have_stated_defaults():
    kept = check_sources(accounts(), reps(), opportunities())
    first = kept.accounts.row(0, named=True)
    assert (first["referrals_l3m"], first["is_house"], first["co_owner_ids"]) == (0, False, [])
    assert (first["carve_out"], first["tier"], first["revenue_cents"], first["last_referral_on"]) == (None,) * 4
    assert kept.reps["performance"].to_list() == [None] * 3
    assert kept.opportunities["is_closed"].to_list() == [False]


def test_ids_of_fifteen_characters_are_completed_in_every_column_that_refers_to_them():
    source = accounts(
        account_id={1: "001A0000006Vm9r"}, owner_id={1: "005a0000006vm9riac"}, parent_id={2: "001A0000006Vm9r"}
    )
    co_owners = [["005A0000006Vm9r", "r-1"]] + [[]] * (MANY - 1)
    source = SourceTable(source.frame.with_columns(pl.Series("co_owner_ids", co_owners)), source.origin)
    users = reps(rep_id={2: "005A0000006Vm9r"})
    snapshot = check_sources(source, users, opportunities(account_id={1: "001A0000006Vm9rIAC"}))
    account = snapshot.accounts.filter(pl.col("account_id") == "001A0000006Vm9rIAC").row(0, named=True)
    assert account["owner_id"] == "005A0000006Vm9rIAC"
    assert account["co_owner_ids"] == ["005A0000006Vm9rIAC", "r-1"]
    assert snapshot.accounts["parent_id"].drop_nulls().to_list() == ["001A0000006Vm9rIAC"]
    assert snapshot.opportunities.height == 1


def test_all_structural_faults_of_all_tables_are_listed_at_once():
    doubled = accounts(account_id={2: "a-0001"})
    broken = SourceTable(doubled.frame.drop("state").with_columns(tam=pl.lit("plenty")), "accounts.csv")
    with pytest.raises(InvalidInput) as refusal:
        check_sources(broken, without(reps(), "latitude", "team"), opportunities())
    assert str(refusal.value).splitlines() == [
        "The sources cannot be used: 5 faults.",
        "  1. accounts.csv, column state: missing, expected a column that gives the accounts' state. "
        "Map it under [accounts.columns], or set it under [accounts.constants].",
        "  2. accounts.csv, column tam: values of type String, expected whole numbers. Map the column that holds them.",
        "  3. accounts.csv, column account_id: a-0001 in rows 1, 2, expected each id once. "
        "Find out which row is right; leave the others out with exclude, or export again.",
        "  4. reps.csv, column team: missing, expected a column that gives the reps' team. "
        "Map it under [reps.columns], or set it under [reps.constants].",
        "  5. reps.csv, columns latitude and longitude: missing, expected coordinates, or a postal_code to take "
        "them from. Map latitude and longitude, or postal_code, under [reps.columns].",
    ]


def test_one_record_under_a_short_and_a_long_id_is_a_duplicate():
    source = accounts(account_id={1: "001A0000006Vm9r", 2: "001a0000006vm9riac"})
    with pytest.raises(InvalidInput, match="001A0000006Vm9rIAC in rows 1, 2, expected each id once"):
        check_sources(source, reps(), opportunities())


@pytest.mark.parametrize(
    ("column", "cell", "found", "expected"),
    [
        ("state", None, "nothing", "a USPS state code"),
        ("state", "ZZ", "ZZ", "a USPS state code"),
        ("owner_id", "r-9", "r-9", "the id of one of the reps"),
        ("latitude", None, "nothing", "coordinates, or a ZIP code that has some"),
        ("latitude", 400.0, "400.0, -83.0", "coordinates, or a ZIP code that has some"),
    ],
)
def test_a_faulty_account_is_listed_and_leaves_the_table(column, cell, found, expected):
    snapshot = check_sources(accounts(**{column: {7: cell}}), reps(), opportunities())
    assert rows(snapshot, "column_name", "row_no", "found", "expected") == [
        ("accounts", "a-0007", column, 7, found, expected)
    ]
    assert "a-0007" not in snapshot.accounts["account_id"]
    assert (snapshot.totals["accounts"].kept, snapshot.totals["accounts"].faulty) == (MANY - 1, 1)


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        ("tam", -100, "-1.0 dollars"),
        ("value", -1, "-0.01 dollars"),
        ("bps", -50, "-0.5"),
        ("opp_count", -1, "-1"),
    ],
)
def test_a_number_below_zero_is_listed_and_emptied_and_its_account_stays(column, cell, found):
    snapshot = check_sources(accounts(**{column: {7: cell}}), reps(), opportunities())
    assert rows(snapshot, "column_name", "found", "expected") == [
        ("accounts", "a-0007", column, found, "a number of 0 or more")
    ]
    kept = as_fields(snapshot.accounts).filter(pl.col("account_id") == "a-0007")
    assert kept[column].to_list() == [0]


def test_an_account_without_an_id_is_listed_under_its_row():
    snapshot = check_sources(accounts(account_id={7: None}), reps(), opportunities())
    assert rows(snapshot, "column_name", "expected") == [("accounts", "row 7", "account_id", "an id")]


def test_an_id_that_contradicts_its_suffix_is_listed():
    snapshot = check_sources(accounts(account_id={7: "001A0000006vm9RIAC"}), reps(), opportunities())
    assert rows(snapshot, "expected") == [
        ("accounts", "001A0000006vm9RIAC", "an id whose last three characters agree with its capitals")
    ]


def test_an_unowned_account_is_no_fault():
    snapshot = check_sources(accounts(owner_id={7: None}), reps(), opportunities())
    assert snapshot.exceptions.is_empty()


def test_an_unknown_parent_is_listed_and_the_account_stays_without_one():
    snapshot = check_sources(accounts(parent_id={7: "a-9999", 8: "a-0001", 9: "a-0009"}), reps(), opportunities())
    assert rows(snapshot, "found", "remedy") == [
        ("accounts", "a-0007", "a-9999", "The account is treated as having no parent."),
        ("accounts", "a-0009", "a-0009", "The account is treated as having no parent."),
    ]
    assert snapshot.accounts["parent_id"].drop_nulls().to_list() == ["a-0001"]
    assert snapshot.accounts.height == MANY


def unread_cells(column, expected, **found):
    """Cells of a column that could not be read: row number → text."""
    return pl.DataFrame(
        {
            "row_no": [int(row.removeprefix("row_")) for row in found],
            "column_name": column,
            "found": list(found.values()),
            "expected": expected,
            "remedy": "Correct the value, or map its spelling.",
        },
        UNREAD,
    )


def test_a_value_that_cannot_be_read_is_emptied_and_its_account_stays():
    unread = unread_cells("tam", "an amount", row_7="n/k")
    source = accounts()
    snapshot = check_sources(SourceTable(source.frame, source.origin, unread), reps(), opportunities())
    assert rows(snapshot, "column_name", "found", "expected", "remedy") == [
        ("accounts", "a-0007", "tam", "n/k", "an amount", "Correct the value, or map its spelling.")
    ]
    assert "a-0007" in snapshot.accounts["account_id"]


@pytest.mark.parametrize("column", ["account_id", "state", "owner_id"])
def test_an_account_is_left_out_where_its_id_state_or_owner_cannot_be_read(column):
    unread = unread_cells(column, "a text", row_7="#N/A")
    source = accounts(**({column: {7: None}}))
    snapshot = check_sources(SourceTable(source.frame, source.origin, unread), reps(), opportunities())
    assert snapshot.accounts.height == MANY - 1


def test_a_column_that_mostly_cannot_be_read_is_of_the_wrong_type():
    unread = unread_cells("revenue", "an amount of money", row_1="high", row_2="low", row_3="high")
    source = accounts()
    with pytest.raises(InvalidInput, match=r"column revenue: 3 of 3 values such as 'high', 'low', expected an amount"):
        check_sources(SourceTable(source.frame, source.origin, unread), reps(), opportunities())


@pytest.mark.parametrize(
    ("column", "cell", "expected", "kept"),
    [
        ("latitude", None, "coordinates, or a ZIP code that has some", None),
        ("latitude", 400.0, "coordinates, or a ZIP code that has some", None),
        ("region", None, "a region", None),
        ("covered_states", ["OH", "ZZ"], "USPS state codes", ["OH"]),
        ("covered_states", [], "at least one USPS state code", []),
        ("capacity", -5, "a number of accounts of 0 or more", None),
    ],
)
def test_a_faulty_rep_stops_a_cycle_and_at_a_poll_stays_as_the_owner_of_their_accounts(column, cell, expected, kept):
    with pytest.raises(InvalidInput, match=rf"row 1, {column} of r-1: .*expected {expected}"):
        check_sources(accounts(), reps(**{column: {1: cell}}), opportunities())
    snapshot = check_sources(accounts(), reps(**{column: {1: cell}}), opportunities(), is_poll=True)
    assert rows(snapshot, "column_name", "expected") == [("reps", "r-1", column, expected)]
    assert snapshot.reps.filter(pl.col("rep_id") == "r-1").row(0, named=True)[column] == kept
    assert snapshot.reps.height == 3
    assert snapshot.accounts.height == MANY


def test_a_placeholder_needs_neither_region_nor_coordinates():
    snapshot = check_sources(accounts(), reps(), opportunities())
    assert snapshot.reps.filter(pl.col("team") == "placeholder").height == 1
    assert snapshot.exceptions.is_empty()


def test_a_user_without_a_team_is_no_rep_and_their_accounts_have_an_unknown_owner():
    many = [{**row, "rep_id": f"r-{number}"} for number in range(200) for row in reps().frame.head(1).to_dicts()]
    many.append({**many[0], "rep_id": "stray", "team": None})
    users = SourceTable(pl.DataFrame(many), "reps.csv")
    snapshot = check_sources(accounts(owner_id={7: "stray"}), users, opportunities(), is_poll=True)
    assert rows(snapshot, "column_name", "expected") == [
        ("accounts", "a-0007", "owner_id", "the id of one of the reps"),
        ("reps", "stray", "team", "one of field, arm, growers, activators, placeholder"),
    ]


def test_opportunities_of_unknown_accounts_or_of_none_are_left_out_and_counted():
    many = pl.DataFrame({"opportunity_id": [f"o-{number}" for number in range(200)], "account_id": ["a-0001"] * 200})
    stray = pl.DataFrame({"opportunity_id": ["o-x", "o-y"], "account_id": ["a-9999", None]})
    snapshot = check_sources(accounts(), reps(), SourceTable(pl.concat([many, stray]), "opportunities.csv"))
    assert snapshot.exceptions.is_empty()
    assert snapshot.totals["opportunities"].notes == (
        "1 opportunities belong to accounts that are not in the list, and are left out.",
        "1 opportunities name no account, and are left out.",
    )
    assert snapshot.opportunities.height == 200


def test_opportunities_of_accounts_left_out_go_with_them_and_are_counted():
    source = accounts(state={1: None})
    left_out = SourceTable(source.frame, source.origin, excluded_ids=frozenset({"a-closed"}))
    deals = SourceTable(
        pl.DataFrame({"opportunity_id": ["o-1", "o-2", "o-3"], "account_id": ["a-0001", "a-closed", "a-0002"]}),
        "opportunities.csv",
    )
    snapshot = check_sources(left_out, reps(), deals)
    assert snapshot.opportunities["opportunity_id"].to_list() == ["o-3"]
    assert snapshot.totals["opportunities"].notes == (
        "2 opportunities belong to accounts that were left out, and are left out with them.",
    )


def test_more_than_one_faulty_row_in_a_hundred_stops_with_counts_by_kind_and_examples():
    source = accounts(state={number: "ZZ" for number in range(1, 6)}, tam={10: -100})
    with pytest.raises(InvalidInput) as refusal:
        check_sources(source, reps(), opportunities())
    assert str(refusal.value).splitlines() == [
        "Too much of the source would be left out: 2 faults.",
        "  1. accounts.csv, column state: 5 of 400 rows, such as row 1 (ZZ), row 2 (ZZ), row 3 (ZZ), "
        "expected a USPS state code. Fill in the state, or leave the account out with exclude.",
        "  2. accounts.csv, column tam: 1 of 400 rows, such as row 10 (-1.0 dollars), expected a number of 0 or more. "
        "Correct the number, or map the value that stands for unknown with null_if.",
    ]


def test_one_faulty_row_in_a_hundred_is_still_accepted():
    snapshot = check_sources(
        accounts(state={number: "ZZ" for number in range(1, 5)}), reps(), opportunities(account_id={1: "a-0009"})
    )
    assert snapshot.totals["accounts"].faulty == 4
