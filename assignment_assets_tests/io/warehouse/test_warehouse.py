"""The warehouse: rows by cycle, replaced whole or not at all, published beside it, held by one process at a time."""

import json
import subprocess
import sys
from datetime import datetime

import polars as pl
import pytest

from assignment_assets.domain.digest import table_digest
from assignment_assets.domain.errors import CycleClosed, CycleFrozen, SourceUnavailable, WarehouseBusy
from assignment_assets.domain.tables import ACCOUNTS, CYCLE_EVENTS, LOCKS, REPS, TABLES
from assignment_assets.io.durable import write_whole
from assignment_assets.io.warehouse.published import issued_gates, read_manifest, read_published
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets_tests.company import table, tiny

HOLDER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def warehouse(tmp_path):
    return Warehouse(database=str(tmp_path / "warehouse.duckdb"), patience_seconds=0.3)


def lock(account_id="a01", rep_id="ana"):
    """A lock of the tiny company."""
    return table(LOCKS, {"account_id": account_id, "rep_id": rep_id, "lock_kind": "house"})


def test_what_was_stored_comes_back_in_the_same_types_and_in_key_order(warehouse):
    company = tiny()
    warehouse.replace("one", [(ACCOUNTS, company.accounts.reverse()), (REPS, company.reps)])
    assert warehouse.table("one", ACCOUNTS).equals(company.accounts)
    with warehouse.reading("one") as reader:
        accounts, reps = reader.table(ACCOUNTS), reader.table(REPS)
    assert (accounts.schema, reps.schema) == (company.accounts.schema, company.reps.schema)
    assert reps.equals(company.reps)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_is_empty_before_it_is_written_and_can_be_stored_empty(warehouse, name):
    assert warehouse.table("one", TABLES[name]).is_empty()
    warehouse.append("one", TABLES[name], TABLES[name].empty())
    assert warehouse.table("one", TABLES[name]).schema == TABLES[name].empty().schema


def test_cycles_do_not_see_each_other(warehouse):
    warehouse.replace("one", [(LOCKS, lock("a01"))])
    warehouse.replace("two", [(LOCKS, lock("a02"))])
    warehouse.replace("one", [(LOCKS, lock("a03"))])
    found = {cycle: warehouse.table(cycle, LOCKS)["account_id"].to_list() for cycle in ("one", "two")}
    assert found == {"one": ["a03"], "two": ["a02"]}


def test_tables_are_published_with_their_digest_and_read_without_the_warehouse(warehouse):
    digests = warehouse.replace("one", [(LOCKS, lock())])
    manifest = read_manifest(warehouse.folder, "one")
    assert manifest == {"locks": {"digest": digests["locks"], "rows": 1, "revision": 1}}
    published = read_published(warehouse.folder, "one", LOCKS)
    assert published.equals(lock())
    assert table_digest(published) == digests["locks"]
    file = pl.read_parquet(warehouse.folder.published("one") / "locks.parquet")
    assert file.columns[0] == "cycle"
    assert not list(warehouse.folder.root.rglob("*.partial"))


def test_appending_keeps_what_is_there(warehouse):
    warehouse.append("one", LOCKS, lock("a02"))
    warehouse.append("one", LOCKS, lock("a01"))
    assert warehouse.table("one", LOCKS)["account_id"].to_list() == ["a01", "a02"]
    assert read_published(warehouse.folder, "one", LOCKS).height == 2


def test_a_replacement_that_is_refused_changes_nothing_of_any_table(warehouse):
    warehouse.replace("one", [(LOCKS, lock("a01")), (REPS, tiny().reps)])
    write_whole(warehouse.folder.outbox("one", "review_edits") / "gate.json", json.dumps({"revision": 1}))
    with pytest.raises(CycleFrozen, match="table locks: its content would change"):
        warehouse.replace("one", [(REPS, tiny().reps), (LOCKS, lock("a02"))])
    assert warehouse.table("one", LOCKS).equals(lock("a01"))
    warehouse.replace("one", [(LOCKS, lock("a01"))])


def test_withdrawn_packets_freeze_nothing(warehouse):
    outbox = warehouse.folder.root / "outbox" / "one"
    write_whole(outbox / "review_edits.withdrawn-20261001T000000" / "gate.json", json.dumps({"revision": 1}))
    write_whole(outbox / "lock_lists" / "gate.json", json.dumps({"revision": 2}))
    assert issued_gates(warehouse.folder, "one") == {"lock_lists": 2}


def test_a_cycle_that_is_over_takes_nothing_more(warehouse):
    event = {"event_no": 1, "event": "cancelled", "revision": 1, "actor": "olivia", "at": datetime(2026, 10, 1)}
    warehouse.append("one", CYCLE_EVENTS, table(CYCLE_EVENTS, event))
    with pytest.raises(CycleClosed, match="it is cancelled since 2026-10-01"):
        warehouse.replace("one", [(LOCKS, lock())])
    assert warehouse.table("one", LOCKS).is_empty()


def test_who_waits_too_long_is_told_who_holds_it(warehouse):
    words = [sys.executable, "-c", HOLDER, warehouse.database]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WarehouseBusy) as caught:
            warehouse.table("one", LOCKS)
        holder.stdin.close()
    assert f"process {holder.pid} has held it" in str(caught.value)
    assert warehouse.table("one", LOCKS).is_empty()


def test_without_its_folder_it_says_what_to_do(tmp_path):
    with pytest.raises(SourceUnavailable, match="Make it, or point ASSIGNMENT_DATA at the one you mean"):
        Warehouse(database=str(tmp_path / "nowhere" / "warehouse.duckdb")).table("one", LOCKS)


def test_a_file_that_is_no_database_is_named(warehouse, tmp_path):
    (tmp_path / "warehouse.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(SourceUnavailable, match="Is the file a DuckDB"):
        warehouse.table("one", LOCKS)
