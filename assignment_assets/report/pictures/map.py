"""The country with every account in its owner's colour, before and after."""

from collections import Counter, defaultdict

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from assignment_assets.report import headlines as headlines
from assignment_assets.report.pictures import canvas, outlines
from assignment_assets.report.wording import plural

# Told apart with the common colour-vision deficiencies (after Okabe and Ito), dark enough on the land's grey.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e0a800", "#56b4e9", "#7b3294", "#222222")
NOT_FIELD, LAND, BORDER = "#a3adb8", "#f1f3f5", "#c9d1d9"
MOST_DOTS = 12_000
OUTERMOST, RIM, LEAST_HALF = 0.01, 0.08, 0.012  # of a zoomed map: left out, added, and half its height in radii
BELOW = "Neighbouring reps differ; a colour serves several reps."
OF_THE_COUNTRY = f"A dot is an account in its rep's colour, grey with Inside Sales or unowned. {BELOW}"
OF_A_REGION = f"A dot is an account in its rep's colour, grey with somebody outside the region or unowned. {BELOW}"


def map_before_after(owned: pl.DataFrame, reps: pl.DataFrame, is_zoomed: bool = False) -> bytes:
    """Two maps, one above the other: each dot an account in its owner's colour, grey without a field rep.

    Parameters
    ----------
    owned
        `books.ownership`; accounts without coordinates are left out, and beyond 12,000 every n-th is drawn.
    reps
        `books.field_reps`: who gets a colour. Reps whose accounts are neighbours get different ones; a colour
        serves several reps in different parts of the country.
    is_zoomed
        Shows the part of the country where these reps' accounts lie, and says how many lie outside it.
    """
    headline = headlines.of_map(owned, reps)
    located = owned.drop_nulls(["latitude", "longitude"])
    if located.is_empty():
        return canvas.nothing_to_show(headline)
    colours = rep_colours(located, reps)
    drawn = located.sort("account_id").gather_every(-(-located.height // MOST_DOTS))
    frame = frame_around(drawn, reps) if is_zoomed else outlines.FRAME
    outside = drawn.height - _inside(drawn, frame).sum() if is_zoomed else 0
    below = OF_A_REGION if is_zoomed else OF_THE_COUNTRY
    below += f" {plural(outside, 'account')} outside this part of the country." if outside else ""
    with canvas.paper():
        sheet = canvas.figure(8.2, headline, below)
        for axes, book_state, title in zip(sheet.subplots(2, 1), ("before", "after"), ("Before", "After"), strict=True):
            _country(axes, frame)
            _dots(axes, drawn, book_state, colours)
            axes.set_title(title)
        return canvas.png(sheet)


def map_of_owners(owned: pl.DataFrame, reps: pl.DataFrame, headline: str) -> bytes:
    """One map of the accounts as they are owned now; parameters as in `map_before_after`."""
    located = owned.drop_nulls(["latitude", "longitude"])
    if located.is_empty():
        return canvas.nothing_to_show(headline)
    drawn = located.sort("account_id").gather_every(-(-located.height // MOST_DOTS))
    with canvas.paper():
        sheet = canvas.figure(4.4, headline, OF_THE_COUNTRY)
        axes = sheet.add_subplot()
        _country(axes, outlines.FRAME)
        _dots(axes, drawn, "before", rep_colours(located, reps))
        return canvas.png(sheet)


def rep_colours(located: pl.DataFrame, reps: pl.DataFrame) -> dict[str, str]:
    """Rep id → colour; largest books choose first, each the colour least used by the reps it shares cells with."""
    cell = (pl.col("latitude") / 1.5).floor() * 1000 + (pl.col("longitude") / 1.5).floor()
    holders = pl.concat([located.select(pl.col(owner).alias("rep_id"), cell=cell) for owner in ("before", "after")])
    counts = holders.join(reps.select("rep_id"), on="rep_id").group_by("rep_id", "cell").len("count")
    by_cell, by_rep = defaultdict(dict), defaultdict(dict)
    for rep_id, place, count in counts.sort("rep_id", "cell").rows():
        by_cell[place][rep_id] = by_rep[rep_id][place] = count
    colours = {}
    for rep_id in sorted(by_rep, key=lambda rep_id: (-sum(by_rep[rep_id].values()), rep_id)):
        clashes, uses = Counter(), Counter(colours.values())
        for place, count in by_rep[rep_id].items():
            for other in by_cell[place].keys() & colours.keys():
                clashes[colours[other]] += min(count, by_cell[place][other])
        colours[rep_id] = min(PALETTE, key=lambda colour: (clashes[colour], uses[colour], PALETTE.index(colour)))
    return colours


def frame_around(drawn: pl.DataFrame, reps: pl.DataFrame) -> tuple[float, float, float, float]:
    """Left, right, lowest and highest of where the reps' accounts lie afterwards, but for the outermost, with a rim.

    As wide for its height as the whole country, so that both maps keep their size.
    """
    ids = reps["rep_id"].implode()
    kept = drawn.filter(pl.col("after").is_in(ids))
    kept = drawn if kept.is_empty() else kept
    x, y = outlines.project(kept["latitude"].to_numpy(), kept["longitude"].to_numpy())
    on_map = ~np.isnan(x)
    if not on_map.any():
        return outlines.FRAME
    (left, right), (low, high) = (np.quantile(each[on_map], (OUTERMOST, 1 - OUTERMOST)) for each in (x, y))
    whole_left, whole_right, whole_low, whole_high = outlines.FRAME
    ratio = (whole_right - whole_left) / (whole_high - whole_low)
    half_height = max((high - low) / 2, (right - left) / 2 / ratio, LEAST_HALF) * (1 + RIM)
    across, up = (left + right) / 2, (low + high) / 2
    return across - half_height * ratio, across + half_height * ratio, up - half_height, up + half_height


def _inside(drawn: pl.DataFrame, frame: tuple[float, float, float, float]) -> np.ndarray:
    x, y = outlines.project(drawn["latitude"].to_numpy(), drawn["longitude"].to_numpy())
    left, right, low, high = frame
    return (x >= left) & (x <= right) & (y >= low) & (y <= high)


def _country(axes: Axes, frame: tuple[float, float, float, float]) -> None:
    """The states. Hard edges, here and for the dots, take a third of the bytes of smooth ones."""
    canvas.clear_axes(axes)
    axes.add_collection(
        PolyCollection(outlines.state_rings(), facecolors=LAND, edgecolors=BORDER, linewidths=0.4, antialiaseds=False)
    )
    left, right, lowest, highest = frame
    axes.set(xlim=(left, right), ylim=(lowest, highest), aspect="equal")


def _dots(axes: Axes, drawn: pl.DataFrame, book_state: str, colours: dict[str, str]) -> None:
    x, y = outlines.project(drawn["latitude"].to_numpy(), drawn["longitude"].to_numpy())
    shades = np.array([colours.get(owner, NOT_FIELD) for owner in drawn[book_state]])
    size = 9 if drawn.height < 500 else 3.5 if drawn.height < 4000 else 1.8
    is_field = shades != NOT_FIELD
    for inside, order in ((~is_field, 2), (is_field, 3)):
        axes.scatter(x[inside], y[inside], c=shades[inside], s=size, linewidths=0, antialiased=False, zorder=order)
