"""A toy CRM and CS system in plain dicts, and the engine beside them as a caller runs it: looks, stamps, catches."""

from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.overlays.assignments import new_events
from assignment_assets.domain.overlays.catching import Catching
from assignment_assets.domain.overlays.crm_seen import CrmSeen, people_on
from assignment_assets.domain.overlays.differences import caught
from assignment_assets.domain.overlays.edit_trail import HISTORY
from assignment_assets.domain.overlays.look import Known, Look, decided
from assignment_assets.domain.overlays.numbering import Numbers, numbered
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import (
    CS_ASSIGNMENTS,
    CS_EVENTS,
    OVERLAY_ACCOUNTS,
    OVERLAY_CHANGES,
    OVERLAY_EDITS,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_PEOPLE,
    OVERLAY_STAMPS,
)

START = datetime(2026, 10, 1, 8)
ENGINE = "engine"
CSM = OverlayRole(
    label="customer-success manager",
    account_field="Csm__c",
    opportunity_field="Csm__c",
    truth="files",
    source="csm.toml",
    override_profiles=["Operations"],
)
SA = OverlayRole(
    label="solutions architect",
    account_field="Sa__c",
    opportunity_field="Sa__c",
    truth="crm",
    travels="copy_at_creation",
    override_profiles=["Operations"],
    sets_back=False,
)
ROLES = {"csm": CSM, "sa": SA}
PROFILES = {
    **{f"c{number}": "Success" for number in range(1, 6)},
    "gone": "Success",
    "olga": "Operations",
    "rick": "Sales",
    "rita": "Sales",
    "flow": "Automation",
    ENGINE: "Integration",
}
PEOPLE = OVERLAY_PEOPLE.conform(
    pl.DataFrame(
        [
            (each, each.title(), f"{each}@x.com", profile, each != "gone", None, None)
            for each, profile in PROFILES.items()
        ],
        schema=OVERLAY_PEOPLE.columns,
        orient="row",
    )
)


def minute(number):
    """A moment of the toy's clock."""
    return START + timedelta(minutes=number)


def frame(table, rows):
    """Rows as a frame of a table, what is not given null."""
    return table.conform(pl.DataFrame([{**dict.fromkeys(table.columns), **row} for row in rows], schema=table.columns))


class ToyCrm:
    """Accounts and opportunities as dicts, every change of a field kept as history."""

    def __init__(self):
        self.accounts, self.opportunities, self.history = {}, {}, []

    def add_account(self, name, at, **fields):
        self.accounts[name] = {"csm": None, "sa": None, **fields, "modified_at": at, "modified_by": "rick"}

    def add_opportunity(self, name, account, at, by="rick", **fields):
        facts = {"account": account, "is_closed": False, "created_at": at, "modified_at": at, "modified_by": by}
        self.opportunities[name] = {"csm": None, "sa": None, **fields, **facts}

    def write(self, kind, name, field, value, by, at):
        row = (self.accounts if kind == "Account" else self.opportunities)[name]
        if field in ROLES and row[field] != value:
            self.history.append((kind, name, ROLES[field].account_field, row[field], value, by, at))
        row.update({field: value, "modified_at": at, "modified_by": by})

    def read(self, name, since):
        """What a look reads for a role: records modified since."""
        accounts = [
            {"role": name, "account_id": key, "name": key, "person_id": row[name], **modified(row)}
            for key, row in self.accounts.items()
            if row["modified_at"] >= since
        ]
        chosen = {key: row for key, row in self.opportunities.items() if row["modified_at"] >= since}
        opportunities = [
            {
                **{"opportunity_id": key, "name": key, "account_id": row["account"], "created_at": row["created_at"]},
                **{"is_closed": row["is_closed"], "is_won": row["is_closed"], **modified(row)},
            }
            for key, row in chosen.items()
        ]
        primaries = pl.DataFrame(
            [(key, row[name], row["modified_at"]) for key, row in chosen.items()],
            schema={"opportunity_id": pl.String, "person_id": pl.String, "seen_at": pl.Datetime("us")},
            orient="row",
        )
        return CrmSeen(
            frame(OVERLAY_ACCOUNTS, accounts),
            frame(OVERLAY_OPPORTUNITIES, opportunities),
            people_on(name, ROLES[name], primaries),
        )


def modified(row):
    """Who modified a record last, and when."""
    return {"modified_at": row["modified_at"], "modified_by": row["modified_by"]}


