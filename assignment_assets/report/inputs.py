"""What a report is made from: a cycle's tables, and how its stages ran."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.tables import TABLES

RUN_SUMMARY_COLUMNS = {
    "stage": pl.String,
    "asset": pl.String,
    "rows_in": pl.Int64,
    "rows_out": pl.Int64,
    "seconds": pl.Float64,
    "people": pl.String,
    "refused": pl.String,
}
"""One row an asset, in the order of the waterfall; `people` and `refused` are sentences or null."""

DRIVE_MINUTES_COLUMNS = {"account_id": pl.String, "before_minutes": pl.Int64, "after_minutes": pl.Int64}
"""Minutes from each account to its owner before and after; null where the owner has no place on the map."""


@dataclass(frozen=True)
class ReportInput:
    """Everything that one cycle's report shows; a table that is left out counts as *not run yet*.

    Attributes
    ----------
    cycle
        The cycle's id.
    tables
        Table name → frame, with the columns of `domain.tables`; a `cycle` column is ignored.
    state
        Where the cycle stands: draft, open, signed, writing, closed, cancelled or expired.
    run_summary
        One row an asset, columns as in `RUN_SUMMARY_COLUMNS`.
    drive_minutes
        Columns as in `DRIVE_MINUTES_COLUMNS`; without it the minutes of `proposed_books` are shown alone.
    region
        The region whose rows these are; empty for the whole company.

    Raises
    ------
    InvalidInput
        A table name is unknown.
    """

    cycle: str
    tables: Mapping[str, pl.DataFrame]
    state: str = "open"
    run_summary: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=RUN_SUMMARY_COLUMNS))
    drive_minutes: pl.DataFrame | None = None
    region: str = ""

    def __post_init__(self):
        unknown = sorted(set(self.tables) - set(TABLES))
        if unknown:
            faults = [Fault(f"tables[{name!r}]", "an unknown table", "a name in domain.tables") for name in unknown]
            raise InvalidInput(f"report on {self.cycle}", faults)
        conformed = {name: TABLES[name].conform(frame) for name, frame in self.tables.items()}
        object.__setattr__(self, "tables", conformed)
        object.__setattr__(self, "run_summary", _typed(self.run_summary, RUN_SUMMARY_COLUMNS))
        if self.drive_minutes is not None:
            object.__setattr__(self, "drive_minutes", _typed(self.drive_minutes, DRIVE_MINUTES_COLUMNS))

    def has_run(self, name: str) -> bool:
        """True when the table was given, with or without rows."""
        return name in self.tables

    def frame(self, name: str) -> pl.DataFrame:
        """The table's rows; no rows when its stage has not run yet."""
        return self.tables.get(name, TABLES[name].empty())

    def optional(self, name: str) -> pl.DataFrame | None:
        """The table's rows, or None when its stage has not run yet."""
        return self.tables.get(name)

    def config(self) -> dict:
        """The latest revision's row of `run_config`; empty before it is frozen."""
        rows = self.frame("run_config").to_dicts()
        return rows[-1] if rows else {}


def _typed(frame: pl.DataFrame, columns: dict) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items())
