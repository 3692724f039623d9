"""How far every account is from its field rep, before and after."""

from dataclasses import replace

import polars as pl

from assignment_assets.domain.assignment.assigned import assigned
from assignment_assets.domain.assignment.drive_time import with_drive_minutes
from assignment_assets.report.inputs import ReportInput


def with_minutes(report: ReportInput) -> ReportInput:
    """The report with its drive minutes before and after, once there is a proposal."""
    return replace(report, drive_minutes=_minutes_of(report)) if report.has_run("proposed_books") else report


def _minutes_of(report: ReportInput) -> pl.DataFrame:
    """Minutes from each account of the pool to its field rep before and after; null where it has none."""
    latest = report.optional("decided_books")
    if latest is None or latest.is_empty():
        rows = assigned(report.frame("proposed_books"), report.frame("overflow"))
        ends = rows.select("account_id", before="current_owner_id", after="new_owner_id")
    else:
        ends = latest.select("account_id", before="current_owner_id", after="reviewed_owner_id")
    places = ends.join(report.frame("accounts").select("account_id", "latitude", "longitude"), on="account_id")
    field = report.frame("reps").filter(pl.col("team") == "field")
    if report.region:
        field = field.filter(pl.col("region") == report.region)
    return (
        ends.select("account_id")
        .join(_minutes(places, field, "before"), on="account_id", how="left")
        .join(_minutes(places, field, "after"), on="account_id", how="left")
    )


def _minutes(places: pl.DataFrame, reps: pl.DataFrame, end: str) -> pl.DataFrame:
    rows = with_drive_minutes(places.rename({end: "rep_id"}), reps)
    return rows.select("account_id", pl.col("drive_minutes").alias(f"{end}_minutes"))
