"""The waterfall as a funnel."""

import textwrap

import polars as pl
from matplotlib.axes import Axes

from assignment_assets.report import headlines as headlines
from assignment_assets.report.pictures import canvas
from assignment_assets.report.wording import NOTHING, whole

BARS = (
    ("accounts",),
    ("pool",),
    ("locked", "placed", "overflow"),
    ("moves",),
    ("reviewed",),
    ("approved",),
    ("written",),
)
COLOURS = {
    "accounts": canvas.BEFORE,
    "pool": "#7a8794",
    "locked": canvas.LOCKED,
    "placed": canvas.PLACED,
    "overflow": canvas.OVERFLOW,
    "written": canvas.GOOD,
}
LABELS, COUNTS = -3.05, 1.08  # where the two columns of text begin; the bars lie between −1 and 1


def funnel(waterfall: pl.DataFrame) -> bytes:
    """Accounts → pool → locked, placed, overflow → owner changes → approved → written, as centred bars.

    Parameters
    ----------
    waterfall
        `waterfall.waterfall`: step, label, accounts, note. A step whose count is null has not run yet.
    """
    steps = {row["step"]: row for row in waterfall.to_dicts()}
    widest = max((row["accounts"] or 0 for row in steps.values()), default=0)
    if not widest:
        return canvas.nothing_to_show(headlines.of_waterfall(waterfall))
    with canvas.paper():
        sheet = canvas.figure(4.9, headlines.of_waterfall(waterfall))
        axes = canvas.clear_axes(sheet.add_subplot())
        for level, names in enumerate(BARS):
            _bar(axes, -level, [steps[name] for name in names], widest)
        axes.set_xlim(LABELS, COUNTS + 0.62)
        axes.set_ylim(-len(BARS) + 0.45, 0.5)
        return canvas.png(sheet)


def _bar(axes: Axes, height: float, rows: list[dict], widest: int) -> None:
    """One level: its label and note to the left, its parts side by side, its count to the right."""
    ran = [row for row in rows if row["accounts"] is not None]
    total = sum(row["accounts"] for row in ran)
    left = -total / widest
    for row in ran:
        width = 2 * row["accounts"] / widest
        axes.barh(height, width, left=left, height=0.66, color=COLOURS.get(row["step"], canvas.AFTER), lw=0)
        if len(rows) > 1 and width > 0.42:
            words = f"{row['step']}\n{whole(row['accounts'])}"
            axes.text(left + width / 2, height, words, va="center", ha="center", color="white", fontsize=7)
        left += width
    label, note = _words(rows)
    axes.text(LABELS, height + (0.16 if note else 0), label, va="center", fontweight="bold", fontsize=8.5)
    axes.text(LABELS, height - 0.02, note, va="top", fontsize=7, color=canvas.QUIET, linespacing=1.1)
    count = whole(total) if ran else NOTHING
    axes.text(COUNTS, height, count, va="center", fontsize=9.5, fontweight="bold")


def _words(rows: list[dict]) -> tuple[str, str]:
    if len(rows) > 1:
        label = "Locked, placed, overflow"
        note = ", ".join(f"{whole(row['accounts'])} {row['step']}" for row in rows)
    else:
        label, note = rows[0]["label"], rows[0]["note"]
    if all(row["accounts"] is None for row in rows):
        note = "not run yet"
    return label, textwrap.fill(textwrap.shorten(note, 84, placeholder=" …"), 36)
