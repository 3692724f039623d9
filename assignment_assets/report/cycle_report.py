"""One HTML file that tells a whole cycle."""

from dataclasses import dataclass

import polars as pl

from assignment_assets.report.balance import balance
from assignment_assets.report.front_view import policy, script
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.sections import sections
from assignment_assets.report.sections.books import owned_and_reps
from assignment_assets.report.sections.places import known_drive_minutes
from assignment_assets.report.templates.environment import PAGES
from assignment_assets.report.waterfall import waterfall
from assignment_assets.report.wording import NOTHING, day, minutes, percent, whole, words


@dataclass(frozen=True)
class Card:
    """One figure at a glance."""

    figure: str
    label: str
    beside: str = ""


def render(report: ReportInput) -> str:
    """The cycle's report as one HTML file: opens without a network, prints, fits a desk and a phone.

    Everything is inside (style, pictures as `data:` addresses, the front's one script), and a content security
    policy forbids anything else. Names and notes are escaped. The same input gives the same text.
    """
    page = PAGES.get_template("cycle_report.html")
    return page.render(
        report=report,
        facts=facts(report),
        cards=cards(report),
        sections=sections(report),
        script=script(),
        policy=policy(),
    )


def facts(report: ReportInput) -> list[tuple[str, str]]:
    """What identifies the cycle: where it stands, scope, as-of day, who opened it, mode and revision."""
    config = report.config()
    return [
        ("State", words(report.state)),
        ("Scope", words(config.get("scope"))),
        ("As of", day(config.get("as_of"))),
        ("Opened by", config.get("opened_by") or NOTHING),
        ("Mode", words(config.get("mode"))),
        ("Revision", whole(config.get("revision"))),
    ]


def cards(report: ReportInput) -> list[Card]:
    """The figures that people ask for first."""
    counts = dict(waterfall(report.tables).select("step", "accounts").rows())
    moves = counts["moves"] if counts["reviewed"] is None else counts["reviewed"]
    share = "" if not moves or not counts["pool"] else f"{percent(100 * moves / counts['pool'])} of the pool"
    drive = known_drive_minutes(report)
    before = drive["before_minutes"].mean()
    return [
        Card(whole(counts["pool"]), "accounts in the pool", _beside("of", counts["accounts"])),
        Card(whole(moves), "owner changes", share),
        _balance_card(report),
        Card(minutes(drive["after_minutes"].mean()), "mean drive", f"{minutes(before)} before" if before else ""),
        Card(whole(counts["overflow"]), "to Inside Sales", ""),
        Card(whole(counts["approved"]), "approved", _beside("with their new owner:", counts["written"])),
    ]


def _beside(words_before: str, count: int | None) -> str:
    return "" if count is None else f"{words_before} {whole(count)}"


def _balance_card(report: ReportInput) -> Card:
    figures = balance(*owned_and_reps(report)).filter(pl.col("measure") == "opp_count")["imbalance_pct"]
    if figures.is_empty():
        return Card(NOTHING, "imbalance of opportunities")
    return Card(percent(figures[-1]), "imbalance of opportunities", f"{percent(figures[0])} before")
