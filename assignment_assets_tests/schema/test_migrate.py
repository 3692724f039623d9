"""`assignment migrate` says what opening each store would do, and does it where it is asked to."""

import json

from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.io.schema.routing_log import ROUTING_LOG
from assignment_assets.io.schema.warehouse import WAREHOUSE
from assignment_assets.write_back.schema import STORE as JOURNAL


def said(*options):
    """What the command prints."""
    done = CliRunner().invoke(main, ["migrate", *options])
    assert done.exit_code == 0, done.output
    return done.output


def files(folder):
    """Path → content of everything in a folder."""
    return {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}


def test_it_says_what_it_would_do_and_does_nothing(earlier):
    before = files(earlier.folder)
    text = said()
    assert "would be copied to warehouse.v" in text
    assert "5. the file says its version" in text
    assert "published/2026q4-global: version 1, of before versions, is read under today" in text
    assert "Nothing was changed." in text
    assert files(earlier.folder) == before


def test_it_does_it_once_where_it_is_asked_to(left_by):
    folder = left_by("ecd057c").folder
    planned = json.loads(said("--json"))
    copies = {each["copy"] for each in planned["stores"] if each["copy"]}
    assert copies == {"warehouse.v3.duckdb", "journal.v1.duckdb", "routing.v1.duckdb"}
    assert planned["receipts"] == {"1": 1}
    assert f"copied to warehouse.v3.duckdb, and is version {WAREHOUSE.version}" in said("--apply")
    assert {path.name for path in folder.root.glob("*.v*.duckdb")} == copies
    after = json.loads(said("--apply", "--json"))
    assert [each["found"] for each in after["stores"] if each["where"].endswith(".duckdb")] == [
        WAREHOUSE.version,
        JOURNAL.version,
        ROUTING_LOG.version,
    ]
    assert {path.name for path in folder.root.glob("*.v*.duckdb")} == copies


def test_an_empty_folder_has_no_store_yet(cycle):
    assert said() == "there is no store yet\n"
    assert not cycle.folder.warehouse.exists()
