"""Roles beside the owner: who they are, what changed, what was stamped where, and what became of it."""

from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.overlays.tables import (
    CS_ASSIGNMENTS,
    OVERLAY_CHANGES,
    OVERLAY_DIFFERENCES,
    OVERLAY_EDITS,
    OVERLAY_LOG,
    OVERLAY_STAMPS,
)
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.cycle import as_table, counts, table_metadata
from assignment_assets.stages.overlay_frame import (
    APPENDED,
    ELSEWHERE,
    REPLACED,
    SHOWN,
    overlay_asset,
    published,
    writer_if_free,
)


@overlay_asset(kinds={"salesforce", "duckdb"})
def cs_assignments(source: Source, clock: Clock) -> dg.MaterializeResult[Any]:
    """Who each account's person is, by the system of truth of every role, as of this pass.

    Where no writer runs as a process of its own, this makes one pass: it reads systems of truth and the CRM, decides,
    writes what a standing policy covers, and reads it back.
    """
    with writer_if_free(source, clock) as writer:
        said = ELSEWHERE if writer is None else str(writer.one_pass())
    rows = published(CS_ASSIGNMENTS)
    return dg.MaterializeResult(
        metadata=table_metadata(rows, REPLACED) | {"pass": said, "standing": counts(rows, "role", "standing")}
    )


@overlay_asset(deps=["cs_assignments"])
def overlay_changes() -> dg.MaterializeResult[Any]:
    """Every change of an account's person, from whom to whom, and why; and what people edited themselves."""
    rows, edits = published(OVERLAY_CHANGES), published(OVERLAY_EDITS)
    latest = edits.sort("edited_at", descending=True).head(SHOWN)
    return dg.MaterializeResult(
        metadata=table_metadata(rows.sort("change_no", descending=True), APPENDED)
        | {
            "by reason": counts(rows, "role", "why"),
            "edits by verdict": counts(edits, "role", "verdict"),
            "latest edits": as_table(latest.select("role", "object", "record_id", "verdict", "sentence")),
        }
    )


@overlay_asset(deps=["overlay_changes"])
def overlay_stamps() -> dg.MaterializeResult[Any]:
    """Every field that was to be written: object, field, record, expected, new. Never one that is closed."""
    rows = published(OVERLAY_STAMPS)
    return dg.MaterializeResult(
        metadata=table_metadata(rows.sort("stamp_no", descending=True), APPENDED)
        | {"by reason": counts(rows, "role", "object", "why")}
    )


@overlay_asset(deps=["overlay_stamps"])
def overlay_log() -> dg.MaterializeResult[Any]:
    """What became of each stamp: written and read back, refused, overtaken by a later one, or still to come."""
    rows, stamps = published(OVERLAY_LOG), published(OVERLAY_STAMPS)
    waiting = stamps.join(rows, on="stamp_no", how="anti")
    refused = rows.filter(pl.col("error").is_not_null()).sort("stamp_no", descending=True).head(SHOWN)
    return dg.MaterializeResult(
        metadata=table_metadata(rows.sort("stamp_no", descending=True), APPENDED)
        | {
            "by outcome": counts(rows, "role", "outcome"),
            "still to come": waiting.height,
            "refused": as_table(refused.select("role", "object", "record_id", "outcome", "error")),
        }
    )


@overlay_asset(deps=["overlay_log"], kinds={"salesforce", "duckdb"})
def overlay_differences(source: Source, clock: Clock) -> dg.MaterializeResult[Any]:
    """The daily catch: what differs between truth, accounts and open opportunities, repaired where the role says so.

    Where a writer runs as a process of its own, it makes the catch at its first pass of a day, and this shows it.
    """
    with writer_if_free(source, clock) as writer:
        said = ELSEWHERE if writer is None else str(writer.one_pass(catches=True))
    rows = published(OVERLAY_DIFFERENCES)
    last = rows.filter(pl.col("caught_at") == pl.col("caught_at").max())
    return dg.MaterializeResult(
        metadata=table_metadata(rows.sort("caught_at", descending=True), APPENDED)
        | {
            "catch": said,
            "at the last catch": last.height,
            "by kind": counts(last, "role", "kind"),
            "on purpose": int(last["is_on_purpose"].sum()),
            "repaired": int(last["is_repaired"].sum()),
            "what differed": as_table(last.select("role", "object", "record_id", "kind", "sentence").head(SHOWN)),
        }
    )
