"""How far accounts are from their rep."""

import polars as pl

from assignment_assets.report import headlines as headlines
from assignment_assets.report.pictures import canvas
from assignment_assets.report.wording import percent

CLASSES = (
    (0, 30, "up to 30 min"),
    (30, 60, "30 to 60 min"),
    (60, 120, "1 to 2 h"),
    (120, 240, "2 to 4 h"),
    (240, 480, "4 to 8 h"),
    (480, None, "over 8 h"),
)


def drive_time_distribution(drive_minutes: pl.DataFrame) -> bytes:
    """Share of the accounts by drive time to their rep, before and after.

    Parameters
    ----------
    drive_minutes
        account_id, before_minutes, after_minutes; nulls (no owner on the map) are left out. A column of
        nothing but nulls is not drawn.
    """
    headline = headlines.of_drive_minutes(drive_minutes)
    drawn = [
        (name, colour)
        for name, colour in (("before_minutes", canvas.BEFORE), ("after_minutes", canvas.AFTER))
        if drive_minutes[name].count()
    ]
    if not drawn:
        return canvas.nothing_to_show(headline)
    with canvas.paper():
        sheet = canvas.figure(3.7, headline, "One-way drive time from the rep to the account.")
        axes = sheet.add_subplot()
        height = 0.8 / len(drawn)
        for place, (name, colour) in enumerate(drawn):
            shares = class_shares(drive_minutes[name])
            middles = [rank - 0.4 + height * (place + 0.5) for rank in range(len(CLASSES))]
            bars = axes.barh(middles, shares, height * 0.94, color=colour, label=name.removesuffix("_minutes"))
            axes.bar_label(bars, [percent(share, 0) for share in shares], padding=3, fontsize=8)
        axes.set_yticks(range(len(CLASSES)), [label for _, _, label in CLASSES])
        axes.invert_yaxis()
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(length=0)
        axes.set_xlabel("share of accounts")
        axes.margins(x=0.1)
        if len(drawn) > 1:
            axes.legend(loc="lower right")
        return canvas.png(sheet)


def class_shares(minutes: pl.Series) -> list[float]:
    """Per cent of the known minutes in each class of `CLASSES`; a class takes its upper edge, not its lower."""
    known = minutes.drop_nulls()
    shares = []
    for lower, upper, _ in CLASSES:
        inside = (known > lower) | (known <= 0) if not lower else known > lower
        if upper is not None:
            inside = inside & (known <= upper)
        shares.append(100.0 * inside.sum() / known.len() if known.len() else 0.0)
    return shares
