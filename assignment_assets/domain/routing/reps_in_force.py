"""Reps as a poll found them, with their last good cells in place of those that could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.tables import REPS, RepsFrame, SourceExceptionsFrame

TOGETHER = {"latitude": ("latitude", "longitude"), "longitude": ("latitude", "longitude")}
NO_ID = r"^row \d+$"


@dataclass(frozen=True)
class UnreadRep:
    """One cell of a rep's row that could not be read, as people are told of it."""

    rep_id: str
    column: str
    sentence: str


def unread_reps(exceptions: SourceExceptionsFrame) -> tuple[UnreadRep, ...]:
    """The cells of reps among a source's exceptions."""
    return tuple(
        UnreadRep(
            row["record_id"],
            row["column_name"],
            f"{row['column_name']} of row {row['row_no']} is {row['found'][:80]}, expected {row['expected']}; "
            "what was read last stays in force. Correct the cell in the source.",
        )
        for row in exceptions.filter(pl.col("table_name") == "reps").iter_rows(named=True)
    )


def in_force(reps: RepsFrame, before: RepsFrame, unread: Sequence[UnreadRep]) -> RepsFrame:
    """The reps, each unread cell as it was before; a rep whose row is gone for a fault is as before in everything.

    Where a row has no id that could be read, whoever is missing may be its rep, and stays.
    """
    if not unread:
        return reps
    kept: pl.DataFrame = reps
    for column in [name for name in reps.columns if name != "rep_id"]:
        whose = [each.rep_id for each in unread if column in TOGETHER.get(each.column, (each.column,))]
        if whose:
            last = kept.join(before.select("rep_id", last=column), on="rep_id", how="left")
            is_last = pl.col("rep_id").is_in(whose) & pl.col("last").is_not_null()
            kept = last.with_columns(pl.when(is_last).then("last").otherwise(column).alias(column)).drop("last")
    named = [each.rep_id for each in unread]
    has_stranger = pl.Series(named, dtype=pl.String).str.contains(NO_ID).any()
    missing = before.join(reps, on="rep_id", how="anti")
    staying = missing if has_stranger else missing.filter(pl.col("rep_id").is_in(named))
    return REPS.conform(pl.concat([kept, staying], how="diagonal_relaxed"))
