"""The paper that every picture is drawn on: size, type, colours, and the way to bounded PNG bytes."""

import base64
import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

LARGEST_BYTES = 300_000
WIDTH_INCHES = 4.8  # narrow, so that the type is still read where the picture is as wide as a phone
DOTS_PER_INCH = (190, 160, 130, 100, 75)  # 912 pixels wide, and what is tried when a picture is too heavy

INK, QUIET, RULE, PAPER = "#1f2933", "#52606d", "#d9dee4", "#ffffff"
BEFORE, AFTER, WARNING, GOOD = "#9aa5b1", "#0b5cad", "#c2410c", "#1b7f4b"
LOCKED, PLACED, OVERFLOW = "#52606d", "#0b5cad", "#d97706"

_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "text.color": INK,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": RULE,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "figure.facecolor": PAPER,
    "svg.hashsalt": "assignment",
}


@contextmanager
def paper() -> Iterator[None]:
    """Draw inside this: the house's type and colours, whatever the caller's matplotlib settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def figure(height: float, headline: str, below: str = "") -> Figure:
    """An empty sheet of that height in inches, a headline and a quieter line below it."""
    sheet = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
    FigureCanvasAgg(sheet)
    headline = textwrap.fill(headline, 50)
    lines = headline.count("\n") + 1
    taken = (0.11 + 0.2 * lines) / height
    sheet.text(0.012, 1 - 0.08 / height, headline, ha="left", va="top", fontsize=11, fontweight="bold")
    if below:
        quieter = textwrap.fill(below, 78)
        sheet.text(0.012, 1 - taken, quieter, ha="left", va="top", fontsize=7.5, color=QUIET)
        taken += (0.05 + 0.14 * (quieter.count("\n") + 1)) / height
    sheet.get_layout_engine().set(rect=(0.005, 0.005, 0.99, 1 - taken - 0.06 / height - 0.005))
    return sheet


def png(sheet: Figure) -> bytes:
    """The sheet as PNG, at most 300 kB and 1,100 pixels wide; a heavy one is drawn with fewer dots an inch."""
    for dots in DOTS_PER_INCH:
        buffer = io.BytesIO()
        sheet.savefig(buffer, format="png", dpi=dots, metadata={"Software": None})
        if buffer.tell() <= LARGEST_BYTES:
            break
    return buffer.getvalue()


def nothing_to_show(headline: str) -> bytes:
    """A small sheet that says in words why there is no picture."""
    with paper():
        return png(figure(0.7, headline))


def data_uri(picture: bytes) -> str:
    """The picture as a `data:` address, for an `<img>` that needs no file."""
    return f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"


def markdown(picture: bytes, alternative: str = "") -> str:
    """The picture as a Markdown image, for asset metadata; brackets in the alternative text are left out."""
    plain = alternative.replace("[", "(").replace("]", ")").replace("\n", " ")
    return f"![{plain}]({data_uri(picture)})"


def clear_axes(axes: Axes) -> Axes:
    """The axes without frame and ticks, for maps and funnels."""
    axes.set_axis_off()
    return axes
