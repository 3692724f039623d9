"""The front as people read it: every point in words, the interactive picture's data, and a page of its own."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import polars as pl
from markupsafe import Markup

from assignment_assets.domain.assignment.choice import price
from assignment_assets.report import headlines as headlines
from assignment_assets.report import pictures
from assignment_assets.report.grid import Column, Grid, grid, number, prose
from assignment_assets.report.templates.environment import PAGES
from assignment_assets.report.wording import decimal, minutes, percent


@dataclass(frozen=True)
class Axis:
    """One objective as people choose it, as it stands at an axis, and beside a point."""

    column: str
    name: str
    title: str
    as_text: Callable[[float], str]
    unit: str


def _above(value: float) -> str:
    return f"+{percent(value)}"


AXES = (
    Axis("referring_imbalance", "Imbalance", "Imbalance of opportunities, BPS, TAM (mean %)", percent, "points"),
    Axis("drive_minutes", "Mean drive", "Mean drive (minutes)", minutes, "min"),
    Axis("moves_pct", "Change owner", "Owned accounts that change owner (%)", percent, "points"),
    Axis("worst_book", "Heaviest book", "Heaviest book above its fair share (%)", _above, "points"),
)
SCRIPT = files("assignment_assets.report.templates").joinpath("front.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class FrontView:
    """What the template draws: the headline, the points for the script, the table, a picture for where none runs."""

    headline: str
    data: dict
    table: Grid
    still: str
    command: str = ""


def front_view(front: pl.DataFrame, cycle: str = "") -> FrontView:
    """The front in words and as data.

    Parameters
    ----------
    front
        Table `referring_front`, with at least one point.
    cycle
        The cycle in the command that chooses a point; empty where there is nothing to choose any more.
    """
    knees = front.filter("is_knee").to_dicts()
    points = [_point(row, knees[0] if knees else None, front) for row in front.sort("point").to_dicts()]
    axes = [{"name": axis.name, "title": axis.title} for axis in AXES]
    return FrontView(
        headlines.of_front(front),
        {"axes": axes, "points": points},
        _table(points),
        pictures.data_uri(pictures.front(front)),
        f"assignment choose {cycle} POINT --as YOU" if cycle else "",
    )


def front_page(front: pl.DataFrame, cycle: str) -> str:
    """One HTML file with the picture and the table alone; opens without a network.

    Parameters
    ----------
    front
        Table `referring_front`; without points the page says so.
    cycle
        Whose front it is.
    """
    view = None if front.is_empty() else front_view(front, cycle)
    headline = headlines.of_front(front)
    return PAGES.get_template("front_page.html").render(
        cycle=cycle, headline=headline, view=view, script=script(), policy=policy()
    )


def script() -> Markup:
    """The picture's script, as it stands between its tags."""
    return Markup(SCRIPT)


def policy() -> str:
    """A content security policy under which a page fetches nothing and runs this one script."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode("ascii")
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def _point(row: dict, knee: dict | None, front: pl.DataFrame) -> dict:
    marks = [mark for mark in ("knee", "chosen") if row[f"is_{mark}"]]
    return {
        "point": row["point"],
        "marks": marks,
        "values": [row[axis.column] for axis in AXES],
        "texts": ["–" if row[axis.column] is None else axis.as_text(row[axis.column]) for axis in AXES],
        "against": [_against(row, knee, axis) for axis in AXES],
        "price": price(front, row["point"]) if knee else "",
    }


def _against(row: dict, knee: dict | None, axis: Axis) -> str:
    """How far the point lies from the knee on one axis; empty for the knee itself and where nothing shows."""
    if knee is None or row[axis.column] is None or knee[axis.column] is None:
        return ""
    difference = row[axis.column] - knee[axis.column]
    text = decimal(abs(difference))
    return "" if text == "0.0" else f"{'+' if difference > 0 else '−'}{text} {axis.unit}"


def _table(points: list[dict]) -> Grid:
    texts = [f"text_{axis.column}" for axis in AXES]
    rows = [
        {"point": each["point"], "marks": ", ".join(each["marks"]), "price": each["price"]}
        | dict(zip(texts, each["texts"], strict=True))
        for each in points
    ]
    columns = [
        Column("point", "Point"),
        Column("marks", "Marks", str),
        *(number(text, axis.name, str) for text, axis in zip(texts, AXES, strict=True)),
        prose("price", "Against the knee"),
    ]
    return grid(pl.DataFrame(rows), "Every point of the front", columns, is_folded=True)
