"""What earlier releases have left behind is copied, migrated, and goes on."""

import subprocess
import sys
from contextlib import closing, contextmanager

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner

from assignment_assets.automation.run_segment import instance, register
from assignment_assets.cli import main
from assignment_assets.domain.gates.gates import RECEIPT_VERSION
from assignment_assets.domain.routing.tables import NEW_ACCOUNTS, WORKLOAD
from assignment_assets.domain.routing.tables import TABLES as ROUTING_TABLES
from assignment_assets.domain.setup.eligible_pool import OPEN_CLAIMS
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    DECISION_VERDICTS,
    FAMILIES,
    REGION_DIGESTS,
    TABLES,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.intake.log import read_log, receipt_versions
from assignment_assets.io.schema.opening import columns_of
from assignment_assets.io.schema.routing_log import ROUTING_LOG
from assignment_assets.io.schema.warehouse import WAREHOUSE
from assignment_assets.io.warehouse.connection import connected
from assignment_assets.io.warehouse.published import answer_published, read_published
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.routing.log import RoutingLog
from assignment_assets.write_back import schema
from assignment_assets.write_back.opening import opened

RENAMED: dict[str, dict[str, str]] = {}
for step in (*WAREHOUSE.steps, *ROUTING_LOG.steps):
    for renamed_table, renamed_columns in step.renamed.items():
        RENAMED.setdefault(renamed_table, {}).update(renamed_columns)
OPENING = """
import sys
from pathlib import Path
from assignment_assets.io.schema import opening
from assignment_assets.io.schema.warehouse import WAREHOUSE
from assignment_assets.io.warehouse.connection import connected
if "die" in sys.argv:
    import os
    opening._say_version = lambda *_: os._exit(9)
print("ready", flush=True)
sys.stdin.readline()
with connected(Path(sys.argv[1]), WAREHOUSE, 60):
    pass
"""


def held(path):
    """Table → all rows of a DuckDB file, in the order of all columns; its version left out."""
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        return {table: connection.sql(f'from "{table}" order by all').pl() for table in columns_of(connection)}


def copies(path):
    """The copies beside a file."""
    return sorted(each.name for each in path.parent.glob(f"{path.stem}.v*{path.suffix}"))


def require_nothing_lost(before, after):
    """Every table is there with every row, in the columns that it had, by today's names."""
    for table, rows in before.items():
        names = RENAMED.get(table, {})
        rows = rows.rename({former: name for former, name in names.items() if name in after[table].columns})
        columns = rows.columns
        assert after[table].select(columns).sort(columns, nulls_last=True).equals(rows.sort(columns, nulls_last=True))


