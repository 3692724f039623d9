"""A store of a newer release, or one whose tables fit no version, is refused in a sentence and stays as it is."""

import json

import duckdb
import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.errors import WrongSchema
from assignment_assets.domain.routing.tables import WORKLOAD
from assignment_assets.domain.setup.eligible_pool import OPEN_CLAIMS
from assignment_assets.domain.tables import LOCKS
from assignment_assets.io.folders import engine_key
from assignment_assets.io.intake.log import log_path, read_log
from assignment_assets.io.schema.warehouse import WAREHOUSE
from assignment_assets.io.warehouse.connection import connected
from assignment_assets.io.warehouse.published import answer_published, read_manifest, read_published, write_manifest
from assignment_assets.io.warehouse.routing_copies import read_routing, routing_copies
from assignment_assets.routing.log import RoutingLog
from assignment_assets.write_back.opening import opened


def open_warehouse(cycle):
    cycle.warehouse.table(cycle.name, LOCKS)


def open_journal(cycle):
    with opened(cycle.folder.journal, engine_key()):
        pass


def open_routing_log(cycle):
    with RoutingLog(cycle.folder).open():
        pass


OPENINGS = {"warehouse": open_warehouse, "journal": open_journal, "routing": open_routing_log}


def altered(path, *statements):
    """The file's bytes after somebody else's statements."""
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path.read_bytes()


def require_untouched(path, content):
    """The file has these bytes, and nothing was laid beside it."""
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.glob(f"*{path.stem}.*duckdb*")] == [path.name]


@pytest.mark.parametrize("store", OPENINGS)
def test_a_file_of_a_newer_release_is_refused_and_stays_as_it_is(left_by, store):
    cycle = left_by("bfc8189")
    path = cycle.folder.root / f"{store}.duckdb"
    name = {"routing": "routing log"}.get(store, store)
    content = altered(
        path,
        "create table schema_version (store varchar, version bigint, written_by varchar)",
        f"insert into schema_version values ('{name}', 77, '9.9')",
    )
    with pytest.raises(WrongSchema, match=f"{path.name}: its schema is version 77, of release 9.9, expected"):
        OPENINGS[store](cycle)
    require_untouched(path, content)
    told = CliRunner().invoke(main, ["migrate"])
    assert (told.exit_code, "version 77" in told.output) == (0, True)
    assert CliRunner().invoke(main, ["migrate", "--apply"]).exit_code == 2
    require_untouched(path, content)


def test_a_file_in_another_stores_place_is_refused(left_by):
    cycle = left_by("bfc8189")
    open_routing_log(cycle)
    refused = pytest.raises(WrongSchema, match="it says that it is the routing log, expected the warehouse")
    with refused, connected(cycle.folder.routing_log, WAREHOUSE, 1):
        pass


def test_tables_that_fit_no_version_are_refused_and_stay_as_they_are(left_by):
    cycle = left_by("7553872")
    path = cycle.folder.warehouse
    content = altered(path, "alter table locks drop column rep_id", "alter table locks alter receipt_no type varchar")
    with pytest.raises(WrongSchema, match=r"leave it without locks\.rep_id, locks\.receipt_no \(varchar\), expected"):
        open_warehouse(cycle)
    require_untouched(path, content)


def test_what_a_newer_release_has_published_is_refused(left_by):
    cycle = left_by("bfc8189")
    write_manifest(cycle.folder, cycle.name, read_manifest(cycle.folder, cycle.name))
    path = cycle.folder.published(cycle.name) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 77}))
    newer = r"2026q4-global/manifest\.json: its schema is version 77"
    with pytest.raises(WrongSchema, match=newer):
        read_published(cycle.folder, cycle.name, LOCKS)
    with pytest.raises(WrongSchema, match=newer):
        answer_published(cycle.folder, "any", OPEN_CLAIMS)
    with pytest.raises(WrongSchema, match=newer):
        cycle.warehouse.replace(cycle.name, [(LOCKS, LOCKS.empty())])


def test_copies_of_the_routing_log_by_a_newer_release_are_refused(left_by):
    folder = left_by("bfc8189").folder
    (folder.routing_copies / "schema.json").write_text('{"schema_version": 77, "written_by": "9.9"}')
    with pytest.raises(WrongSchema, match=r"routing/schema\.json: its schema is version 77, of release 9\.9"):
        read_routing(folder, WORKLOAD)
    with pytest.raises(WrongSchema):
        routing_copies(folder).publish(WORKLOAD, WORKLOAD.empty())


def test_a_receipt_of_a_newer_release_is_refused(left_by):
    cycle = left_by("bfc8189")
    path = log_path(cycle.folder, cycle.name, "sign_offs")
    path.write_text(path.read_text().replace('{"', '{"schema_version":77,"', 1))
    with pytest.raises(WrongSchema, match="receipt 1 of sign_offs: its schema is version 77, expected 3 or older"):
        read_log(cycle.folder, cycle.name, "sign_offs")
