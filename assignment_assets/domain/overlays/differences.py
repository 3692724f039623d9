"""The daily catch: every difference between the truth, the accounts and their open opportunities, and its repair.

A difference that a person of a listed profile made is shown as on purpose and never repaired; nor is one that was
reported and left, a person whom the CRM does not know as active, or an account that the system of truth has no word of.
Everything else is repaired where the role says so.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from assignment_assets.domain.overlays import account_differences, changes, opportunity_differences, stamps
from assignment_assets.domain.overlays.catching import Catching
from assignment_assets.domain.overlays.look import wanted_of
from assignment_assets.domain.overlays.tables import (
    OVERLAY_CHANGES,
    OVERLAY_DIFFERENCES,
    OverlayChangesFrame,
    OverlayDifferencesFrame,
    OverlayStampsFrame,
)


@dataclass(frozen=True)
class Caught:
    """The differences, one a record, and what repairs call for: changes of accounts, and stamps."""

    differences: OverlayDifferencesFrame
    changes: OverlayChangesFrame
    stamps: OverlayStampsFrame


def caught(given: Catching, activities: pl.DataFrame | None = None) -> Caught:
    """Everything that differs at the moment of the catch, with its repairs; changes and stamps have no numbers yet.

    Parameters
    ----------
    activities
        opportunity_id, person_id of what people did lately, to find who works without being on it; None: not asked.
    """
    accounts = account_differences.on_accounts(given)
    opportunities = opportunity_differences.on_opportunities(given)
    alone = [] if activities is None else opportunity_differences.without_role(given, activities)
    schema = {**OVERLAY_DIFFERENCES.columns, "force_id": pl.String}
    rows = pl.DataFrame(_one_a_record([*accounts, *opportunities, *alone]), schema=schema)
    repaired = rows.filter("is_repaired")
    repairs = _changes(given, repaired.filter(pl.col("object") == "Account"))
    wanted = wanted_of(given.role, given.crm, given.account_people, given.edits, given.changes)
    stamping = stamps.Stamping(given.name, given.role, given.crm, wanted, given.people, given.under_way)
    ids = repaired.filter(pl.col("object") == "Opportunity")["record_id"].to_list()
    written = stamps.together(stamps.repairs(stamping, ids), stamps.for_accounts(stamping, repairs))
    return Caught(OVERLAY_DIFFERENCES.conform(rows), repairs, written)


def _changes(given: Catching, repaired: pl.DataFrame) -> OverlayChangesFrame:
    """A repair goes from whom the CRM shows to who is in force."""
    if repaired.is_empty():
        return OVERLAY_CHANGES.empty()
    said = given.assignments.select("account_id", "event_id", "changed_at", "received_at")
    at = pl.lit(given.at, pl.Datetime("us"))
    rows = repaired.join(said, on="account_id", how="left").with_columns(
        from_id="crm_id",
        to_id="force_id",
        why=pl.lit("repair"),
        changed_at=pl.coalesce("changed_at", at),
        received_at=at,
    )
    return changes.told(rows, given.role, given.names)


def _one_a_record(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first row of each record, with the sentences of the others."""
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["object"], row["record_id"])
        kept[key] = {**kept[key], "sentence": f"{kept[key]['sentence']} {row['sentence']}"} if key in kept else row
    return list(kept.values())