class Engine:
    """One role's looks, as the overlay room runs them."""

    def __init__(self, name, crm):
        self.name, self.crm = name, crm
        self.assignments, self.seen, self.kept = CS_ASSIGNMENTS.empty(), CrmSeen.nothing(), CS_EVENTS.empty()
        self.edits, self.changes = OVERLAY_EDITS.empty(), OVERLAY_CHANGES.empty()
        self.stamps, self.done, self.recent = OVERLAY_STAMPS.empty(), set(), set()
        self.looked_at, self.look_no = START - timedelta(days=1), 0

    @property
    def under_way(self):
        return self.stamps.filter(~pl.col("stamp_no").is_in(list(self.done)))

    def inputs(self, events, at, has_history=True, arranged=lambda frame: frame):
        """What is known and what is read; `arranged` may change the order of every frame's rows."""
        since = self.looked_at - timedelta(minutes=2)
        told = [row for row in self.crm.history if row[-1] >= since]
        columns = ["object", "record_id", "field", "old", "new", "by", "at"]
        lines = HISTORY.conform(
            pl.DataFrame(told, schema={name: HISTORY.columns[name] for name in columns}, orient="row")
        )
        ours = self.stamps.filter(~pl.col("stamp_no").is_in(list(self.done - self.recent)))
        known = Known(
            arranged(self.assignments),
            CrmSeen(*map(arranged, shelves(self.seen))),
            *map(arranged, (self.edits, self.changes, ours, self.under_way)),
        )
        read = CrmSeen(*map(arranged, shelves(self.crm.read(self.name, since))))
        history = arranged(lines) if has_history else None
        return known, Look(arranged(events), read, history, arranged(PEOPLE), ENGINE, at)

    def look(self, arrived, at, has_history=True, shuffled=None):
        """One look, numbered; where `shuffled` is given, the same from rows in another order."""
        self.look_no += 1
        events = new_events(frame(CS_EVENTS, arrived), self.kept)
        outcome = decided(self.name, ROLES[self.name], *self.inputs(events, at, has_history))
        if shuffled:
            again = decided(self.name, ROLES[self.name], *self.inputs(events, at, has_history, shuffled))
            for attribute in ("assignments", "roles", "edits", "changes", "stamps"):
                assert getattr(again, attribute).equals(getattr(outcome, attribute)), attribute
        self.kept = CS_EVENTS.conform(pl.concat([self.kept, events]))
        changes, stamps = self._numbered(outcome.changes, outcome.stamps, at)
        self.assignments, self.seen = outcome.assignments, outcome.crm
        edits = OVERLAY_EDITS.conform(outcome.edits.with_columns(look_no=pl.lit(self.look_no)))
        self.edits = OVERLAY_EDITS.conform(pl.concat([self.edits, edits]))
        self.looked_at, self.recent = at, set()
        return changes, stamps, edits

    def catch(self, at):
        """One catch, its repairs taken up."""
        self.look_no += 1
        logs = self.edits, self.changes, self.under_way
        outcome = caught(Catching(self.name, ROLES[self.name], self.assignments, self.seen, *logs, PEOPLE, at))
        changes, stamps = self._numbered(outcome.changes, outcome.stamps, at)
        return outcome.differences, changes, stamps

    def send(self, stamp, at):
        """Writes one stamp where its precondition holds; gives whether it was written."""
        field, record = self.name, stamp["record_id"]
        row = (self.crm.accounts if stamp["object"] == "Account" else self.crm.opportunities)[record]
        is_written = row[field] == stamp["expected_id"] and not row.get("is_closed")
        if is_written:
            self.crm.write(stamp["object"], record, field, stamp["new_id"], ENGINE, at)
        self.settle(stamp)
        return is_written

    def settle(self, stamp):
        """The stamp has its outcome."""
        self.done.add(stamp["stamp_no"])
        self.recent.add(stamp["stamp_no"])

    def _numbered(self, changes, stamps, at):
        numbers = Numbers(self.changes.height + 1, self.stamps.height + 1, self.look_no, at)
        changes, stamps = numbered(changes, stamps, numbers)
        self.changes = OVERLAY_CHANGES.conform(pl.concat([self.changes, changes]))
        self.stamps = OVERLAY_STAMPS.conform(pl.concat([self.stamps, stamps]))
        return changes, stamps


def shelves(seen):
    """The frames of what is seen of the CRM."""
    return seen.accounts, seen.opportunities, seen.roles
