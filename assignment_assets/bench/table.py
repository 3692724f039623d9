"""Rows of figures as aligned text, one a method."""

from collections.abc import Callable, Iterable

from assignment_assets.bench.contest import MOMENTS

Column = tuple[str, Callable[[dict], object], str]  # heading, what it shows, format


def _three(name: str) -> Callable[[dict], object]:
    return lambda row: (
        None
        if not row.get(name)
        else "/".join("–" if figure is None else f"{figure:.0f}" for figure in row[name].values())
    )


def _plain(name: str) -> Callable[[dict], object]:
    return lambda row: row.get(name)


RACES: list[Column] = [
    ("problem", _plain("problem"), ""),
    ("seats", _plain("seats"), ""),
    ("method", _plain("method"), ""),
    ("CPU s", _plain("cpu_seconds"), ".1f"),
    ("wall s", _plain("wall_seconds"), ".1f"),
    ("certify s", _plain("certify_cpu_seconds"), ".2f"),
    ("MB", _plain("peak_mb"), "d"),
    ("points", _plain("points"), "d"),
    ("HV", _plain("hv_ratio"), ".3f"),
    ("raw %", _plain("knee_raw_pct"), ".2f"),
    ("strict %", _plain("knee_strict_pct"), ".2f"),
    ("f1", _plain("f1"), ".2f"),
    ("f2", _plain("f2"), ".1f"),
    ("f3", _plain("f3"), ".1f"),
    ("CV % o/b/t", _three("cv"), ""),
    ("max–min % o/b/t", _three("max_min"), ""),
    ("lost", _plain("seats_lost"), "d"),
    ("wrong", _plain("violations"), "d"),
]
CYCLES: list[Column] = [
    ("problem", _plain("problem"), ""),
    ("preset", _plain("preset"), ""),
    ("points", _plain("points"), "d"),
    ("front s", _plain("front_cpu_seconds"), ".1f"),
    ("books s", _plain("books_cpu_seconds"), ".1f"),
    ("wall s", _plain("wall_seconds"), ".1f"),
    ("MB", _plain("peak_mb"), "d"),
    ("placed", _plain("placed"), ",d"),
    ("possible", _plain("placed_bound"), ",d"),
    ("wrong", _plain("violations"), "d"),
    ("phase 2 raw %", _plain("referring_raw_pct"), ".3f"),
    ("phase 3 raw %", _plain("value_raw_pct"), ".3f"),
]
PUBLIC: list[Column] = [
    ("problem", _plain("problem"), ""),
    ("accounts", _plain("accounts"), ",d"),
    ("reps", _plain("reps"), "d"),
    ("target", lambda row: f"≤ {row['target_gap_pct']} % in {row['target_seconds']:.0f} s", ""),
    ("raw %", _plain("gap_raw_pct"), ".3f"),
    ("CPU s", _plain("cpu_seconds"), ".2f"),
    ("wall s", _plain("wall_seconds"), ".2f"),
    ("of it bound", _plain("bound_cpu_seconds"), ".2f"),
    ("MB", _plain("peak_mb"), "d"),
    ("met", lambda row: "yes" if row["reached_in_time"] else "no", ""),
]
TABLES = {"referring": RACES, "cycle": CYCLES, "public": PUBLIC}


def as_text(rows: Iterable[dict]) -> str:
    """A table for every kind of row that there is; rows that were skipped or failed say why in a line below."""
    rows, parts = list(rows), []
    for kind, columns in TABLES.items():
        here = [row for row in rows if row.get("kind") == kind]
        shown = [row for row in here if not {"skipped", "failed"} & row.keys()]
        if shown:
            parts.append(_aligned(shown, columns))
        parts += [
            f"{row['problem']}, {row.get('method', kind)}: {why}"
            for row in here
            for why in [row.get("skipped") or row.get("failed")]
            if why
        ]
    raced = [row for row in rows if row.get("kind") == "referring" and "curve" in row]
    if any(len(row["curve"]) > 1 for row in raced):
        parts.insert(1, _aligned(raced, _curve_columns(raced)))
    return "\n".join(parts)


def _curve_columns(rows: list[dict]) -> list[Column]:
    """Hypervolume and raw gap at every moment that some method was scored at."""
    seconds = sorted({_moment(point) for row in rows for point in row["curve"]})
    return [*RACES[:3], *((f"{moment:g} s: HV, raw %" if moment else "sooner", _at(moment), "") for moment in seconds)]


def _moment(point: dict) -> float:
    """The last whole moment before the score was taken."""
    return max((moment for moment in MOMENTS if moment <= point["cpu_seconds"]), default=0.0)


def _at(moment: float) -> Callable[[dict], object]:
    def show(row: dict) -> str:
        points = [point for point in row["curve"] if _moment(point) == moment]
        if not points:
            return ""
        gap = points[-1]["knee_raw_pct"]
        return f"{points[-1]['hv_ratio']:.3f} {'–' if gap is None else format(gap, '.2f')}"

    return show


def _aligned(rows: list[dict], columns: list[Column]) -> str:
    cells = [[heading for heading, _, _ in columns]]
    for row in rows:
        cells.append(
            ["–" if figure is None else format(figure, form) for _, show, form in columns for figure in [show(row)]]
        )
    is_text = [isinstance(show(rows[0]), str) for _, show, _ in columns]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    lines = [
        "  ".join(
            cell.ljust(width) if text else cell.rjust(width)
            for cell, width, text in zip(row, widths, is_text, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("–" * width for width in widths), *lines[1:], ""])
