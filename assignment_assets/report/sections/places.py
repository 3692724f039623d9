"""Where accounts lie: the map, drive time, and where field seats run out."""

import polars as pl

from assignment_assets.report import headlines as headlines
from assignment_assets.report import pictures
from assignment_assets.report.grid import Column, grid, number
from assignment_assets.report.inputs import DRIVE_MINUTES_COLUMNS, ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.books import owned_and_reps
from assignment_assets.report.sections.section import Section, not_run, picture
from assignment_assets.report.wording import plural, words


def on_the_map(report: ReportInput, names: Names) -> Section:
    """Accounts by owner before and after."""
    if not report.has_run("accounts"):
        return not_run("map", "The map", "Reading the accounts")
    owned, reps = owned_and_reps(report)
    if report.region:
        ids = reps["rep_id"].implode()
        owned = owned.filter(pl.col("before").is_in(ids) | pl.col("after").is_in(ids))
    nowhere = owned.filter(pl.col("latitude").is_null() | pl.col("longitude").is_null()).height
    sentences = [f"{plural(nowhere, 'account')} without coordinates are not drawn."] if nowhere else []
    drawn = pictures.map_before_after(owned, reps, is_zoomed=bool(report.region))
    return Section("map", "The map", sentences, [picture(drawn, headlines.of_map(owned, reps))])


def drive_time(report: ReportInput, names: Names) -> Section:
    """Drive time before and after, or after alone from the proposal."""
    if report.drive_minutes is None and not report.has_run("proposed_books"):
        return not_run("drive-time", "Drive time", "The assignment")
    minutes = known_drive_minutes(report)
    sentences = ["Estimated from great-circle distance unless a road server is configured."]
    if report.drive_minutes is None:
        sentences.append("As proposed; drive times before the cycle were not given.")
    shown = picture(pictures.drive_time_distribution(minutes), headlines.of_drive_minutes(minutes))
    return Section("drive-time", "Drive time", sentences, [shown])


def known_drive_minutes(report: ReportInput) -> pl.DataFrame:
    """The drive minutes given, else those of `proposed_books` as the minutes after."""
    if report.drive_minutes is not None:
        return report.drive_minutes
    proposed = report.frame("proposed_books")
    return proposed.select(
        "account_id",
        pl.lit(None, DRIVE_MINUTES_COLUMNS["before_minutes"]).alias("before_minutes"),
        after_minutes="drive_minutes",
    )


EXTENSIONS = {
    "family": "some belong to a family that no rep could hold whole",
    "revenue_cap": "for some a revenue cap left no room",
}


def _why(reasons: set[str]) -> str:
    """Why accounts have no field rep, extensions of the model named where they are the reason."""
    more = [text for reason, text in EXTENSIONS.items() if reason in reasons]
    return "; ".join(["No field rep who covers the state had a seat left for these", *more]) + "."


def overflow(report: ReportInput, names: Names) -> Section:
    """What goes to Inside Sales, by state, queue and member."""
    if not report.has_run("overflow"):
        return not_run("overflow", "Overflow to Inside Sales", "The assignment")
    frame, accounts = report.frame("overflow"), report.frame("accounts")
    headline = headlines.of_overflow(frame, accounts)
    if frame.is_empty():
        return Section("overflow", "Overflow to Inside Sales", [f"{headline}."])
    members = (
        frame.group_by("inside_sales_queue", "member_id")
        .agg(accounts=pl.len(), kept=(~pl.col("is_move")).sum())
        .sort("inside_sales_queue", "member_id")
    )
    columns = [
        Column("inside_sales_queue", "Queue", words),
        Column("member_id", "Member", names.person),
        number("accounts", "Accounts", has_bar=True),
        number("kept", "Of these already theirs"),
    ]
    return Section(
        "overflow",
        "Overflow to Inside Sales",
        [_why(set(frame["move_reason"]))],
        [picture(pictures.overflow_by_state(frame, accounts), headline)],
        [grid(members, "Accounts taken over by Inside Sales", columns)],
        is_side_by_side=True,
    )
