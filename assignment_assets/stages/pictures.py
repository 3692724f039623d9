"""Pictures in the metadata of assets, and the pages beside them: the same that the report shows."""

from pathlib import Path

import dagster as dg
import polars as pl

from assignment_assets.domain.tables import (
    AccountsFrame,
    CurrentBooksFrame,
    OverflowFrame,
    ProposedBooksFrame,
    ReferringFrontFrame,
    RepsFrame,
    ReviewedBooksFrame,
)
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.report.balance import balance
from assignment_assets.report.books import field_reps, ownership
from assignment_assets.report.front_view import front_page
from assignment_assets.report.pictures import balance_before_after, map_before_after, markdown, overflow_by_state


def book_pictures(
    accounts: AccountsFrame,
    reps: RepsFrame,
    books: CurrentBooksFrame,
    proposed: ProposedBooksFrame,
    overflow: OverflowFrame,
    reviewed: ReviewedBooksFrame | None = None,
) -> dict[str, dg.MetadataValue]:
    """Imbalance of each measure in per cent as numbers (a plot over cycles), balance and map before and after."""
    owned, people = ownership(accounts, proposed, overflow, reviewed), field_reps(reps, books)
    figures = balance(owned, people)
    latest = "proposed" if reviewed is None else "reviewed"
    numbers = {
        f"imbalance_{row['measure']}_pct": round(row["imbalance_pct"], 3)
        for row in figures.filter(pl.col("book_state") == latest).iter_rows(named=True)
    }
    return numbers | {
        "balance before and after": dg.MetadataValue.md(markdown(balance_before_after(owned, people), "balance")),
        "map before and after": dg.MetadataValue.md(markdown(map_before_after(owned, people), "map")),
    }


def overflow_picture(overflow: OverflowFrame, accounts: AccountsFrame) -> dg.MetadataValue:
    """Where capacity or coverage runs out, state by state."""
    return dg.MetadataValue.md(markdown(overflow_by_state(overflow, accounts), "overflow by state"))


def write_front_page(folder: DataFolder, cycle: str, front: ReferringFrontFrame) -> Path:
    """Writes the interactive front beside the cycle's report and returns its path."""
    path = folder.reports(cycle) / "front.html"
    write_whole(path, front_page(front, cycle))
    return path
