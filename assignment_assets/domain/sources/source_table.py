"""A table as a source gave it, and the columns of the contract that are ids or have a value where they are empty."""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.ids import complete_id, complete_ids
from assignment_assets.domain.tables import TEXT, WHOLE, Table

UNREAD = {"row_no": WHOLE, "column_name": TEXT, "found": TEXT, "expected": TEXT, "remedy": TEXT}
LEFT_OUT = {"row_no": WHOLE, "record_id": TEXT, "column_name": TEXT, "found": TEXT, "expected": TEXT}
DEFAULTS: dict[str, dict[str, Any]] = {
    "accounts": {
        "opp_count": 0,
        "bps": 0,
        "tam": 0,
        "value": 0,
        "referrals_l3m": 0,
        "referrals_l12m": 0,
        "referrals_ever": 0,
        "keep_with_owner": False,
        "is_house": False,
        "held_for_new_hire": False,
        "co_owner_ids": [],
    },
    "reps": {"is_active": True, "covered_states": []},
    "opportunities": {"is_closed": False, "is_won": False},
}
"""What an absent column or an empty cell becomes; columns not named here become null, a name the row's id."""
IDS = {
    "accounts": ("account_id", "owner_id", "parent_id"),
    "reps": ("rep_id",),
    "opportunities": ("opportunity_id", "account_id", "owner_id"),
}


@dataclass(frozen=True)
class SourceTable:
    """One table as a source gave it: contract column names, typed, not yet judged.

    Attributes
    ----------
    frame
        Columns of the contract in any order; `row_no`, where there is one, numbers rows as people see them.
    origin
        Where it came from, as people name it: a file, an object of the org.
    unread
        Cells whose text could not be read as their column's type (`UNREAD`); null in `frame`.
    faults
        Structural faults that the reader met.
    excluded_ids
        Ids of records that row filters left out on purpose.
    notes
        Sentences on what the reader completed or left out.
    outside
        Rows outside the covered country (`LEFT_OUT`); they are no faults, and no longer in `frame`.
    contradicted
        Cells that others of their row contradict (`UNREAD`), corrected in `frame` where that was possible.
    """

    frame: pl.DataFrame
    origin: str
    unread: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNREAD))
    faults: tuple[Fault, ...] = ()
    excluded_ids: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    outside: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LEFT_OUT))
    contradicted: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNREAD))


def numbered_rows(name: str, source: SourceTable) -> pl.DataFrame:
    """The table's rows with their numbers, its ids in 18 characters."""
    frame = source.frame if "row_no" in source.frame.columns else source.frame.with_row_index("row_no", offset=1)
    texts = [column for column in IDS[name] if frame.schema.get(column) == pl.String]
    plain = frame.with_columns(pl.col(texts).str.replace_all(r"\s+", " "))
    completed = plain.with_columns(*(complete_ids(plain[column]) for column in texts))
    if completed.schema.get("co_owner_ids") != pl.List(pl.String):
        return completed
    return completed.with_columns(
        pl.col("co_owner_ids").list.eval(pl.element().map_elements(complete_id, return_dtype=pl.String))
    )


def with_defaults(table: Table[Any], frame: pl.DataFrame) -> pl.DataFrame:
    """The numbered rows with every column of the contract, typed, empty cells filled."""
    defaults = DEFAULTS[table.name]
    present = [
        (pl.col(column) if column in frame.columns else pl.lit(None)).cast(dtype).alias(column)
        for column, dtype in table.columns.items()
    ]
    filled = [
        pl.col(column).fill_null(pl.lit(default, dtype=table.columns[column])) for column, default in defaults.items()
    ]
    if "name" in table.columns:
        filled.append(pl.coalesce("name", table.key[0]).alias("name"))
    return frame.select(pl.col("row_no").cast(WHOLE), *present).with_columns(filled)
