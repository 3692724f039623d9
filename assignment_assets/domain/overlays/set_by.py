"""Who set the person of an opportunity that a look has read: the engine, an override, another person, or unknown."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assignment_assets.domain.overlays.crm_seen import CrmSeen
from assignment_assets.domain.overlays.edit_trail import Evidence
from assignment_assets.domain.overlays.overrides import STANDS, OverridesFrame
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import OPPORTUNITY_ROLES, OpportunityRolesFrame, OverlayEditsFrame
from assignment_assets.domain.overlays.wanted import AccountPeopleFrame


def marked(
    role: OverlayRole,
    before: CrmSeen,
    now: CrmSeen,
    people: AccountPeopleFrame,
    edits: OverlayEditsFrame,
    evidence: Evidence,
) -> OpportunityRolesFrame:
    """A look's OPPORTUNITY_ROLES with `set_by` and `override_by`.

    What was there before the role's first look is unknown. A new opportunity without a person is the engine's to fill
    where its account has one. Supporting people are people's.

    Parameters
    ----------
    edits
        The look's own.
    evidence
        Of the opportunities' field.
    """
    once = before.primaries.join(now.roles, on="opportunity_id", how="semi")
    known = {row["opportunity_id"]: row for row in once.iter_rows(named=True)}
    last = {row["record_id"]: row for row in edits.sort("edited_at").iter_rows(named=True)}
    accounts = dict(people.filter(pl.col("person_id").is_not_null()).select("account_id", "person_id").iter_rows())
    account_of = dict(now.opportunities.select("opportunity_id", "account_id").iter_rows())
    rows = []
    for row in now.roles.iter_rows(named=True):
        if before.is_nothing:
            mark: tuple[str, str | None] = ("unknown", None)
        elif row["part"] != "primary":
            mark = ("person", None)
        else:
            opportunity_id = row["opportunity_id"]
            has_account_person = account_of.get(opportunity_id) in accounts
            mark = _mark(role, row, known.get(opportunity_id), last.get(opportunity_id), evidence, has_account_person)
        rows.append({**row, "set_by": mark[0], "override_by": mark[1]})
    return OPPORTUNITY_ROLES.conform(pl.DataFrame(rows, schema=OPPORTUNITY_ROLES.columns))


def with_overrides(
    roles: OpportunityRolesFrame, overrides: OverridesFrame, open_opportunities: pl.DataFrame
) -> OpportunityRolesFrame:
    """The rows with the marks of overrides that stand and are shown, and without those of others that have ended.

    A closed opportunity keeps what it closed with.

    Parameters
    ----------
    open_opportunities
        opportunity_id.
    """
    own = overrides.select("person_id", opportunity_id="record_id", by="override_by", stands=pl.lit(True))
    marked = roles.join(own, on=["opportunity_id", "person_id"], how="left", nulls_equal=True)
    is_open = pl.col("opportunity_id").is_in(open_opportunities["opportunity_id"].implode())
    is_primary = is_open & (pl.col("part") == "primary")
    stands = is_primary & pl.col("stands").fill_null(False)
    has_ended = is_primary & (pl.col("set_by") == "override") & ~stands
    return OPPORTUNITY_ROLES.conform(
        marked.with_columns(
            set_by=pl.when(stands).then(pl.lit("override")).when(has_ended).then(pl.lit("person")).otherwise("set_by"),
            override_by=pl.when(stands).then("by").when(has_ended).then(None).otherwise("override_by"),
        )
    )


def _mark(
    role: OverlayRole,
    row: Mapping[str, Any],
    known: Mapping[str, Any] | None,
    edit: Mapping[str, Any] | None,
    evidence: Evidence,
    has_account_person: bool,
) -> tuple[str, str | None]:
    person_id = row["person_id"]
    if edit is not None and edit["to_id"] == person_id:
        is_override = edit["verdict"] in STANDS and (role.follows or edit["verdict"] == "closed_allowed")
        return ("override", edit["edited_by"]) if is_override else ("person", None)
    if known is not None and known["person_id"] == person_id:
        return known["set_by"] or "unknown", known["override_by"]
    if evidence.is_our_write(row["opportunity_id"], person_id):
        return "engine", None
    if known is None and person_id is None:
        return ("engine" if has_account_person else "unknown"), None
    return "person", None
