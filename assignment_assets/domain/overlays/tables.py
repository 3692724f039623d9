"""The tables of the overlay log: the truth, what changed, what was stamped where, what became of it, who was on what.

They lie in a file of their own beside the warehouse. Every row names its role; `_at` is UTC, money is cents, ids are
the CRM's. People are users of the CRM; null is nobody.
"""

from typing import Any, NewType

import polars as pl

from assignment_assets.domain.tables import DATE, FLAG, MOMENT, REAL, TEXT, WHOLE, Table

OverlayLooksFrame = NewType("OverlayLooksFrame", pl.DataFrame)
OverlayPeopleFrame = NewType("OverlayPeopleFrame", pl.DataFrame)
CsEventsFrame = NewType("CsEventsFrame", pl.DataFrame)
CsAssignmentsFrame = NewType("CsAssignmentsFrame", pl.DataFrame)
OverlayAccountsFrame = NewType("OverlayAccountsFrame", pl.DataFrame)
OverlayOpportunitiesFrame = NewType("OverlayOpportunitiesFrame", pl.DataFrame)
OpportunityRolesFrame = NewType("OpportunityRolesFrame", pl.DataFrame)
OverlayEditsFrame = NewType("OverlayEditsFrame", pl.DataFrame)
OverlayChangesFrame = NewType("OverlayChangesFrame", pl.DataFrame)
OverlayStampsFrame = NewType("OverlayStampsFrame", pl.DataFrame)
OverlayLogFrame = NewType("OverlayLogFrame", pl.DataFrame)
OverlayDifferencesFrame = NewType("OverlayDifferencesFrame", pl.DataFrame)
OverlayWorkloadFrame = NewType("OverlayWorkloadFrame", pl.DataFrame)
OverlayHistoryFrame = NewType("OverlayHistoryFrame", pl.DataFrame)
OverlayFieldsFrame = NewType("OverlayFieldsFrame", pl.DataFrame)
HandOversFrame = NewType("HandOversFrame", pl.DataFrame)
"""What the frames of the tables are called in signatures."""

