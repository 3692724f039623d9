"""A small company as a report would export it, written anew for each test: six field reps, accounts, deals."""

import csv
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.snapshot import read_snapshot

PLACES = (("NY", "10021"), ("NJ", "07030"), ("MA", "02115"), ("CA", "92101"), ("TX", "78701"), ("WA", "99201"))
ACCOUNTS = {
    "account_id": "Account ID",
    "name": "Account Name",
    "owner_id": "Account Owner",
    "state": "Billing State/Province",
    "postal_code": "Billing Zip/Postal Code",
    "revenue": "Annual Revenue",
    "referrals_l12m": "Referrals 12M",
    "last_referral_on": "Last Referral",
}
REPS = {
    "rep_id": "User ID",
    "name": "Full Name",
    "email": "Email",
    "region": "Region",
    "director_email": "Manager Email",
    "team": "Team",
    "covered_states": "States",
    "postal_code": "Zip",
    "is_active": "Active",
}
DEALS = {"opportunity_id": "Opportunity ID", "account_id": "Account ID", "stage": "Stage", "close_on": "Close Date"}
NUM_ACCOUNTS = 120
AS_OF = date(2026, 10, 1)
FILLED_DOWN = 'owner_id = {from = "Account Owner", fill_down = true}'

Row = dict[str, str]
Change = Callable[[int, Row], Row]


def account(number: int) -> Row:
    """The row of an account; number 0 is the file's second row."""
    state, postal_code = PLACES[number % len(PLACES)]
    return {
        "Account ID": f"A-{number:04}",
        "Account Name": f"Clinic {number}",
        "Account Owner": f"u{number % 6}",
        "Billing State/Province": state,
        "Billing Zip/Postal Code": postal_code,
        "Annual Revenue": str(1000 * (number + 1)),
        "Referrals 12M": str(number % 4),
        "Last Referral": f"2026-0{1 + number % 9}-15",
    }


def rep(number: int) -> Row:
    """The row of a field rep."""
    _, postal_code = PLACES[number]
    return {
        "User ID": f"u{number}",
        "Full Name": f"Rep {number}",
        "Email": f"rep{number}@example.com",
        "Region": "East" if number < 3 else "West",
        "Manager Email": "dir.east@example.com" if number < 3 else "dir.west@example.com",
        "Team": "field",
        "States": ";".join(dict(PLACES[:3] if number < 3 else PLACES[3:])),
        "Zip": postal_code,
        "Active": "TRUE",
    }


def deal(number: int) -> Row:
    """The row of a deal; every second one is closed."""
    return {
        "Opportunity ID": f"D-{number}",
        "Account ID": f"A-{number:04}",
        "Stage": "Closed Won" if number % 2 else "Negotiation",
        "Close Date": "2026-10-15",
    }


def unchanged(number: int, row: Row) -> Row:
    """The row as it is."""
    return row


def export(
    folder: Path,
    accounts: Change = unchanged,
    reps: Change = unchanged,
    deals: Change = unchanged,
    columns: Row | None = None,
    options: Row | None = None,
    num_accounts: int = NUM_ACCOUNTS,
) -> Path:
    """Writes the three files and their mapping, each row changed as asked; returns the mapping's path.

    `columns` are lines of [accounts.columns] in TOML that replace or join the usual ones, `options` those of
    [opportunities].
    """
    tables = {
        "accounts": (accounts, [account(number) for number in range(num_accounts)], ACCOUNTS),
        "reps": (reps, [rep(number) for number in range(len(PLACES))], REPS),
        "opportunities": (deals, [deal(number) for number in range(10)], DEALS),
    }
    lines: list[str] = []
    for name, (change, rows, mapped) in tables.items():
        written(folder / f"{name}.csv", [change(number, dict(row)) for number, row in enumerate(rows)])
        rules = {column: f'"{header}"' for column, header in mapped.items()}
        rules |= columns or {} if name == "accounts" else {}
        more = [f"{key} = {value}" for key, value in (options or {}).items()] if name == "opportunities" else []
        lines += [f"[{name}]", f'path = "{name}.csv"', *more, f"[{name}.columns]"]
        lines += [f"{column} = {rule}" for column, rule in rules.items()]
    mapping = folder / "mapping.toml"
    mapping.write_text("\n".join(lines), encoding="utf-8")
    return mapping


def written(path: Path, rows: Iterable[Row]) -> None:
    """Writes the rows under the header of the first."""
    given = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(given[0]))
        writer.writeheader()
        writer.writerows(given)


def read(mapping):
    """What is read of the files that a mapping names."""
    return read_snapshot(SourceSetting(kind="files", path=str(mapping)), AS_OF)


def refusal(mapping):
    """What is said where they are not read."""
    with pytest.raises(InvalidInput) as refused:
        read(mapping)
    return str(refused.value)


def cell(column, *values):
    """A change that puts the values into the column of the first rows."""
    return lambda number, row: row | ({column: values[number]} if number < len(values) else {})


def whole(column, spelling):
    """A change of every cell of a column."""
    return lambda number, row: row | {column: spelling(row[column])}


def notes(snapshot, table="accounts"):
    """What is said of a table beside its rows."""
    return " ".join(snapshot.totals[table].notes)


def exceptions(snapshot):
    """Record, column, row and text of the cells that are listed."""
    return snapshot.exceptions.select("record_id", "column_name", "row_no", "found").rows()
