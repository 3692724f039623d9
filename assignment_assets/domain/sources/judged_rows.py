"""One table judged row by row: what stays, what is taken out, and the list of what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.row_rules import RowRule
from assignment_assets.domain.sources.source_table import SourceTable
from assignment_assets.domain.sources.structure import ROW
from assignment_assets.domain.tables import TEXT

NEEDED = {
    "accounts": ("account_id", "state", "owner_id", "carve_out", "country", ROW),
    "reps": ("rep_id", "team"),
    "opportunities": ("opportunity_id", "account_id", "is_closed", ROW),
}
"""Cells without which a row is left out where they cannot be read; any other cell is emptied and its row stays."""


@dataclass(frozen=True)
class Totals:
    """Rows of one table: read = kept + faulty; those excluded on purpose and those listed come apart.

    `outside` are opportunities of accounts that are not in the list; they are not read.
    """

    read: int
    kept: int
    faulty: int
    listed: int
    excluded: int
    notes: tuple[str, ...] = ()
    outside: int = 0


@dataclass(frozen=True)
class JudgedRows:
    """A table's rows, those that stay and what is wrong with others.

    `left_out` are the row numbers of those that do not stay.
    """

    origin: str
    left_out: frozenset[int]
    kept: pl.DataFrame
    exceptions: pl.DataFrame
    totals: Totals

    def excess(self, share: float) -> Iterable[Fault]:
        """By kind, what is wrong where more than this share of the rows are faulty."""
        if self.totals.faulty <= share * self.totals.read:
            return
        kinds = self.exceptions.group_by("column_name", "expected", "remedy", maintain_order=True).agg(
            pl.len().alias("rows"), pl.col("row_no").head(3), pl.col("found").head(3)
        )
        for kind in kinds.sort("rows", "column_name", descending=[True, False]).iter_rows(named=True):
            cells = zip(kind["row_no"], kind["found"], strict=True)
            examples = ", ".join(f"row {row} ({found})" for row, found in cells)
            yield Fault(
                f"{self.origin}, column {kind['column_name']}",
                f"{kind['rows']} of {self.totals.read} rows, such as {examples}",
                kind["expected"],
                kind["remedy"],
            )

    def faults(self) -> list[Fault]:
        """Every exception as a fault with its row and cell."""
        return [
            Fault(
                f"{self.origin}, row {row['row_no']}, {row['column_name']} of {row['record_id']}",
                row["found"][:80],
                row["expected"],
                row["remedy"],
                kind=f"{self.origin}, column {row['column_name']}",
                row=f"row {row['row_no']} ({row['record_id']})",
            )
            for row in self.exceptions.iter_rows(named=True)
        ]


def judge_rows(
    name: str, source: SourceTable, frame: pl.DataFrame, rules: list[RowRule], notes: tuple[str, ...] = ()
) -> JudgedRows:
    """A table's rows under these rules, with what the reader could not read, and what it left out."""
    key = frame.columns[1]
    listed = [_unread_rows(name, key, frame, source.unread), _unread_rows(name, key, frame, source.contradicted)]
    out = set(source.unread.filter(pl.col("column_name").is_in(NEEDED[name]))["row_no"])
    emptied = []
    for rule in rules:
        broken = frame.filter(rule.is_broken)
        listed.append(_exception_rows(name, key, broken, rule))
        if not rule.keeps_row:
            out.update(broken["row_no"])
        elif rule.repaired is not None:
            emptied.append(pl.when(rule.is_broken).then(rule.repaired).otherwise(rule.column).alias(rule.column))
    listed.append(_outside_rows(name, source.outside))
    exceptions = pl.concat(listed).unique(["record_id", "column_name"], keep="first", maintain_order=True)
    kept = frame.filter(~pl.col("row_no").is_in(list(out))).with_columns(emptied).drop("row_no")
    totals = Totals(
        frame.height,
        kept.height,
        frame.height - kept.height,
        exceptions.height,
        len(source.excluded_ids),
        source.notes + notes,
    )
    return JudgedRows(source.origin, frozenset(out), kept, exceptions, totals)


def _record_id(key: str) -> pl.Expr:
    return pl.coalesce(key, pl.format("row {}", "row_no")).alias("record_id")


def _exception_rows(name: str, key: str, broken: pl.DataFrame, rule: RowRule) -> pl.DataFrame:
    return broken.select(
        pl.lit(name).alias("table_name"),
        _record_id(key),
        pl.lit(rule.column).alias("column_name"),
        "row_no",
        pl.coalesce(rule.found, pl.lit("nothing")).alias("found"),
        pl.lit(rule.expected).alias("expected"),
        pl.lit(rule.remedy).alias("remedy"),
        pl.lit(None, TEXT).alias("owner_id"),
    )


def _unread_rows(name: str, key: str, frame: pl.DataFrame, unread: pl.DataFrame) -> pl.DataFrame:
    return unread.join(frame.select("row_no", key), on="row_no", how="left", maintain_order="left").select(
        pl.lit(name).alias("table_name"),
        _record_id(key),
        "column_name",
        "row_no",
        "found",
        "expected",
        "remedy",
        pl.lit(None, TEXT).alias("owner_id"),
    )


def _outside_rows(name: str, outside: pl.DataFrame) -> pl.DataFrame:
    return outside.select(
        pl.lit(name).alias("table_name"),
        pl.coalesce("record_id", pl.format("row {}", "row_no")).alias("record_id"),
        "column_name",
        "row_no",
        "found",
        "expected",
        pl.lit("Left out. Correct the country where it is wrong.").alias("remedy"),
        pl.lit(None, TEXT).alias("owner_id"),
    )
