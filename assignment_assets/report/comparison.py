"""The figures of two cycles, side by side and in words."""

import json
from collections.abc import Callable, Iterable

import polars as pl

from assignment_assets.report.balance import balance
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.sections.books import owned_and_reps
from assignment_assets.report.sections.places import known_drive_minutes
from assignment_assets.report.waterfall import waterfall
from assignment_assets.report.wording import (
    BOOK_STATE_WORDS,
    MEASURE_WORDS,
    NOTHING,
    minutes,
    percent,
    signed,
    whole,
    within_sentence,
    words,
)

COLUMNS = {name: pl.String for name in ("part", "figure", "a", "b", "difference")}


def comparison_rows(a: ReportInput, b: ReportInput) -> pl.DataFrame:
    """part, figure, a, b, difference (b − a): settings that differ, waterfall, balance, drive minutes; all words."""
    rows = [*_settings(a, b), *_waterfall(a, b), *_balance(a, b), *_drive(a, b)]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def settings(report: ReportInput) -> dict[str, str]:
    """The run config's settings in words; empty before it is frozen."""
    config = report.config()
    values = json.loads(config["config_json"] or "{}") if config else {}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}


def _settings(a: ReportInput, b: ReportInput) -> Iterable[tuple]:
    left, right = settings(a), settings(b)
    for name in sorted(left.keys() | right.keys()):
        if left.get(name) != right.get(name):
            yield "Config", words(name), left.get(name) or NOTHING, right.get(name) or NOTHING, ""


def _waterfall(a: ReportInput, b: ReportInput) -> Iterable[tuple]:
    left, right = waterfall(a.tables), waterfall(b.tables)
    pairs = zip(left["label"], left["accounts"], right["accounts"], strict=True)
    for label, before, after in pairs:
        yield _row("Waterfall", label, before, after, whole, signed)


def _balance(a: ReportInput, b: ReportInput) -> Iterable[tuple]:
    left, right = _imbalance(a), _imbalance(b)
    for state, state_words in BOOK_STATE_WORDS.items():
        for measure in MEASURE_WORDS:
            before, after = left.get((state, measure)), right.get((state, measure))
            if before is not None or after is not None:
                figure = f"Imbalance of {within_sentence(measure)}, {state_words}"
                yield _row("Balance", figure, before, after, percent, _signed_points)


def _imbalance(report: ReportInput) -> dict[tuple[str, str], float]:
    rows = balance(*owned_and_reps(report)).select("book_state", "measure", "imbalance_pct").rows()
    return {(state, measure): figure for state, measure, figure in rows}


def _drive(a: ReportInput, b: ReportInput) -> Iterable[tuple]:
    left, right = known_drive_minutes(a)["after_minutes"], known_drive_minutes(b)["after_minutes"]
    yield _row("Drive time", "Mean", left.mean(), right.mean(), minutes, _signed_minutes)
    yield _row("Drive time", "Half of the accounts within", left.median(), right.median(), minutes, _signed_minutes)


def _row(part: str, figure: str, before, after, as_text: Callable, as_difference: Callable) -> tuple:
    difference = "" if before is None or after is None else as_difference(round(after, 1) - round(before, 1))
    return part, figure, as_text(before), as_text(after), difference


def _signed_points(difference: float) -> str:
    return "0" if abs(difference) < 0.05 else f"{difference:+.1f} points".replace("-", "−")


def _signed_minutes(difference: float) -> str:
    return f"{signed(difference)} min"
