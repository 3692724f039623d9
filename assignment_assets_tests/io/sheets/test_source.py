"""A current book that is kept in a Google Sheet, imported by the same mapping as a file."""

from datetime import date

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.snapshot import read_snapshot
from assignment_assets_tests.servers.google import EDITOR, FOLDER, Sheet

ACCOUNTS = [
    ["Our customers, October"],
    [],
    ["Account", "Clinic", "Owner", "ST", "Zip", "TAM", "Created"],
    ["0015g00000000a1", "Cedar", "ana", "TX", 75201, 1234.56, "2024-01-05"],
    ["0015g00000000a2", "Elm", "ben", "OK", "02115", 12, "2024-01-06"],
]
REPS = [
    ["rep_id", "name", "region", "team", "is_active", "started_on", "covered_states", "latitude", "longitude"],
    ["ana", "Ana Ruiz", "North", "field", True, "2024-01-01", "TX", 32.8, -96.8],
    ["ben", "Ben Ode", "North", "field", "yes", "2024-01-01", "TX;OK", 32.8, -96.8],
]
MAPPING = """
[accounts]
path = "gsheet:https://docs.google.com/spreadsheets/d/book-1/edit#gid=0"
sheet = "Customers"
[accounts.columns]
account_id = "Account"
name = "Clinic"
owner_id = "Owner"
state = "ST"
postal_code = {from = "Zip", zero_pad = 5}
tam = "TAM"
created_at = "Created"
[accounts.constants]
opp_count = 0
bps = 0
value = 0
referrals_l3m = 0
referrals_l12m = 0
referrals_ever = 0
keep_with_owner = false
is_house = false
[reps]
path = "gsheet:reps-1"
"""


def tab(rows, title):
    kinds = {str: "stringValue", bool: "boolValue"}
    cells = {
        (row, column): {kinds.get(type(value), "numberValue"): value}
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
    }
    return {"title": title, "hidden": False, "cells": cells, "formats": [], "merges": []}


@pytest.fixture
def read(google, tmp_path):
    book = {0: tab([["x"]], "Notes"), 1: tab(ACCOUNTS, "Customers")}
    google.sheets = {
        "book-1": Sheet("Book", FOLDER, book, [EDITOR]),
        "reps-1": Sheet("Reps", FOLDER, {0: tab(REPS, "Sheet1")}, [EDITOR]),
    }
    path = tmp_path / "mapping.toml"

    def reading(mapping=MAPPING):
        path.write_text(mapping)
        return read_snapshot(SourceSetting(kind="files", path=str(path)))

    return reading


def test_a_book_is_imported_from_its_sheet_with_exact_figures(read):
    snapshot = read()
    rows = snapshot.accounts.sort("name").to_dicts()
    assert [(row["name"], row["owner_id"], row["state"], row["tam_cents"], row["postal_code"]) for row in rows] == [
        ("Cedar", "ana", "TX", 123_456, "75201"),
        ("Elm", "ben", "OK", 1_200, "02115"),
    ]
    assert rows[0]["created_at"].date() == date(2024, 1, 5) and rows[0]["latitude"] is not None
    assert snapshot.reps["is_active"].to_list() == [True, True]


def test_a_wrong_tab_a_wrong_column_and_a_sheet_that_is_not_shared_are_said(read, google):
    with pytest.raises(InvalidInput, match="tabs Notes, Customers, expected a tab Clients"):
        read(MAPPING.replace('"Customers"', '"Clients"'))
    with pytest.raises(InvalidInput, match=r"Google Sheet book-1…, tab Customers, column Owners: missing"):
        read(MAPPING.replace('"Owner"', '"Owners"'))
    google.sheets["reps-1"].writers.clear()
    with pytest.raises(SourceUnavailable, match=f"403 .*{EDITOR}. Share it with that address"):
        read()
    del google.sheets["reps-1"]
    with pytest.raises(SourceUnavailable, match="404"):
        read()


def test_a_look_at_sheets_proposes_their_mapping_and_passes_hidden_tabs_over(google, tmp_path):
    hidden = tab(ACCOUNTS, "Old customers") | {"hidden": True}
    accounts = [*ACCOUNTS[:2], ["Account ID", "Account Name", "Account Owner", "State", "Zip", "TAM", "Created On"]]
    book = {0: tab([["x"]], "Notes"), 1: tab([*accounts, *ACCOUNTS[3:]], "Customers"), 2: hidden, 3: tab(REPS, "Reps")}
    google.sheets = {"book-1": Sheet("Book", FOLDER, book, [EDITOR])}
    target = tmp_path / "mapping.toml"
    given = ["source", "look", "gsheet:https://docs.google.com/spreadsheets/d/book-1/edit", "--write", str(target)]
    done = CliRunner().invoke(main, [*given, "--as-of", "2026-10-01"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "The tab Old customers is hidden, and not used." in done.output
    assert 'path = "gsheet:book-1"\nsheet = "Customers"' in target.read_text()
    snapshot = read_snapshot(SourceSetting(kind="files", path=str(target)))
    assert snapshot.accounts["owner_id"].to_list() == ["ana", "ben"]
