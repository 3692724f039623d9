"""The bar of activity links: how right, how well calibrated, counted once, how fast; on companies that nothing was
fitted to.

Companies of the bar work as `Work()` says, with seeds that neither weights nor threshold have seen. Two others are
shown beside them and have no bar: one where still more is logged on accounts and more is done for no deal's sake, and
one whose subjects and contacts hardly say anything.
"""

import time
from collections.abc import Callable, Iterator

from assignment_assets.bench.activity_truth import Figures, figures
from assignment_assets.bench.activity_weights import read
from assignment_assets.domain.overlays.activities.links import activity_links
from assignment_assets.domain.overlays.activities.rules import ActivityRules
from assignment_assets.sample.activities import generate_activities
from assignment_assets.sample.deals import Work

Row = tuple[str, str, object, bool | None]
ACTIVITIES, SEEDS, GROWN = 5_000, range(401, 409), 10
OTHERS = {
    "where more lies on accounts": Work(on_account=0.42, weekly_account_work=0.16),
    "that says little": Work(names_product=0.1, without_contact=0.8),
}
LEAST_PRECISION, LEAST_RECALL, MOST_ERROR = 0.97, 0.85, 0.05
MOST_CPU_SECONDS, MOST_GROWTH = 2.0, 1.5  # of the time an activity takes, from 5,000 to ten times as many


def activity_links_rows(short: bool) -> Iterator[Row]:
    """Rows of (name, target, figure, met), a figure a seed; what has no bar has no `met`.

    The short form judges two seeds and leaves growth and the other companies out.
    """
    seeds = SEEDS[:2] if short else SEEDS
    judged = [_judged(seed, Work()) for seed in seeds]
    yield from _rows(judged)
    if not short:
        for company, ways in OTHERS.items():
            others = [_judged(seed, ways) for seed in seeds]
            for name in ("on_account", "precision", "recall", "calibration_error"):
                yield f"activities, {name} in a company {company}", "shown", _each(others, name), None
    spent = cpu_seconds(ACTIVITIES)
    target = f"< {MOST_CPU_SECONDS} CPU s"
    yield f"activities, {ACTIVITIES:,} linked", target, round(spent, 2), spent < MOST_CPU_SECONDS
    if not short:
        growth = cpu_seconds(ACTIVITIES * GROWN) / GROWN / spent
        target = f"<= {MOST_GROWTH} times as long an activity"
        yield f"activities, {ACTIVITIES * GROWN:,} linked", target, round(growth, 2), growth <= MOST_GROWTH


def cpu_seconds(count: int) -> float:
    """What linking so many takes, from the tables that were handed over to both answers."""
    work, rules = generate_activities(count, 1), ActivityRules()
    started = time.process_time()
    activity_links(read(work, rules), rules)
    return time.process_time() - started


def _rows(judged: list[Figures]) -> Iterator[Row]:
    bars: list[tuple[str, str, Callable[[float], bool]]] = [
        ("precision", f">= {LEAST_PRECISION}", lambda value: value >= LEAST_PRECISION),
        ("recall", f">= {LEAST_RECALL}", lambda value: value >= LEAST_RECALL),
        ("calibration_error", f"<= {MOST_ERROR}", lambda value: value <= MOST_ERROR),
        ("answer_error", f"<= {MOST_ERROR}", lambda value: value <= MOST_ERROR),
        ("counted_twice", "0", lambda value: value == 0),
    ]
    for name, target, is_met in bars:
        yield f"activities, {name}", target, _each(judged, name), all(is_met(getattr(each, name)) for each in judged)
    for name in ("on_account", "account_precision", "account_recall", "lost"):
        yield f"activities, {name}", "shown", _each(judged, name), None


def _judged(seed: int, ways: Work) -> Figures:
    work, rules = generate_activities(ACTIVITIES, seed, ways), ActivityRules()
    return figures(work, activity_links(read(work, rules), rules))


def _each(judged: list[Figures], name: str) -> list[float]:
    return [round(getattr(each, name), 4) for each in judged]