@contextmanager
def opening_process(path, *how):
    """A process that opens the warehouse once it is told to."""
    with subprocess.Popen(
        [sys.executable, "-c", OPENING, str(path), *how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        yield process


def test_a_warehouse_is_copied_and_migrated_and_holds_every_row(earlier):
    path = earlier.folder.warehouse
    before = held(path)
    version = WAREHOUSE.recognised({table: dict.fromkeys(rows.columns, "") for table, rows in before.items()})
    earlier.warehouse.table(earlier.name, DECISION_VERDICTS)
    assert copies(path) == [f"warehouse.v{version}.duckdb"]
    copy = held(path.with_name(f"warehouse.v{version}.duckdb"))
    assert copy.keys() == before.keys()
    assert all(copy[table].equals(rows) for table, rows in before.items())
    require_nothing_lost(before, held(path))
    with earlier.warehouse.reading(earlier.name) as reader:
        assert all(reader.table(table).columns == list(table.columns) for table in TABLES.values())
    assert copies(path) == [f"warehouse.v{version}.duckdb"]


def test_a_cycle_goes_on_where_an_earlier_release_has_left_it(earlier):
    with instance() as dagster:
        register(earlier.name, dagster)
    assert CliRunner().invoke(main, ["cycle", "status", earlier.name]).exit_code == 0
    signed = earlier.table(APPROVED_DIFF)["region"].unique().to_list()
    regions = earlier.table(REGION_DIGESTS)["region"].to_list()
    earlier.sign_off(*(region for region in regions if region not in signed))
    diff = earlier.table(APPROVED_DIFF)
    assert (len(signed), sorted(diff["region"].unique())) == (1, sorted(regions))
    assert earlier.warehouse.table(earlier.name, APPROVED_DIFF).equals(diff)
    assert receipt_versions(earlier.folder).keys() == {1, RECEIPT_VERSION}
    receipts = read_log(earlier.folder, earlier.name, "sign_offs")
    assert [each.receipt_no for each in receipts] == list(range(1, len(receipts) + 1))


def test_what_an_earlier_release_has_published_is_read_as_it_is_and_what_is_new_is_null(left_by):
    cycle = left_by("7553872")
    verdicts = read_published(cycle.folder, cycle.name, DECISION_VERDICTS)
    assert (verdicts.height, verdicts["decision_no"].to_list()) == (1, [None])
    assert read_published(cycle.folder, cycle.name, FAMILIES).is_empty()
    assert answer_published(cycle.folder, "another", OPEN_CLAIMS).height > 0


def test_a_report_is_written_of_a_cycle_of_an_earlier_release(left_by):
    cycle = left_by("7553872")
    written = CliRunner().invoke(main, ["report", cycle.name, "--region", "North"])
    assert written.exit_code == 0, written.output


@pytest.mark.parametrize("release", ["ecd057c", "bfc8189"])
def test_a_journal_is_migrated_and_its_chain_is_whole(left_by, release):
    path = left_by(release).folder.journal
    before, head = held(path), path.with_name("journal.head.json").read_bytes()
    with opened(path, engine_key()) as journal:
        assert journal.verify() == before["event"].height > 0
        assert [plan.cycle for plan in journal.plans()] == ["2026q4-global"]
    assert copies(path) == ["journal.v1.duckdb"]
    require_nothing_lost(before, held(path))
    assert path.with_name("journal.head.json").read_bytes() == head
    copy = path.with_name("journal.v1.duckdb")
    with opened(copy, engine_key()) as journal:
        assert journal.verify() == before["event"].height


@pytest.mark.parametrize("release", ["ecd057c", "bfc8189"])
def test_a_routing_log_is_migrated_and_its_copies_are_read_before_that(left_by, release):
    cycle = left_by(release)
    before = held(cycle.folder.routing_log)
    money = before["new_accounts"].sort(NEW_ACCOUNTS.key).select("tam", "value", "revenue")
    assert money["tam"].sum() > 0
    published = read_routing(cycle.folder, WORKLOAD)
    new_accounts = read_routing(cycle.folder, NEW_ACCOUNTS)
    assert new_accounts.select("tam_cents", "value_cents", "revenue_cents").rows() == money.rows()
    assert published["weekly_activity"].is_null().all()
    log = RoutingLog(cycle.folder)
    with log.open() as transaction:
        assert transaction.table(WORKLOAD).equals(published)
        assert all(transaction.table(table).schema == table.empty().schema for table in ROUTING_TABLES.values())
    assert len(copies(cycle.folder.routing_log)) == 1
    require_nothing_lost(before, held(cycle.folder.routing_log))
    with log.open() as transaction:
        transaction.replace(WORKLOAD, published.with_columns(weekly_activity=pl.lit(3)))
    assert read_routing(cycle.folder, WORKLOAD)["weekly_activity"].unique().to_list() == [3]
    assert (cycle.folder.routing_copies / "schema.json").is_file()
    assert read_routing(cycle.folder, NEW_ACCOUNTS).equals(new_accounts), "its copy is still the older one's"


def test_a_process_that_dies_while_it_migrates_leaves_the_older_file_and_a_copy(left_by):
    path = left_by("7553872").folder.warehouse
    before = held(path)
    with opening_process(path, "die") as process:
        process.communicate("\n")
    assert process.returncode == 9
    assert copies(path) == ["warehouse.v1.duckdb"]
    with connected(path, WAREHOUSE, 1) as connection:
        assert columns_of(connection).keys() >= {"families", "conflicts"}
    assert copies(path) == ["warehouse.v1-2.duckdb", "warehouse.v1.duckdb"]
    for each in (path, *(path.with_name(name) for name in copies(path))):
        require_nothing_lost(before, held(each))


def test_of_two_processes_one_migrates_and_the_other_finds_it_done(left_by):
    path = left_by("bfc8189").folder.warehouse
    with opening_process(path) as one, opening_process(path) as other:
        for process in (one, other):
            process.stdin.write("\n")
            process.stdin.flush()
        assert (one.wait(60), other.wait(60)) == (0, 0)
    assert copies(path) == ["warehouse.v4.duckdb"]


def test_a_new_store_has_this_releases_version_and_no_copy(tmp_path):
    for store in (WAREHOUSE, ROUTING_LOG, schema.STORE):
        path = tmp_path / f"{store.name.split()[0]}.duckdb"
        with connected(path, store, 1) as connection:
            said = connection.execute("select store, version from schema_version").fetchall()
        assert said == [(store.name, store.version)]
        assert copies(path) == []
