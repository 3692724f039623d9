"""How evenly accounts, opportunities, BPS, TAM and value are spread over the field reps' books."""

import polars as pl

from assignment_assets.report.books import BOOK_STATES, MEASURES, loads

BALANCE_COLUMNS = {
    "book_state": pl.String,
    "measure": pl.String,
    "imbalance_pct": pl.Float64,
    "cv_pct": pl.Float64,
    "least": pl.Float64,
    "most": pl.Float64,
    "spread": pl.Float64,
}


def balance(owned: pl.DataFrame, reps: pl.DataFrame) -> pl.DataFrame:
    """One row a book state and measure: Hoover index, coefficient of variation, smallest and largest book.

    Parameters
    ----------
    owned
        `books.ownership`; a book state whose column is absent has no rows.
    reps
        `books.field_reps`: whose books are compared, and their capacity.

    Returns
    -------
    balance
        `imbalance_pct`: per cent of the total sitting above a book's fair share, 0 = perfectly even. A fair share
        is the total times the rep's part of all capacity. `cv_pct`, `least`, `most` and `spread` (most − least)
        are taken over loads scaled to the average capacity, so that a ramping rep's small book is not called
        small; units are the measure's own (hundredths, cents). No rows without reps.
    """
    rows = []
    for book_state in BOOK_STATES:
        if book_state in owned.columns and not reps.is_empty():
            books = loads(owned, book_state, reps)
            rows += [{"book_state": book_state, "measure": measure, **_spread(books, measure)} for measure in MEASURES]
    return pl.DataFrame(rows, schema=BALANCE_COLUMNS)


def fair_shares(books: pl.DataFrame, measure: str) -> pl.Series:
    """Each book's load in per cent of its fair share (100 = exactly fair); zeros when there is nothing to share."""
    total, capacity = books[measure].sum(), books["capacity"].sum()
    if not total:
        return pl.zeros(books.height, dtype=pl.Float64, eager=True)
    return 100.0 * books[measure] / (total * books["capacity"] / capacity)


def _spread(books: pl.DataFrame, measure: str) -> dict:
    total, mean_capacity = books[measure].sum(), books["capacity"].mean()
    fair = total * books["capacity"] / books["capacity"].sum()
    excess = (books[measure] - fair).clip(lower_bound=0).sum()
    scaled = books[measure] * mean_capacity / books["capacity"]
    mean = scaled.mean()
    return {
        "imbalance_pct": 100.0 * excess / total if total else 0.0,
        "cv_pct": 100.0 * scaled.std(ddof=0) / mean if mean else 0.0,
        "least": scaled.min(),
        "most": scaled.max(),
        "spread": scaled.max() - scaled.min(),
    }
