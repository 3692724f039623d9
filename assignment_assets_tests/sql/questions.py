"""The questions in sql/analysis/, and how an analyst puts them: to published Parquet, in DuckDB alone."""

from pathlib import Path

import duckdb

from assignment_assets.io.folders import PROJECT
from assignment_assets_tests.sql.answers import as_text

ANALYSIS = PROJECT / "sql" / "analysis"
QUESTIONS = sorted(path.stem for path in ANALYSIS.glob("*.sql") if path.stem != "views")


def asked(data: Path, question: str, **variables: str) -> list[list[str]]:
    """The answer as rows of text, its header first; null is empty."""
    with duckdb.connect() as connection:
        for name, value in {"data": str(data), **variables}.items():
            connection.execute(f"set variable {name} = '{value}'")
        connection.execute((ANALYSIS / "views.sql").read_text(encoding="utf-8"))
        answer = connection.execute((ANALYSIS / f"{question}.sql").read_text(encoding="utf-8"))
        return as_text([column[0] for column in answer.description], answer.fetchall())
