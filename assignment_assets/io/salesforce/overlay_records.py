"""What an org shows of the people beside the owner: accounts, opportunities, teams, users, and who changed what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from assignment_assets.domain.overlays.crm_seen import CrmSeen, people_on
from assignment_assets.domain.overlays.edit_trail import HISTORY, HistoryFrame
from assignment_assets.domain.overlays.roles import OverlayRole, Overlays
from assignment_assets.domain.overlays.tables import (
    OVERLAY_ACCOUNTS,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_PEOPLE,
    OverlayAccountsFrame,
    OverlayPeopleFrame,
)
from assignment_assets.domain.tables import MOMENT, TEXT
from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.by_ids import query_ids
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.field_changes import Target
from assignment_assets.io.salesforce.fields import Field
from assignment_assets.io.salesforce.record_values import cents_of, day_of, moment_of
from assignment_assets.io.salesforce.refusals import UNKNOWN_NAME, CallRefused

ACCOUNT_FIELDS = ("Name", "OwnerId")
OPPORTUNITY_FIELDS = (
    *("AccountId", "Name", "OwnerId", "StageName", "IsClosed", "IsWon", "Amount", "CloseDate", "CreatedDate"),
)
HISTORY_OF = {"Account": ("AccountHistory", "AccountId"), "Opportunity": ("OpportunityFieldHistory", "OpportunityId")}


@dataclass(frozen=True)
class CrmLook:
    """What an org shows that was modified from a moment on.

    Attributes
    ----------
    seen
        Role → its accounts, the opportunities and who is on them.
    history
        Changes of the roles' fields; None where the org keeps none.
    gone
        Accounts and opportunities that were deleted or merged.
    watermark
        The org's time: everything modified before was read.
    """

    seen: Mapping[str, CrmSeen]
    history: HistoryFrame | None
    gone: frozenset[str]
    watermark: datetime


class OverlayRecords:
    """Reads the fields that the roles name; where they may be changed, `targets` says."""

    def __init__(self, org: Org, overlays: Overlays):
        self._org, self._roles, self._merged = org, overlays.roles, overlays.merged_into_field
        self._on_opportunities = {name: role for name, role in self._roles.items() if role.opportunity_field}

    @property
    def org(self) -> Org:
        """The connection."""
        return self._org

    @property
    def targets(self) -> list[Target]:
        """Every field that carries a role."""
        accounts = [Target("Account", role.account_field) for role in self._roles.values()]
        return accounts + [Target("Opportunity", role.opportunity_field) for role in self._on_opportunities.values()]

    def look(self, since: datetime | None) -> CrmLook:
        """Everything that was modified from `since` on (UTC), or all that there is.

        Raises
        ------
        SourceUnavailable
        """
        next(self._org.query("SELECT Id FROM Organization"), None)
        watermark = self._org.server_now
        accounts = list(self._modified("Account", since))
        deals = {record["Id"]: record for record in self._modified("Opportunity", since)}
        teams = {name: self._teams(name, since, deals) for name in self._on_opportunities}
        opportunities = OVERLAY_OPPORTUNITIES.conform(
            pl.DataFrame(
                [_opportunity(record, self._merged) for record in deals.values()], OVERLAY_OPPORTUNITIES.columns
            )
        )
        seen = {
            name: CrmSeen(
                self._accounts(name, accounts),
                opportunities if name in self._on_opportunities else OVERLAY_OPPORTUNITIES.empty(),
                people_on(name, role, _primaries(role, deals.values()), teams.get(name)),
            )
            for name, role in self._roles.items()
        }
        history = self.history(since) if since is not None else None
        return CrmLook(seen, history, self._gone(since), watermark)

    def people(self) -> OverlayPeopleFrame:
        """Every user, active or not.

        Raises
        ------
        SourceUnavailable
        """
        found = self._org.query("SELECT Id, Name, Email, IsActive, Profile.Name, UserType FROM User")
        rows = [
            {
                "person_id": record["Id"],
                "name": record.get("Name"),
                "email": record.get("Email"),
                "profile": Field.of("Profile.Name").text(record),
                "is_active": record.get("IsActive") is True,
                "manager_email": None,
                "region": None,
            }
            for record in found
        ]
        return OVERLAY_PEOPLE.conform(pl.DataFrame(rows, OVERLAY_PEOPLE.columns))

    def _accounts(self, name: str, records: Iterable[Record]) -> OverlayAccountsFrame:
        field = self._roles[name].account_field
        rows = [
            {
                "role": name,
                "account_id": record["Id"],
                "name": record.get("Name"),
                "owner_id": record.get("OwnerId"),
                "person_id": Field.of(field).text(record),
                "modified_at": moment_of(record["LastModifiedDate"], "Account.LastModifiedDate"),
                "modified_by": record["LastModifiedById"],
            }
            for record in records
        ]
        return OVERLAY_ACCOUNTS.conform(pl.DataFrame(rows, OVERLAY_ACCOUNTS.columns))

    def _teams(self, name: str, since: datetime | None, deals: dict[str, Record]) -> pl.DataFrame | None:
        """opportunity_id, person_id of supporting people; opportunities whose team alone was modified join `deals`."""
        team = self._roles[name].supporting
        if team is None:
            return None
        if since is not None:
            soql = f"SELECT Id, OpportunityId FROM {team.object} WHERE SystemModstamp >= {since:%Y-%m-%dT%H:%M:%SZ}"
            touched = {record["OpportunityId"] for record in self._org.query(soql, includes_deleted=True)}
            selection = f"SELECT {', '.join(self._fields('Opportunity'))} FROM Opportunity"
            again = query_ids(self._org, selection, "Id", sorted(touched - deals.keys()))
            deals |= {record["Id"]: record for record in again}
        also = f"{team.role_field} = '{team.role_value}'" if team.role_field and team.role_value else ""
        selection = f"SELECT Id, OpportunityId, {team.person_field} FROM {team.object}"
        members = query_ids(self._org, selection, "OpportunityId", sorted(deals), also)
        rows = [(record["OpportunityId"], Field.of(team.person_field).text(record)) for record in members]
        return pl.DataFrame(rows, {"opportunity_id": TEXT, "person_id": TEXT}, orient="row")

    def history(self, since: datetime | None, *more: str) -> HistoryFrame | None:
        """Changes of the roles' fields from `since` on, or all that are kept; None where the org keeps none of any.

        `more` are fields of accounts beside the roles', such as Owner.

        Raises
        ------
        SourceUnavailable
        """
        frames = []
        for kind, (history, parent) in HISTORY_OF.items():
            fields = sorted({target.field for target in self.targets if target.object == kind})
            fields += more if kind == "Account" else ()
            if not fields or self._org.lacks(history):
                continue
            listed = ", ".join(f"'{field}'" for field in fields)
            changed = f" AND CreatedDate >= {since:%Y-%m-%dT%H:%M:%SZ}" if since else ""
            columns = f"Id, {parent}, Field, OldValue, NewValue, CreatedById, CreatedDate"
            soql = f"SELECT {columns} FROM {history} WHERE Field IN ({listed}){changed}"
            try:
                rows = [_changed(kind, parent, record) for record in self._org.query(soql)]
            except CallRefused as refusal:
                if refusal.code not in UNKNOWN_NAME:
                    raise
                self._org.note_lack(history)
                continue
            frames.append(pl.DataFrame([row for row in rows if row], HISTORY.columns, orient="row"))
        return HISTORY.conform(pl.concat(frames)) if frames else None

    def _gone(self, since: datetime | None) -> frozenset[str]:
        if since is None:
            return frozenset()
        condition = f"IsDeleted = TRUE AND SystemModstamp >= {since:%Y-%m-%dT%H:%M:%SZ}"
        kinds = ("Account", "Opportunity") if self._on_opportunities else ("Account",)
        return frozenset(
            record["Id"]
            for kind in kinds
            for record in self._org.query(f"SELECT Id FROM {kind} WHERE {condition}", includes_deleted=True)
        )

    def _fields(self, kind: str) -> list[str]:
        of_roles = [target.field for target in self.targets if target.object == kind]
        plain = ACCOUNT_FIELDS if kind == "Account" else (*OPPORTUNITY_FIELDS, *filter(None, [self._merged]))
        return list(dict.fromkeys(["Id", *plain, *of_roles, "LastModifiedDate", "LastModifiedById"]))

    def _modified(self, kind: str, since: datetime | None) -> Iterator[Record]:
        if kind == "Opportunity" and not self._on_opportunities:
            return iter(())
        where = f" WHERE SystemModstamp >= {since:%Y-%m-%dT%H:%M:%SZ}" if since else ""
        return self._org.query(f"SELECT {', '.join(self._fields(kind))} FROM {kind}{where}")


def _opportunity(record: Record, merged: str) -> dict[str, Any]:
    """A row of OVERLAY_OPPORTUNITIES; when it was closed is not in the record."""
    return {
        "opportunity_id": record["Id"],
        "account_id": record.get("AccountId"),
        "name": record.get("Name"),
        "owner_id": record.get("OwnerId"),
        "stage": record.get("StageName"),
        "is_closed": record["IsClosed"] is True,
        "is_won": record.get("IsWon") is True,
        "amount_cents": cents_of(record.get("Amount")),
        "created_at": moment_of(record["CreatedDate"], "Opportunity.CreatedDate"),
        "closed_at": None,
        "close_on": day_of(record.get("CloseDate")),
        "modified_at": moment_of(record["LastModifiedDate"], "Opportunity.LastModifiedDate"),
        "modified_by": record["LastModifiedById"],
        "merged_into": Field.of(merged).text(record) if merged else None,
    }


def _primaries(role: OverlayRole, records: Iterable[Record]) -> pl.DataFrame:
    rows = [
        (
            record["Id"],
            Field.of(role.opportunity_field).text(record),
            moment_of(record["LastModifiedDate"], "Opportunity.LastModifiedDate"),
        )
        for record in records
        if role.opportunity_field
    ]
    return pl.DataFrame(rows, {"opportunity_id": TEXT, "person_id": TEXT, "seen_at": MOMENT}, orient="row")


def _changed(kind: str, parent: str, record: Record) -> tuple[object, ...] | None:
    """A row of HISTORY; None of the second entry that an org makes of one change, with names in place of ids."""
    old, new = record.get("OldValue"), record.get("NewValue")
    if any(value is not None and not _is_user_id(str(value)) for value in (old, new)):
        return None
    at = moment_of(record["CreatedDate"], f"{kind} history's CreatedDate")
    return kind, record[parent], record["Field"], old, new, record["CreatedById"], at


def _is_user_id(text: str) -> bool:
    return text.startswith("005") and len(text) in (15, 18) and text.isalnum()
