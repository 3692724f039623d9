"""What the daily catch looks at, and how one difference becomes a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl

from assignment_assets.domain.overlays.crm_seen import CrmSeen, still_open
from assignment_assets.domain.overlays.people import names_of, who
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import (
    CsAssignmentsFrame,
    OverlayChangesFrame,
    OverlayEditsFrame,
    OverlayPeopleFrame,
    OverlayStampsFrame,
)
from assignment_assets.domain.overlays.wanted import AccountPeopleFrame, account_people

Edit = tuple[str, str | None, str | None, datetime]


@dataclass(frozen=True)
class Catching:
    """One role's truth, CRM and log at the catch: best right after a look, so that nothing is old news."""

    name: str
    role: OverlayRole
    assignments: CsAssignmentsFrame
    crm: CrmSeen
    edits: OverlayEditsFrame
    changes: OverlayChangesFrame
    under_way: OverlayStampsFrame
    people: OverlayPeopleFrame
    at: datetime

    @cached_property
    def names(self) -> dict[str, str]:
        """User id → name."""
        return names_of(self.people)

    @cached_property
    def active(self) -> frozenset[str | None]:
        """Whom a repair may write: users who are active, and nobody."""
        return frozenset([None, *self.people.filter("is_active")["person_id"]])

    @cached_property
    def account_people(self) -> AccountPeopleFrame:
        """Who is in force on each account."""
        return account_people(self.role, self.crm.accounts, self.assignments, self.edits, self.changes)

    @cached_property
    def open_opportunities(self) -> pl.DataFrame:
        """opportunity_id, name, account_id, account_name, crm_id (the primary), set_by of those that are open."""
        facts = still_open(self.crm.opportunities)
        names = self.crm.accounts.select("account_id", account_name="name")
        shown = self.crm.primaries.select("opportunity_id", "set_by", crm_id="person_id")
        rows = facts.select("opportunity_id", "name", "account_id").join(shown, on="opportunity_id")
        return rows.join(names, on="account_id", how="left").sort("opportunity_id")

    @cached_property
    def last_edits(self) -> dict[tuple[str, str], Edit]:
        """(object, record) → the latest edit's verdict, editor, value and moment."""
        columns = ["object", "record_id", "verdict", "edited_by", "to_id", "edited_at"]
        ordered = self.edits.sort("edited_at").select(columns).iter_rows()
        return {(kind, record_id): (verdict, by, to_id, at) for kind, record_id, verdict, by, to_id, at in ordered}

    @cached_property
    def writing(self) -> frozenset[tuple[str, str, str | None]]:
        """(object, record, person) of stamps under way."""
        return frozenset(self.under_way.select("object", "record_id", "new_id").iter_rows())


def difference(
    given: Catching, kind: str, row: Mapping[str, Any], words: str, reason: str, *, is_on_purpose: bool
) -> dict[str, Any]:
    """A row of OVERLAY_DIFFERENCES, and whom its repair writes as `force_id`.

    Parameters
    ----------
    row
        record_id, account_id, account_name, kind, crm_id, force_id; truth_id and truth_key where there are any.
    words
        What differs, without a full stop.
    reason
        Why it is not repaired; empty where nothing of the difference itself speaks against it.
    """
    edit = given.last_edits.get((kind, row["record_id"]))
    changed_by = edit[1] if edit and edit[2] == row["crm_id"] else None
    if not reason:
        reason = _held_back(given, kind, row)
    by = f" {who(changed_by, given.names)} changed it in the CRM." if changed_by else ""
    then = f"Not repaired: {reason}." if reason else "It is repaired."
    return {
        "caught_at": given.at,
        "role": given.name,
        "object": kind,
        "record_id": row["record_id"],
        "account_id": row["account_id"],
        "account_name": row["account_name"],
        "kind": row["kind"],
        "truth_id": row.get("truth_id"),
        "truth_key": row.get("truth_key"),
        "crm_id": row["crm_id"],
        "changed_by": changed_by,
        "changed_by_name": given.names.get(changed_by) if changed_by else None,
        "is_on_purpose": is_on_purpose,
        "is_repaired": not reason,
        "sentence": f"{words}.{by} {then}",
        "force_id": row["force_id"],
    }


def _held_back(given: Catching, kind: str, row: Mapping[str, Any]) -> str:
    if (kind, row["record_id"], row["force_id"]) in given.writing:
        return "its write is under way"
    if row["force_id"] not in given.active:
        return f"{who(row['force_id'], given.names)} is not an active user"
    return "" if given.role.repairs else "the role lists differences alone"