OVERLAY_LOOKS: Table[OverlayLooksFrame] = Table(
    "overlay_looks",
    ("look_no",),
    {
        "look_no": WHOLE,
        "looked_at": MOMENT,
        "origin": TEXT,  # webhook, poll, catch
        "crm_watermark": MOMENT,  # the next look reads what the CRM modified from here on, less the overlap
        "truth_watermark": MOMENT,
        "events": WHOLE,
        "changes": WHOLE,
        "stamps": WHOLE,
    },
    is_log=True,
)
OVERLAY_PEOPLE: Table[OverlayPeopleFrame] = Table(
    "overlay_people",
    ("person_id",),
    {
        "person_id": TEXT,
        "name": TEXT,
        "email": TEXT,
        "profile": TEXT,
        "is_active": FLAG,
        "manager_email": TEXT,
        "region": TEXT,
    },
)
OVERLAY_FIELDS: Table[OverlayFieldsFrame] = Table(
    "overlay_fields",
    ("role",),
    {
        "role": TEXT,
        "truth": TEXT,
        "account_field": TEXT,  # as at the last look: a role with other fields begins anew
        "opportunity_field": TEXT,
    },
)
CS_EVENTS: Table[CsEventsFrame] = Table(
    "cs_events",
    ("role", "event_id"),
    {
        "role": TEXT,
        "event_id": TEXT,  # the sender's; for a poll, made of account, person and day of change
        "account_id": TEXT,
        "person_key": TEXT,  # as the system of truth names them: e-mail address or user id; null: nobody
        "changed_at": MOMENT,
        "received_at": MOMENT,
        "origin": TEXT,
        "look_no": WHOLE,
    },
    is_log=True,
)
CS_ASSIGNMENTS: Table[CsAssignmentsFrame] = Table(
    "cs_assignments",
    ("role", "account_id"),
    {
        "role": TEXT,
        "account_id": TEXT,
        "person_id": TEXT,
        "person_key": TEXT,
        "standing": TEXT,  # known, nobody, unknown_person, inactive_person, unknown_account
        "changed_at": MOMENT,
        "received_at": MOMENT,
        "event_id": TEXT,
    },
)
OVERLAY_ACCOUNTS: Table[OverlayAccountsFrame] = Table(
    "overlay_accounts",
    ("role", "account_id"),
    {
        "role": TEXT,
        "account_id": TEXT,
        "name": TEXT,
        "owner_id": TEXT,
        "person_id": TEXT,  # as the CRM showed it last
        "modified_at": MOMENT,
        "modified_by": TEXT,
    },
)
OVERLAY_OPPORTUNITIES: Table[OverlayOpportunitiesFrame] = Table(
    "overlay_opportunities",
    ("opportunity_id",),
    {
        "opportunity_id": TEXT,
        "account_id": TEXT,
        "name": TEXT,
        "owner_id": TEXT,
        "stage": TEXT,
        "is_closed": FLAG,
        "is_won": FLAG,
        "amount_cents": WHOLE,
        "created_at": MOMENT,
        "closed_at": MOMENT,  # when it was first seen closed, or when history says so; null while open
        "close_on": DATE,
        "modified_at": MOMENT,
        "modified_by": TEXT,
        "merged_into": TEXT,
    },
)
OPPORTUNITY_ROLES: Table[OpportunityRolesFrame] = Table(
    "opportunity_roles",
    ("role", "opportunity_id", "person_id"),
    {
        "role": TEXT,
        "opportunity_id": TEXT,
        "person_id": TEXT,  # null only for the primary: nobody
        "part": TEXT,  # primary, supporting
        "credit_share": REAL,  # sums to 1 over an opportunity's people of a role
        "set_by": TEXT,  # engine, override, person, unknown
        "override_by": TEXT,  # who overrode, where that stands
        "seen_at": MOMENT,
    },
)
OVERLAY_EDITS: Table[OverlayEditsFrame] = Table(
    "overlay_edits",
    ("role", "object", "record_id", "edited_at"),
    {
        "role": TEXT,
        "object": TEXT,  # Account, Opportunity
        "record_id": TEXT,
        "account_id": TEXT,
        "from_id": TEXT,
        "to_id": TEXT,
        "edited_by": TEXT,
        "edited_by_name": TEXT,
        "profile": TEXT,
        "edited_at": MOMENT,
        "evidence": TEXT,  # field_history, snapshot
        "was_closed": FLAG,
        "verdict": TEXT,  # stands, set_back, reported, closed_allowed, closed_reported
        "sentence": TEXT,
        "look_no": WHOLE,
    },
    is_log=True,
)
OVERLAY_CHANGES: Table[OverlayChangesFrame] = Table(
    "overlay_changes",
    ("change_no",),
    {
        "change_no": WHOLE,
        "role": TEXT,
        "account_id": TEXT,
        "from_id": TEXT,
        "to_id": TEXT,
        "why": TEXT,  # truth, repair, crm_account, manager
        "changed_at": MOMENT,  # in the system of truth
        "received_at": MOMENT,
        "event_id": TEXT,
        "sentence": TEXT,
        "look_no": WHOLE,
    },
    is_log=True,
)
OVERLAY_STAMPS: Table[OverlayStampsFrame] = Table(
    "overlay_stamps",
    ("stamp_no",),
    {
        "stamp_no": WHOLE,
        "change_no": WHOLE,  # the change that it follows; null where it is about the opportunity alone
        "role": TEXT,
        "object": TEXT,
        "field": TEXT,
        "record_id": TEXT,
        "account_id": TEXT,
        "expected_id": TEXT,
        "new_id": TEXT,
        "why": TEXT,  # account, open_opportunity, new_opportunity, reopened, set_back, repair
        "decided_at": MOMENT,
        "look_no": WHOLE,
    },
    is_log=True,
)
OVERLAY_LOG: Table[OverlayLogFrame] = Table(
    "overlay_log",
    ("stamp_no", "attempt"),
    {
        "stamp_no": WHOLE,
        "plan_id": TEXT,
        "role": TEXT,
        "object": TEXT,
        "record_id": TEXT,
        "attempt": WHOLE,
        "expected_id": TEXT,
        "new_id": TEXT,
        "outcome": TEXT,  # as write_back_log's; overtaken: a later one, or no role has the field any more
        "error_code": TEXT,
        "error": TEXT,
        "written_at": MOMENT,
        "verified_at": MOMENT,
    },
    is_log=True,
)
OVERLAY_DIFFERENCES: Table[OverlayDifferencesFrame] = Table(
    "overlay_differences",
    ("caught_at", "role", "object", "record_id"),
    {
        "caught_at": MOMENT,
        "role": TEXT,
        "object": TEXT,
        "record_id": TEXT,
        "account_id": TEXT,
        "account_name": TEXT,
        "kind": TEXT,  # truth_empty, crm_empty, differ, unknown_person, inactive_person, unknown_account, stamp_differs
        "truth_id": TEXT,
        "truth_key": TEXT,
        "crm_id": TEXT,
        "changed_by": TEXT,  # who changed it in the CRM, where that is known
        "changed_by_name": TEXT,
        "is_on_purpose": FLAG,  # a person of a listed profile did: shown, never repaired
        "is_repaired": FLAG,
        "sentence": TEXT,
    },
    is_log=True,
)
OVERLAY_WORKLOAD: Table[OverlayWorkloadFrame] = Table(
    "overlay_workload",
    ("role", "person_id"),
    {
        "role": TEXT,
        "person_id": TEXT,
        "name": TEXT,
        "is_active": FLAG,
        "accounts": WHOLE,
        "open_opportunities": WHOLE,
        "open_amount_cents": WHOLE,
        "weekly_activities": REAL,
        "load": REAL,  # points, as the role's measures count
        "capacity": REAL,
        "utilisation": REAL,  # load / capacity
    },
)
OVERLAY_HISTORY: Table[OverlayHistoryFrame] = Table(
    "overlay_history",
    ("role", "object", "record_id", "from_at", "person_id", "correction_of"),
    {
        "role": TEXT,  # of overlays.toml, or owner
        "object": TEXT,
        "record_id": TEXT,
        "account_id": TEXT,
        "person_id": TEXT,
        "person_name": TEXT,
        "part": TEXT,  # primary, supporting
        "credit_share": REAL,
        "from_at": MOMENT,  # null: longer than anything is known of
        "until_at": MOMENT,  # null: still; at the latest the close of the opportunity
        "was_at_close": FLAG,
        "set_by": TEXT,  # engine, override, person, unknown, override_after_close
        "set_by_name": TEXT,
        "evidence": TEXT,  # field_history, own_log, snapshot
        "correction_of": TEXT,  # digests of the rows that this one corrects; rows are never rewritten
    },
    is_log=True,
)
HAND_OVERS: Table[HandOversFrame] = Table(
    "hand_overs",
    ("change_no",),
    {
        "change_no": WHOLE,
        "role": TEXT,
        "account_id": TEXT,
        "account_name": TEXT,
        "from_id": TEXT,
        "to_id": TEXT,
        "told_at": MOMENT,
        "given_at": MOMENT,  # the former one said that it is handed over
        "taken_at": MOMENT,  # the new one did
        "checklist": TEXT,  # lines
    },
)
TABLES: dict[str, Table[Any]] = {
    table.name: table
    for table in (
        *(
            OVERLAY_LOOKS,
            OVERLAY_PEOPLE,
            OVERLAY_FIELDS,
            CS_EVENTS,
            CS_ASSIGNMENTS,
            OVERLAY_ACCOUNTS,
            OVERLAY_OPPORTUNITIES,
        ),
        *(OPPORTUNITY_ROLES, OVERLAY_EDITS, OVERLAY_CHANGES, OVERLAY_STAMPS, OVERLAY_LOG, OVERLAY_DIFFERENCES),
        *(OVERLAY_WORKLOAD, OVERLAY_HISTORY, HAND_OVERS),
    )
}
"""Every table of the overlay log by name."""
