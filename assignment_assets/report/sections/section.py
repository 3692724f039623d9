"""One section of the report: a heading, sentences, pictures, tables."""

from dataclasses import dataclass, field

from assignment_assets.report.front_view import FrontView
from assignment_assets.report.grid import Grid
from assignment_assets.report.pictures.canvas import data_uri


@dataclass(frozen=True)
class Picture:
    """A picture as a `data:` address, with the words for those who cannot see it."""

    source: str
    alternative: str


@dataclass(frozen=True)
class Section:
    """What the template shows under one heading; `anchor` is its address within the page.

    `is_side_by_side`: picture and table stand beside each other where the page is wide enough.
    """

    anchor: str
    title: str
    sentences: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    is_side_by_side: bool = False
    front: FrontView | None = None


def picture(content: bytes, alternative: str) -> Picture:
    """The PNG and its words."""
    return Picture(data_uri(content), alternative)


def not_run(anchor: str, title: str, stage: str) -> Section:
    """A section whose stage has not run."""
    return Section(anchor, title, [f"{stage} has not run yet."])
