"""Every file below sql/: one SELECT, a header that tells the truth, an order, and it runs on an empty warehouse."""

import re
from pathlib import Path

import pytest

from assignment_assets.domain.tables import TABLES
from assignment_assets.io.folders import PROJECT
from assignment_assets.io.warehouse.warehouse import Warehouse

SQL = PROJECT / "sql"
FILES = sorted(path.relative_to(SQL) for path in SQL.rglob("*.sql"))
STAGES = Path(__file__).parents[1] / "assignment_assets" / "stages"


def parts(path):
    """(header entries, statement) of a file."""
    text = (SQL / path).read_text(encoding="utf-8")
    lines = text.splitlines()
    header = [line.removeprefix("-- ") for line in lines if line.startswith("--")]
    entries = dict(line.split(": ", 1) for line in header[1:])
    return entries, "\n".join(line for line in lines if not line.startswith("--")).strip()


def listed(text):
    """The words of a header's entry."""
    return set(re.split(r",\s*", text))


def test_there_are_files():
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_header_says_grain_reads_and_parameters(path):
    entries, statement = parts(path)
    assert set(entries) == {"grain", "reads", "parameters"}
    named = {name for name in TABLES if re.search(rf"\b(?:from|join)\s+{name}\b", statement)}
    assert listed(entries["reads"]) == named
    assert listed(entries["parameters"]) == set(re.findall(r"\$\w+", statement))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_it_is_one_select_in_order_with_named_parameters_and_no_clock(path):
    _, statement = parts(path)
    assert ";" not in statement
    assert statement.split()[0] in ("with", "select")
    assert re.search(r"\border by\b[^()]*$", statement)
    assert "?" not in statement and "{" not in statement
    assert not re.search(r"\b(current_date|current_timestamp|now|today|random)\b", statement)
    assert not re.search(r"\b(insert|update|delete|create|drop|attach|copy|install|load)\b", statement)
    assert "select *" not in statement


@pytest.mark.parametrize("path", FILES, ids=str)
def test_it_runs_on_an_empty_warehouse(path, tmp_path):
    entries, _ = parts(path)
    warehouse = Warehouse(database=str(tmp_path / "warehouse.duckdb"))
    tables = tuple(TABLES[name] for name in sorted(listed(entries["reads"])))
    parameters = {name.removeprefix("$"): "2026q4-global" for name in listed(entries["parameters"])}
    assert warehouse.query(str(path.with_suffix("")), tables, **parameters).is_empty()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_it_lies_with_its_asset_and_is_read(path):
    assert (STAGES / f"{path.parts[0]}.py").is_file()
    texts = [each.read_text(encoding="utf-8") for each in STAGES.glob("*.py")]
    assert any(f'"{path.with_suffix("")}"' in text for text in texts)
