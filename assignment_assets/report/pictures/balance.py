"""Every book against its fair share, before and after."""

import math

import polars as pl
from matplotlib.axes import Axes

from assignment_assets.report import headlines as headlines
from assignment_assets.report.balance import balance, fair_shares
from assignment_assets.report.books import loads
from assignment_assets.report.pictures import canvas
from assignment_assets.report.wording import MEASURE_WORDS, percent

PANELS = ("opp_count", "bps", "tam_cents", "value_cents")
COLOURS = {"before": canvas.BEFORE, "after": canvas.AFTER}
HIGHEST = 300.0  # per cent of the fair share; books beyond it end at the edge


def balance_before_after(owned: pl.DataFrame, reps: pl.DataFrame) -> bytes:
    """Four panels, one a measure: books from smallest to largest in per cent of their fair share.

    Parameters
    ----------
    owned
        `books.ownership`; `before` is compared with `after`.
    reps
        `books.field_reps`.
    """
    if owned.is_empty() or reps.is_empty():
        return canvas.nothing_to_show(headlines.of_balance(balance(owned, reps)))
    figures = balance(owned.select(pl.exclude("proposed", "reviewed", "decided"), reviewed="after"), reps)
    with canvas.paper():
        below = (
            "Each line runs through all books, smallest first; 100% is a book's fair share by capacity. "
            "Above each panel: how much of the total sits in books above their fair share."
        )
        sheet = canvas.figure(4.9, headlines.of_balance(figures), below)
        shares = {
            (measure, book_state): fair_shares(loads(owned, book_state, reps), measure).sort()
            for measure in PANELS
            for book_state in COLOURS
        }
        top = min(HIGHEST, 50 * math.ceil(max(series.max() for series in shares.values()) / 50 + 0.1))
        for axes, measure in zip(sheet.subplots(2, 2, sharex=True, sharey=True).flat, PANELS, strict=True):
            hoover = figures.filter(pl.col("measure") == measure)["imbalance_pct"]
            _panel(axes, {book_state: shares[measure, book_state] for book_state in COLOURS}, top)
            axes.set_title(f"{MEASURE_WORDS[measure]}: {percent(hoover[0])} → {percent(hoover[-1])}")
        panels = sheet.get_axes()
        panels[0].legend(loc="upper left", handlelength=1.4)
        for axes in panels[2:]:
            axes.set_xlabel(f"the {reps.height} field reps' books")
        for axes in panels[::2]:
            axes.set_ylabel("of fair share")
        return canvas.png(sheet)


def _panel(axes: Axes, shares: dict[str, pl.Series], top: float) -> None:
    for book_state, series in shares.items():
        places = [100 * (rank + 0.5) / series.len() for rank in range(series.len())]
        axes.plot(
            places,
            series.clip(upper_bound=top),
            color=COLOURS[book_state],
            lw=2,
            label=book_state,
            clip_on=False,
            marker="o" if series.len() <= 40 else None,
            ms=3.5,
        )
    axes.axhline(100, color=canvas.INK, lw=0.8, ls=(0, (4, 3)), zorder=1)
    axes.set(xlim=(0, 100), ylim=(0, top), xticks=[])
    axes.yaxis.set_major_formatter(lambda tick, _: f"{tick:.0f}%")
    axes.grid(axis="y")
