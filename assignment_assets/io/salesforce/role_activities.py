"""What people did for accounts and opportunities, and what became of these: tasks, stages, teams, merges of an org."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import polars as pl

from assignment_assets.domain.overlays.activities.tables import (
    LINKED_OPPORTUNITIES,
    LOGGED_ACTIVITIES,
    OPPORTUNITY_MERGES,
    OPPORTUNITY_STAGES,
    OPPORTUNITY_TEAMS,
)
from assignment_assets.domain.overlays.known_changes import CLOSES, ClosesFrame
from assignment_assets.domain.overlays.roles import OWNER, Overlays
from assignment_assets.domain.overlays.tables import OpportunityRolesFrame, OverlayPeopleFrame
from assignment_assets.domain.tables import Table
from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.record_values import cents_of, day_of, moment_of
from assignment_assets.io.salesforce.refusals import UNKNOWN_NAME, CallRefused

Row = dict[str, Any]
STAGES = "SELECT Id, OpportunityId, Field, NewValue, CreatedDate FROM OpportunityFieldHistory WHERE Field = 'StageName'"
ACTIVITIES = {"Task": ("ActivityDate", "TaskSubtype"), "Event": ("ActivityDateTime", "EventSubtype")}
"""Kind of activity → its moment, and what says of which type it is."""
STAGE_NAMES = "SELECT Id, MasterLabel, IsClosed FROM OpportunityStage"


class RoleActivities:
    """Reads them; what an org does not have is empty."""

    def __init__(self, org: Org, overlays: Overlays):
        self._org, self._overlays = org, overlays

    def tables(self, people: OverlayPeopleFrame, parts: OpportunityRolesFrame) -> dict[str, pl.DataFrame]:
        """Everything that activities are linked from, by name; who is on which opportunity is known already.

        Raises
        ------
        SourceUnavailable
        """
        merged = self._overlays.merged_into_field
        fields = ["Id", "AccountId", "Name", "OwnerId", "StageName", "IsClosed", "IsWon", "Amount", "CloseDate"]
        fields += ["CreatedDate", "IsDeleted", "LastModifiedDate", *filter(None, [merged])]
        deals = list(self._org.query(f"SELECT {', '.join(fields)} FROM Opportunity", includes_deleted=True))
        names = {record["Id"]: record.get("Name") for record in self._org.query("SELECT Id, Name FROM Account")}
        live = [deal for deal in deals if not deal.get("IsDeleted") and not (merged and deal.get(merged))]
        accounts = {deal["Id"]: deal.get("AccountId") for deal in deals} | {each: each for each in names}
        roles = dict(parts.select("person_id", "role").drop_nulls().unique("person_id", keep="first").iter_rows())
        owned = [(deal["Id"], deal["OwnerId"], OWNER) for deal in live if deal.get("OwnerId")]
        on_team = parts.filter(pl.col("person_id").is_not_null()).select("opportunity_id", "person_id", "role").rows()
        done = [
            _activity(record, day, kind, roles, accounts)
            for name, (day, kind) in ACTIVITIES.items()
            for record in self._activities(name, day, kind)
        ]
        team = dict.fromkeys([(deal, person) for deal, person, _ in (*on_team, *owned)])
        role_of = {(deal, person): role for deal, person, role in reversed((*on_team, *owned))}
        known = set(people["person_id"])
        return {
            table.name: frame
            for table, frame in (
                _framed(LOGGED_ACTIVITIES, [row for row in done if row["person_id"] in known]),
                _framed(LINKED_OPPORTUNITIES, [_deal(deal, names) for deal in live]),
                _framed(OPPORTUNITY_TEAMS, [_member(deal, person, role_of[deal, person]) for deal, person in team]),
                _framed(OPPORTUNITY_STAGES, [_stage(record) for record in self._query(STAGES)]),
                _framed(OPPORTUNITY_MERGES, [_merge(deal, merged) for deal in deals if deal not in live]),
            )
        }

    def closes(self) -> ClosesFrame:
        """Times in which opportunities were closed, as the history of their stage tells.

        Raises
        ------
        SourceUnavailable
        """
        closed = {record["MasterLabel"] for record in self._query(STAGE_NAMES) if record.get("IsClosed") is True}
        lines = sorted(
            (record["OpportunityId"], moment_of(record["CreatedDate"], "CreatedDate"), record.get("NewValue") in closed)
            for record in self._query(STAGES)
        )
        rows: list[dict[str, Any]] = []
        for deal, at, is_closed in lines:
            last = rows[-1] if rows and rows[-1]["opportunity_id"] == deal else None
            stands = last is not None and last["reopened_at"] is None
            if is_closed and not stands:
                rows.append({"opportunity_id": deal, "closed_at": at, "reopened_at": None})
            elif not is_closed and stands and last is not None:
                last["reopened_at"] = at
        return CLOSES.conform(pl.DataFrame(rows, CLOSES.columns))

    def _activities(self, name: str, day: str, kind: str) -> Iterable[Record]:
        """Those about accounts and opportunities; without their type where the org does not have it."""
        columns = ["Id", "OwnerId", "WhatId", "WhoId", "Subject", day, "CreatedDate"]
        for fields in ([*columns, kind], columns):
            found = list(self._query(f"SELECT {', '.join(fields)} FROM {name} WHERE WhatId != null"))
            if found:
                return found
        return []

    def _query(self, soql: str) -> Iterable[Record]:
        try:
            return list(self._org.query(soql))
        except CallRefused as refusal:
            if refusal.code not in UNKNOWN_NAME:
                raise
            return []


def _framed(table: Table[Any], rows: list[dict[str, Any]]) -> tuple[Table[Any], pl.DataFrame]:
    frame: pl.DataFrame = table.conform(pl.DataFrame(rows, table.columns).unique(list(table.key), keep="first"))
    return table, frame


def _activity(record: Record, day: str, kind: str, roles: dict[str, str], accounts: dict[str, str | None]) -> Row:
    created, said = moment_of(record["CreatedDate"], "CreatedDate"), record.get(day)
    is_moment = said is not None and "T" in str(said)
    at = moment_of(said, day) if is_moment else created
    if said is not None and not is_moment and created.date() != date.fromisoformat(str(said)):
        at = datetime.fromisoformat(str(said))
    return {
        "activity_id": record["Id"],
        "person_id": record["OwnerId"],
        "role": roles.get(record["OwnerId"], OWNER),
        "what_id": record.get("WhatId"),
        "account_id": accounts.get(str(record.get("WhatId"))),
        "contact_id": record.get("WhoId"),
        "happened_at": at,
        "activity_type": record.get(kind),
        "subject": record.get("Subject"),
    }


def _deal(record: Record, names: dict[str, Any]) -> dict[str, Any]:
    is_closed = record["IsClosed"] is True
    closed = moment_of(record["LastModifiedDate"], "Opportunity.LastModifiedDate").date()
    hoped = day_of(record.get("CloseDate")) or closed
    return {
        "opportunity_id": record["Id"],
        "account_id": record.get("AccountId"),
        "name": record.get("Name"),
        "account_name": names.get(str(record.get("AccountId"))),
        "created_on": moment_of(record["CreatedDate"], "Opportunity.CreatedDate").date(),
        "closed_on": min(closed, hoped) if is_closed else None,
        "is_closed": is_closed,
        "is_won": record.get("IsWon") is True,
        "stage": record.get("StageName"),
        "amount_cents": cents_of(record.get("Amount")),
    }


def _member(deal: str, person: str, role: str) -> dict[str, Any]:
    return {"opportunity_id": deal, "person_id": person, "role": role}


def _stage(record: Record) -> dict[str, Any]:
    at = moment_of(record["CreatedDate"], "OpportunityFieldHistory.CreatedDate")
    return {"opportunity_id": record["OpportunityId"], "changed_at": at, "stage": record.get("NewValue")}


def _merge(record: Record, merged: str) -> dict[str, Any]:
    at = moment_of(record["LastModifiedDate"], "Opportunity.LastModifiedDate")
    return {"from_id": record["Id"], "to_id": record.get(merged) if merged else None, "merged_at": at}
