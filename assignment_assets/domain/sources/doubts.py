"""What of a cycle's sources deserves a look although it stops nothing: left out, jumped, contradicted, empty."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import polars as pl

from assignment_assets.domain.reading import Readable
from assignment_assets.domain.sources.changes import jump_sentences
from assignment_assets.domain.sources.profile_table import READ_TABLES, UNITS
from assignment_assets.domain.tables import SOURCE_CHANGES, SOURCE_PROFILE, SourceChangesFrame, SourceProfileFrame

DOUBTS = {
    "no_jump": "No share and no sum has jumped since the previous cycle; the thresholds are in "
    "domain/sources/changes.py.",
    "no_row_left_out": "Every row of the source could be used; source_exceptions lists those that could not.",
    "no_contradiction": "No two columns of the source say different things, and no name stands twice.",
    "no_empty_column": "Every column that a rule needs holds something in some row.",
}
"""Name of the check → what holds where it passes."""


@dataclass(frozen=True)
class DoubtsInput:
    """What the sources of a cycle are judged over."""

    profile: SourceProfileFrame
    changes: SourceChangesFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(profile=reader.table(SOURCE_PROFILE), changes=reader.table(SOURCE_CHANGES))


@dataclass(frozen=True)
class Doubt:
    """One check of one table; without sentences there is nothing to look at."""

    table: str
    check: str
    sentences: tuple[str, ...]


def doubts(given: DoubtsInput) -> Iterator[Doubt]:
    """Every check of every table, in the order of `READ_TABLES` and `DOUBTS`."""
    for table in READ_TABLES:
        rows = given.profile.filter(pl.col("table_name") == table)
        told = {
            "no_jump": jump_sentences(given.changes, table),
            "no_row_left_out": list(_left_out(rows, table)),
            "no_contradiction": rows.filter(pl.col("kind") == "contradiction")["sentence"].to_list(),
            "no_empty_column": [
                f"{row['name']} holds nothing: {row['sentence']}."
                for row in rows.filter(pl.col("kind") == "empty_column").iter_rows(named=True)
            ],
        }
        yield from (Doubt(table, check, tuple(told[check])) for check in DOUBTS)


def _left_out(rows: pl.DataFrame, table: str) -> Iterator[str]:
    counts = dict(rows.filter(pl.col("name").is_null()).select("kind", "value").iter_rows())
    if counts.get("left_out"):
        yield f"{counts['left_out']} of {counts['read']} rows left out for a fault; see source_exceptions."
    if counts.get("deal_outside"):
        yield f"{counts['deal_outside']} {UNITS[table]} of accounts that are not in the list left out."
