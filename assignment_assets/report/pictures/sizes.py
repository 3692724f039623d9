"""How full the books are."""

import math

import polars as pl

from assignment_assets.report import headlines as headlines
from assignment_assets.report.books import loads
from assignment_assets.report.pictures import canvas

STEP, FULLEST = 5, 160  # per cent of capacity: width of a class, and where the last class gathers the rest


def book_sizes(owned: pl.DataFrame, reps: pl.DataFrame) -> bytes:
    """How many books are filled to which part of their capacity, before and after; above 100% stands out.

    Parameters
    ----------
    owned
        `books.ownership`.
    reps
        `books.field_reps`, with each rep's own capacity.
    """
    before, after = loads(owned, "before", reps), loads(owned, "after", reps)
    headline = headlines.of_sizes(before, after)
    if reps.is_empty():
        return canvas.nothing_to_show(headline)
    with canvas.paper():
        sheet = canvas.figure(3.8, headline, "Books by accounts owned, in per cent of the rep's own capacity.")
        upper, lower = sheet.subplots(2, 1, sharex=True, sharey=True)
        panels = ((upper, before, canvas.BEFORE, "Before"), (lower, after, canvas.AFTER, "After"))
        for axes, books, colour, title in panels:
            edges, counts = fill_classes(books)
            colours = [canvas.WARNING if edge >= 100 else colour for edge in edges]
            axes.bar(edges, counts, STEP * 0.92, align="edge", color=colours)
            axes.axvline(100, color=canvas.INK, lw=1, ls=(0, (4, 3)))
            axes.set_title(title)
            axes.set_ylabel("books")
            axes.yaxis.get_major_locator().set_params(integer=True)
            axes.grid(axis="y")
        lower.set_xlim(0, FULLEST)
        lower.xaxis.set_major_formatter(lambda tick, _: f"{tick:.0f}%" + ("+" if tick >= FULLEST else ""))
        lower.set_xlabel("of capacity")
        return canvas.png(sheet)


def fill_classes(books: pl.DataFrame) -> tuple[list[int], list[int]]:
    """Lower edges (per cent of capacity) and numbers of books; a book filled to exactly 100% is below the line."""
    edges = list(range(0, FULLEST, STEP))
    counts = [0] * len(edges)
    for count, capacity in books.select("account_count", "capacity").rows():
        steps_begun = math.ceil(100 * count / capacity / STEP)
        counts[min(max(steps_begun - 1, 0), len(edges) - 1)] += 1
    return edges, counts
