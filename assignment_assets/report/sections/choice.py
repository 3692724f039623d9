"""What the optimiser chose from, and what is proven about it."""

import polars as pl

from assignment_assets.domain.assignment.choice import ENGINE
from assignment_assets.domain.sources.fields import IN_CENTS
from assignment_assets.report import headlines as headlines
from assignment_assets.report.front_view import front_view
from assignment_assets.report.grid import Column, grid, number, prose
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.section import Section, not_run
from assignment_assets.report.wording import decimal, minutes, percent, within_sentence, words

OBJECTIVES = {
    "referring_imbalance": "most even",
    "drive_minutes": "shortest drive",
    "moves_pct": "fewest owner changes",
}
FIGURE_NAMES = {"moves_pct": "moves (%)", "drive_minutes": "mean drive (min)", "balance": "imbalance (%)"}


def front(report: ReportInput, names: Names) -> Section:
    """The front with its marked points."""
    if not report.has_run("referring_front"):
        return not_run("front", "The choice", "The search for books of referring accounts")
    points = report.frame("referring_front")
    headline = headlines.of_front(points)
    if points.is_empty():
        return Section("front", "The choice", [f"{headline}."])
    columns = [
        Column("marks", "Point"),
        number("point", "No."),
        number("referring_imbalance", "Imbalance", percent, has_bar=True),
        number("drive_minutes", "Mean drive", minutes, has_bar=True),
        number("moves_pct", "Change owner", percent, has_bar=True),
    ]
    note = "No point of the front beats another in all three; the chosen one is the knee unless people named another."
    price = report.frame("chosen_points").filter(pl.col("chosen_by") != ENGINE)
    whose = ["One choice for the whole company, all regions together."] if report.region else []
    priced = [f"{row['chosen_by']} chose point {row['point']}: {row['price']}." for row in price.to_dicts()]
    marked = grid(marked_points(points), "The points that stand out", columns, kept_in="referring_front")
    sentences = [*whose, f"{headline}.", note, *priced]
    return Section("front", "The choice", sentences, grids=[marked], front=front_view(points))


def marked_points(points: pl.DataFrame) -> pl.DataFrame:
    """The chosen point, the knee and the best in each objective, each once, with all its marks in words."""
    marks = {}
    for row in points.filter(pl.col("is_chosen")).to_dicts():
        marks.setdefault(row["point"], []).append("chosen")
    for row in points.filter(pl.col("is_knee")).to_dicts():
        marks.setdefault(row["point"], []).append("knee")
    for objective, mark in OBJECTIVES.items():
        best = points.drop_nulls(objective).sort(objective, "point").head(1)
        for point in best["point"]:
            marks.setdefault(point, []).append(mark)
    order = {point: place for place, point in enumerate(marks)}
    kept = points.filter(pl.col("point").is_in(list(marks)))
    words_of = {point: ", ".join(found) for point, found in marks.items()}
    return kept.with_columns(
        marks=pl.col("point").replace_strict(words_of, return_dtype=pl.String),
        place=pl.col("point").replace_strict(order, return_dtype=pl.Int64),
    ).sort("place")


def certificate(report: ReportInput, names: Names) -> Section:
    """Value, proven bound and gap, line by line."""
    if not report.has_run("certificate"):
        return not_run("certificate", "Certificate", "The assignment")
    lines = report.frame("certificate")
    if lines.is_empty():
        return Section("certificate", "Certificate", ["Nothing was proven: there was nothing to place."])
    columns = [
        Column("phase", "Phase", words),
        Column("metric", "Figure", _figure_name),
        number("value", "Value", _figure),
        number("bound", "Proven bound", _figure),
        number("gap_pct", "Gap", _gap),
        prose("sentence", "In words"),
    ]
    grids = [grid(lines.filter(pl.col("state").is_null()), "What is proven about the books", columns)]
    by_state = lines.drop_nulls("state").sort("value", "state", descending=[True, False], nulls_last=True)
    if not by_state.is_empty():
        of_state = [
            Column("state", "State"),
            number("value", "To Inside Sales", has_bar=True),
            prose("sentence", "Why"),
        ]
        grids.append(grid(by_state, "State by state: why accounts have no seat", of_state, is_folded=True))
    whose = ["Of the whole company's books, all regions together."] if report.region else []
    return Section(
        "certificate",
        "Certificate",
        [*whose, "A bound is proven: no books at all can be better than it. The gap is what may be left."],
        grids=grids,
    )


def _figure_name(metric: str) -> str:
    """A metric of the certificate in words: opp_count_cv → opportunities, variation."""
    for ending, meaning in (("_cv", ", variation"), ("_max_min", ", most − least")):
        if metric.endswith(ending):
            measure = metric.removesuffix(ending)
            return within_sentence(IN_CENTS.get(measure, measure)) + meaning
    return FIGURE_NAMES.get(metric, words(metric))


def _figure(value) -> str:
    """A count without decimals, anything else with two."""
    return decimal(value, 0 if value is not None and value == int(value) else 2)


def _gap(value) -> str:
    return percent(value, 2)
