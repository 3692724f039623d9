"""What differs on open opportunities: those that follow from their account, those that were to copy it and did not."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assignment_assets.domain.overlays.catching import Catching, difference
from assignment_assets.domain.overlays.overrides import OVERRIDES, moments, standing_on_opportunities
from assignment_assets.domain.overlays.people import called
from assignment_assets.domain.overlays.wanted import opportunity_people

ALONE = "active_without_role"


def on_opportunities(given: Catching) -> list[dict[str, Any]]:
    """Rows of OVERLAY_DIFFERENCES about open opportunities, and `force_id`, whom a repair writes."""
    if not given.role.opportunity_field:
        return []
    return _that_follow(given) if given.role.follows else _that_copy(given)


def without_role(given: Catching, activities: pl.DataFrame) -> list[dict[str, Any]]:
    """Open opportunities on which people of the role work who are neither primary nor supporting there.

    Of the role are users of its `person_profiles`; where it has none, whoever holds it anywhere.

    Parameters
    ----------
    activities
        opportunity_id, person_id; in any number.
    """
    profiles = given.role.person_profiles
    if profiles:
        holders = given.people.filter(pl.col("profile").is_in(profiles))["person_id"]
    else:
        holders = pl.concat([given.crm.accounts["person_id"], given.crm.roles["person_id"]]).drop_nulls().unique()
    working = activities.select("opportunity_id", "person_id").filter(pl.col("person_id").is_in(holders.implode()))
    alone = working.join(given.crm.roles, on=["opportunity_id", "person_id"], how="anti")
    people = alone.group_by("opportunity_id").agg(pl.col("person_id").unique().sort())
    rows = given.open_opportunities.join(people, on="opportunity_id")
    return [
        difference(
            given,
            "Opportunity",
            {**row, "record_id": row["opportunity_id"], "kind": ALONE, "force_id": row["crm_id"]},
            f"{', '.join(called(each, given.names) for each in row['person_id'])} worked on {_title(row)} "
            f"and is no {given.role.label} of it",
            "a person should say who is on it",
            is_on_purpose=False,
        )
        for row in rows.sort("opportunity_id").iter_rows(named=True)
    ]


def _that_follow(given: Catching) -> list[dict[str, Any]]:
    places = given.open_opportunities.select("opportunity_id", "account_id")
    overrides = standing_on_opportunities(
        given.edits, given.changes, places, keeps_overrides=given.role.keeps_overrides
    )
    force = opportunity_people(places, given.account_people, overrides).drop("account_id")
    purpose = overrides.select(opportunity_id="record_id", override_id="person_id", is_overridden=pl.lit(True))
    said_nobody = given.assignments.filter(pl.col("standing") == "nobody").select("account_id", is_nobody=pl.lit(True))
    rows = (
        given.open_opportunities.join(given.account_people.rename({"person_id": "truth_id"}), on="account_id")
        .join(force.rename({"person_id": "force_id"}), on="opportunity_id")
        .join(purpose, on="opportunity_id", how="left")
        .join(said_nobody, on="account_id", how="left")
        .join(moments(given.changes), on="account_id", how="left")
    )
    differs = pl.col("crm_id").ne_missing(pl.col("truth_id")) | pl.col("crm_id").ne_missing(pl.col("force_id"))
    return [_judged(given, row) for row in rows.filter(differs).sort("opportunity_id").iter_rows(named=True)]


def _judged(given: Catching, row: Mapping[str, Any]) -> dict[str, Any]:
    is_on_purpose = bool(row["is_overridden"]) and row["crm_id"] == row["override_id"]
    words = (
        f"{_title(row)} shows {called(row['crm_id'], given.names)} as its {given.role.label}, "
        f"its account has {called(row['truth_id'], given.names)}"
    )
    reason = ""
    if is_on_purpose:
        reason = "set on purpose by a profile that may override"
    elif _was_left(given, row):
        reason = "it was reported and left"
    elif row["force_id"] is None and not row["is_nobody"] and not row["is_overridden"] and row["set_by"] != "engine":
        reason = "nobody is named for the account, and what people entered is not emptied for that"
    facts = {**row, "record_id": row["opportunity_id"], "kind": "stamp_differs"}
    return difference(given, "Opportunity", facts, words, reason, is_on_purpose=is_on_purpose)


def _was_left(given: Catching, row: Mapping[str, Any]) -> bool:
    """Whether the value is that of an edit that was reported alone, and the account's person has not changed since."""
    edit = given.last_edits.get(("Opportunity", row["opportunity_id"]))
    if edit is None or edit[0] != "reported" or edit[2] != row["crm_id"]:
        return False
    return row["ended_at"] is None or edit[3] >= row["ended_at"]


def _that_copy(given: Catching) -> list[dict[str, Any]]:
    """Those whose copy at creation was decided and did not come to stand; everything else is the people's own."""
    rows = given.open_opportunities.filter(pl.col("crm_id").is_null() & (pl.col("set_by") == "engine"))
    wanted = opportunity_people(rows, given.account_people, OVERRIDES.empty()).rename({"person_id": "force_id"})
    missing = rows.join(wanted.drop("account_id").drop_nulls("force_id"), on="opportunity_id")
    return [
        difference(
            given,
            "Opportunity",
            {**row, "record_id": row["opportunity_id"], "kind": "stamp_differs", "truth_id": row["force_id"]},
            f"{_title(row)} has no {given.role.label}, and was to copy {called(row['force_id'], given.names)}",
            "",
            is_on_purpose=False,
        )
        for row in missing.iter_rows(named=True)
    ]


def _title(row: Mapping[str, Any]) -> str:
    return str(row["name"] or row["opportunity_id"])
