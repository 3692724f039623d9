"""Every change of a table brings its step: the steps lead from a store's first tables to this release's."""

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from assignment_assets.io.schema.opening import columns_of
from assignment_assets.io.schema.overlay_log import OVERLAY_LOG_STORE
from assignment_assets.io.schema.routing_log import ROUTING_LOG
from assignment_assets.io.schema.warehouse import WAREHOUSE
from assignment_assets.write_back import schema

VERSIONS = json.loads(Path(__file__).with_name("versions.json").read_text())
STORES = {store.name: store for store in (WAREHOUSE, ROUTING_LOG, schema.STORE, OVERLAY_LOG_STORE)}
SAYS_VERSION = "the file says its version"
OF_BEFORE_VERSIONS = [name for name, store in STORES.items() if any(step.what == SAYS_VERSION for step in store.steps)]


def every_version(store):
    """The columns of each version, the first to this release's: the first tables, then step by step."""
    with duckdb.connect() as connection:
        for table, columns in VERSIONS[store.name]["first"].items():
            listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            connection.execute(f"create table {table} ({listed})")
        yield columns_of(connection)
        for step in store.steps:
            for statement in step.statements(columns_of(connection)):
                connection.execute(statement)
            yield columns_of(connection)


@pytest.mark.parametrize("name", STORES)
def test_the_steps_lead_to_the_tables_of_this_release(name):
    *_, last = every_version(STORES[name])
    assert last == STORES[name].columns, f"a table of the {name} has changed: add a Step to its STEPS, at the end"


@pytest.mark.parametrize("name", STORES)
def test_what_was_a_version_once_stays_so(name):
    found = [
        hashlib.sha256(json.dumps(columns, sort_keys=True).encode()).hexdigest()[:16]
        for columns in every_version(STORES[name])
    ]
    known = VERSIONS[name]["digests"]
    assert found[: len(known)] == known, "a step was changed that files have taken already: add another one"
    assert found == known, f"note the new version in versions.json: {found[len(known) :]}"


@pytest.mark.parametrize("name", STORES)
def test_a_step_can_be_taken_again_and_where_tables_are_missing(name):
    store = STORES[name]
    with duckdb.connect() as connection:
        for step in (*store.steps, *store.steps):
            for statement in step.statements(columns_of(connection)):
                connection.execute(statement)
        assert store.misfits(columns_of(connection)) == []


@pytest.mark.parametrize("name", OF_BEFORE_VERSIONS)
def test_a_file_of_before_versions_is_recognised_by_its_columns(name):
    store = STORES[name]
    found = [store.recognised(columns) for columns in every_version(store)]
    said = 1 + next(number for number, step in enumerate(store.steps, 1) if step.what == SAYS_VERSION)
    assert found[: said - 1] == list(range(1, said))
    assert set(found[said - 1 :]) == {said - 1}  # that step changes no table, and later files say their version
