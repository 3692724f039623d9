"""The choices of phase 2 between balance, drive time and moves."""

import polars as pl

from assignment_assets.report import headlines as headlines
from assignment_assets.report.pictures import canvas


def front(referring_front: pl.DataFrame) -> bytes:
    """Balance against drive minutes, one dot a point, coloured by moves; knee and chosen point are marked.

    Parameters
    ----------
    referring_front
        The table of that name; lower is better on every axis.
    """
    headline = headlines.of_front(referring_front)
    if referring_front.is_empty():
        return canvas.nothing_to_show(headline)
    with canvas.paper():
        below = "Referring accounts. Each dot is a complete set of books; lower is better, and further left."
        sheet = canvas.figure(4.3, headline, below)
        axes = sheet.add_subplot()
        dots = axes.scatter(
            referring_front["drive_minutes"],
            referring_front["referring_imbalance"],
            c=referring_front["moves_pct"],
            cmap="viridis_r",
            s=26,
            edgecolors="white",
            linewidths=0.4,
            zorder=2,
        )
        _mark(axes, referring_front.filter(pl.col("is_knee")), "knee: best compromise", "D", 95)
        _mark(axes, referring_front.filter(pl.col("is_chosen")), "chosen", "o", 180)
        axes.set_xlabel("drive minutes, mean of the placed accounts")
        axes.set_ylabel("imbalance of opportunities, BPS, TAM (mean %)")
        axes.grid()
        axes.margins(0.08)
        sheet.colorbar(dots, ax=axes, label="accounts that change owner (%)", pad=0.01).outline.set_visible(False)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(loc="upper right", markerscale=0.6, labelspacing=0.8)
        return canvas.png(sheet)


def _mark(axes, points: pl.DataFrame, label: str, marker: str, size: int) -> None:
    if not points.is_empty():
        axes.scatter(
            points["drive_minutes"],
            points["referring_imbalance"],
            s=size,
            marker=marker,
            label=label,
            facecolors="none",
            edgecolors=canvas.WARNING,
            linewidths=1.8,
            zorder=3,
        )
