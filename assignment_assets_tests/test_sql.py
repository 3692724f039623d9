"""Every file below sql/: one SELECT, a header that tells the truth, an order, and it runs on an empty warehouse.

Those in sql/analysis/ are questions to published cycles. They read the views that `views.sql` makes, and their
parameters are DuckDB's variables; `sql/test_analysis.py` runs them.
"""

import re
import tomllib
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import duckdb
import pytest

from assignment_assets import domain
from assignment_assets.domain.overlays.activities.tables import TABLES as ACTIVITY_TABLES
from assignment_assets.domain.reading import Query
from assignment_assets.domain.routing.tables import TABLES as ROUTING_TABLES
from assignment_assets.domain.sources.supplements import SUPPLEMENTS
from assignment_assets.domain.tables import TABLES
from assignment_assets.io.folders import PROJECT, DataFolder
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.routing.log import RoutingLog

SQL = PROJECT / "sql"
VIEWS = SQL / "analysis" / "views.sql"
FILES = sorted(path.relative_to(SQL) for path in SQL.rglob("*.sql") if path != VIEWS)
QUERIES = [path for path in FILES if path.parts[0] != "analysis"]
QUESTIONS = [path for path in FILES if path not in QUERIES]
IN_THE_LOG = ROUTING_TABLES | SUPPLEMENTS | ACTIVITY_TABLES
"""The tables of the routing log and of activities, which have no cycles."""
MADE = set(re.findall(r"^create or replace view (\w+) as", VIEWS.read_text(encoding="utf-8"), re.M))
SAMPLES = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["sqlfluff"]["templater"][
    "placeholder"
]
MODULES = [import_module(each.name) for each in walk_packages(domain.__path__, f"{domain.__name__}.")]
ASKED = {each.name: each for module in MODULES for each in vars(module).values() if isinstance(each, Query)}
STAGES = Path(__file__).parents[1] / "assignment_assets" / "stages"


def parts(path):
    """(header entries, statement) of a file."""
    text = (SQL / path).read_text(encoding="utf-8")
    lines = text.splitlines()
    header = "\n".join(line.removeprefix("-- ") for line in lines if line.startswith("--"))
    entries = dict(line.split(": ", 1) for line in header.replace("\n    ", " ").splitlines()[1:])
    return entries, "\n".join(line for line in lines if not line.startswith("--")).strip()


def listed(text):
    """The words of a header's entry."""
    return set(re.split(r",\s*", text))


def test_there_are_files():
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_header_says_grain_reads_and_parameters(path):
    entries, statement = parts(path)
    assert set(entries) - {"units", "notes"} == {"grain", "reads", "parameters"}
    known = TABLES.keys() | IN_THE_LOG.keys() | MADE
    named = {name for name in known if re.search(rf"\b(?:from|join)\s+{name}\b", statement)}
    assert listed(entries["reads"]) == named
    parameter = r"\$\w+" if path in QUERIES else r"getvariable\('\w+'\)"
    assert listed(entries["parameters"]) == (set(re.findall(parameter, statement)) or {"none"})
    assert ("$" in statement) <= (path in QUERIES)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_it_is_one_select_in_order_with_named_parameters_and_no_clock(path):
    _, statement = parts(path)
    assert ";" not in re.sub(r"'[^']*'", "", statement)
    assert statement.split()[0] in ("with", "select")
    assert re.search(r"\border by\b[^()]*$", statement)
    assert "?" not in statement and "{" not in statement
    assert not re.search(r"\b(current_date|current_timestamp|now|today|random)\b", statement)
    assert not re.search(r"\b(insert|update|delete|create|drop|attach|copy|install|load)\b", statement)
    assert "select *" not in statement


@pytest.mark.parametrize("path", QUERIES, ids=str)
def test_it_runs_on_an_empty_warehouse_or_an_empty_log(path, tmp_path):
    entries, _ = parts(path)
    query = ASKED[str(path.with_suffix(""))]
    names = {name.removeprefix("$") for name in listed(entries["parameters"])} - {"none"}
    parameters = {name: duckdb.sql(f"select {SAMPLES[name]}").fetchall()[0][0] for name in names - {"cycle"}}
    if "cycle" in names:
        warehouse = Warehouse(database=str(tmp_path / "warehouse.duckdb"))
        assert warehouse.answer("2026q4-global", query, **parameters).is_empty()
    else:
        with RoutingLog(DataFolder(tmp_path)).open() as transaction:
            assert transaction.answer(query, **parameters).is_empty()


@pytest.mark.parametrize("path", QUERIES, ids=str)
def test_it_asks_for_one_cycle_or_reads_the_routing_log_alone(path):
    entries, _ = parts(path)
    assert ("$cycle" in listed(entries["parameters"])) is not (listed(entries["reads"]) <= IN_THE_LOG.keys())


@pytest.mark.parametrize("path", QUERIES, ids=str)
def test_it_lies_with_its_asset_and_is_asked_with_the_tables_that_it_reads(path):
    texts = [each.read_text(encoding="utf-8") for each in STAGES.glob("*.py")]
    is_asset = any(f"def {path.parts[0]}(" in text for text in texts)
    assert is_asset or (STAGES / f"{path.parts[0]}.py").is_file()
    query = ASKED[str(path.with_suffix(""))]
    assert {each.name for each in query.reads} == listed(parts(path)[0]["reads"])
    assert set(query.key) <= set(query.columns)


def test_views_are_the_published_tables_that_questions_read_and_three_drawn_from_them():
    read = set().union(*(listed(parts(path)[0]["reads"]) for path in QUESTIONS))
    assert MADE - set(TABLES) == {"last_approvals", "last_writes", "account_owners"}
    assert {"approved_diff", "write_back_log"} | read == MADE


@pytest.mark.parametrize("path", QUESTIONS, ids=str)
def test_whoever_asks_a_question_is_told_the_unit_of_money(path):
    entries, statement = parts(path)
    assert ("dollars" in statement) == ("dollars" in entries.get("units", ""))
