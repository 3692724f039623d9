"""The tables of the routing log: what was seen, decided, written, accepted, and what stands out.

They lie in a file of their own beside the warehouse. Times are UTC, `_at`; a decision's moment is the moment of
the poll that it belongs to, so that the same polls give the same log, byte for byte.
"""

from typing import NewType

import polars as pl

from assignment_assets.domain.tables import (
    ACCOUNTS,
    DATE,
    FLAG,
    MOMENT,
    OPPORTUNITIES,
    REAL,
    REPS,
    TEXT,
    WHOLE,
    WRITE_BACK_LOG,
    AccountsFrame,
    OpportunitiesFrame,
    RepsFrame,
    Table,
)

PollsFrame = NewType("PollsFrame", pl.DataFrame)
PassesFrame = NewType("PassesFrame", pl.DataFrame)
NewAccountsFrame = NewType("NewAccountsFrame", pl.DataFrame)
DecisionsFrame = NewType("DecisionsFrame", pl.DataFrame)
ConflictsFrame = NewType("ConflictsFrame", pl.DataFrame)
WritesFrame = NewType("WritesFrame", pl.DataFrame)
AnswersFrame = NewType("AnswersFrame", pl.DataFrame)
WorkloadFrame = NewType("WorkloadFrame", pl.DataFrame)
ExceptionsFrame = NewType("ExceptionsFrame", pl.DataFrame)
AlertsFrame = NewType("AlertsFrame", pl.DataFrame)
UnownedFrame = NewType("UnownedFrame", pl.DataFrame)
SummaryFrame = NewType("SummaryFrame", pl.DataFrame)
ConflictPairsFrame = NewType("ConflictPairsFrame", pl.DataFrame)
MissingRulesFrame = NewType("MissingRulesFrame", pl.DataFrame)
KpisFrame = NewType("KpisFrame", pl.DataFrame)
EventsFrame = NewType("EventsFrame", pl.DataFrame)
EventCyclesFrame = NewType("EventCyclesFrame", pl.DataFrame)
DeparturesFrame = NewType("DeparturesFrame", pl.DataFrame)
TerritoryPoolFrame = NewType("TerritoryPoolFrame", pl.DataFrame)
HierarchyConflictsFrame = NewType("HierarchyConflictsFrame", pl.DataFrame)
DepartureWaysFrame = NewType("DepartureWaysFrame", pl.DataFrame)
ShadowAccountsFrame = NewType("ShadowAccountsFrame", pl.DataFrame)
PilotComparisonFrame = NewType("PilotComparisonFrame", pl.DataFrame)
"""What the frames of the tables are called in signatures."""

SEEN_ACCOUNTS: Table[AccountsFrame] = Table("seen_accounts", ("account_id",), ACCOUNTS.columns)
SEEN_REPS: Table[RepsFrame] = Table("seen_reps", ("rep_id",), REPS.columns)
SEEN_OPPORTUNITIES: Table[OpportunitiesFrame] = Table("seen_opportunities", ("opportunity_id",), OPPORTUNITIES.columns)

POLLS: Table[PollsFrame] = Table(
    "polls",
    ("poll_no",),
    {
        "poll_no": WHOLE,
        "polled_at": MOMENT,
        "watermark": MOMENT,  # the next poll reads what was modified from here on, less the overlap
        "routes_from": MOMENT,  # records created from here on are new
        "account_count": WHOLE,
        "rep_count": WHOLE,
        "opportunity_count": WHOLE,
        "event_count": WHOLE,
    },
    is_log=True,
)
PASSES: Table[PassesFrame] = Table("passes", ("ended_at",), {"ended_at": MOMENT})
NEW_ACCOUNTS: Table[NewAccountsFrame] = Table(
    "new_accounts",
    ("seen_at", "account_id"),
    {
        "account_id": TEXT,
        "created_at": MOMENT,
        "seen_at": MOMENT,
        "why": TEXT,  # new_record, placeholder_owner, returned, merged, re_parented
        "owner_id": TEXT,
        "state": TEXT,
        "postal_code": TEXT,
        "parent_id": TEXT,
        "parent_owner_id": TEXT,
        "keep_with_owner": FLAG,
        "opp_count": WHOLE,
        "bps": WHOLE,
        "tam_cents": WHOLE,
        "value_cents": WHOLE,
        "revenue_cents": WHOLE,
        "referral_status": TEXT,
        "deal_owner_id": TEXT,
        "rival_deal_owner_id": TEXT,
        "deal_id": TEXT,
        "not_to_rep_id": TEXT,
    },
    is_log=True,
)
DECISIONS: Table[DecisionsFrame] = Table(
    "routing_decisions",
    ("decision_no",),
    {
        "decision_no": WHOLE,
        "decided_at": MOMENT,
        "account_id": TEXT,
        "created_at": MOMENT,
        "seen_at": MOMENT,
        "why": TEXT,
        "old_owner_id": TEXT,
        "new_owner_id": TEXT,  # null: nobody can take it, see the exceptions
        "rule": TEXT,
        "evidence": TEXT,
        "territory": TEXT,
        "segment": TEXT,
        "pod": TEXT,
        "passed_over": TEXT,
        "inside_sales_queue": TEXT,
        "is_conflict": FLAG,
        "accept_by": MOMENT,
        "state": TEXT,
        "carve_out": TEXT,
        "rules_digest": TEXT,
        "policy_digest": TEXT,
    },
    is_log=True,
)
CONFLICTS: Table[ConflictsFrame] = Table(
    "routing_conflicts",
    ("decision_no", "conflict_no"),
    {
        "decision_no": WHOLE,
        "conflict_no": WHOLE,
        "account_id": TEXT,
        "decided_at": MOMENT,
        "winner_rule": TEXT,
        "winner_id": TEXT,
        "winner_evidence": TEXT,
        "loser_rule": TEXT,
        "loser_id": TEXT,
        "loser_evidence": TEXT,
        "reason": TEXT,
    },
    is_log=True,
)
WRITES: Table[WritesFrame] = Table("routing_writes", WRITE_BACK_LOG.key, WRITE_BACK_LOG.columns, is_log=True)
ANSWERS: Table[AnswersFrame] = Table(
    "routing_answers",
    ("decision_no",),
    {
        "decision_no": WHOLE,
        "account_id": TEXT,
        "rep_id": TEXT,
        "answer": TEXT,  # accepted, declined, lapsed
        "at": MOMENT,
        "note": TEXT,
    },
    is_log=True,
)
WORKLOAD: Table[WorkloadFrame] = Table(
    "workload",
    ("rep_id",),
    {
        "rep_id": TEXT,
        "segment": TEXT,
        "active_accounts": WHOLE,
        "pipeline_accounts": WHOLE,
        "weekly_inbound": WHOLE,
        "weekly_activity": WHOLE,  # null where no source hands over activities
        "index": REAL,
        "low_water": REAL,
        "high_water": REAL,
        "is_high": FLAG,
        "since": MOMENT,
    },
)
EXCEPTIONS: Table[ExceptionsFrame] = Table(
    "routing_exceptions",
    ("exception_no",),
    {
        "exception_no": WHOLE,
        "at": MOMENT,
        "kind": TEXT,  # overflow, no_owner, over_policy, not_written, family_split, unread_rep
        "subject_id": TEXT,
        "why": TEXT,
    },
    is_log=True,
)
ALERTS: Table[AlertsFrame] = Table(
    "routing_alerts",
    ("kind", "subject_id", "since"),
    {
        "kind": TEXT,  # unowned, high_water
        "subject_id": TEXT,
        "since": MOMENT,
        "raised_at": MOMENT,
        "hours": REAL,
        "sentence": TEXT,
    },
)
UNOWNED: Table[UnownedFrame] = Table("unowned_accounts", ("account_id",), {"account_id": TEXT, "since": MOMENT})
SUMMARY: Table[SummaryFrame] = Table(
    "routing_summary",
    ("span", "rule"),
    {
        "span": TEXT,  # day, month
        "rule": TEXT,
        "decisions": WHOLE,
        "share_pct": REAL,
        "conflicts": WHOLE,
        "median_minutes": REAL,
        "worst_minutes": REAL,
    },
)
CONFLICT_PAIRS: Table[ConflictPairsFrame] = Table(
    "conflict_pairs",
    ("winner_rule", "loser_rule"),
    {
        "winner_rule": TEXT,
        "loser_rule": TEXT,
        "conflicts": WHOLE,
        "accounts": WHOLE,
        "latest_at": MOMENT,
        "example": TEXT,
    },
)
MISSING_RULES: Table[MissingRulesFrame] = Table(
    "missing_rules",
    ("prevented", "candidate"),
    {
        "candidate": TEXT,
        "conflicts_before": WHOLE,
        "conflicts_after": WHOLE,
        "prevented": WHOLE,
        "other_owners": WHOLE,
        "toml": TEXT,
    },
)
KPIS: Table[KpisFrame] = Table(
    "routing_kpis",
    ("at", "kpi"),
    {
        "at": MOMENT,
        "kpi": TEXT,
        "value": REAL,
        "unit": TEXT,
        "sentence": TEXT,
    },
    is_log=True,
)
EVENTS: Table[EventsFrame] = Table(
    "events",
    ("event_id",),
    {
        "event_id": TEXT,
        "poll_no": WHOLE,
        "detected_at": MOMENT,
        "kind": TEXT,
        "subject_id": TEXT,
        "region": TEXT,
        "scope": TEXT,
        "names": TEXT,
        "evidence": TEXT,
        "cycle": TEXT,  # null while the quiet window lasts; a merger or a new parent is settled by a routing decision
    },
    is_log=True,
)
EVENT_CYCLES: Table[EventCyclesFrame] = Table(
    "event_cycles",
    ("cycle",),
    {
        "cycle": TEXT,
        "planned_at": MOMENT,
        "as_of": DATE,
        "scope": TEXT,
        "event_count": WHOLE,
        "up_to": TEXT,  # a word of UP_TO in domain/sign_off/standing.py
        "max_moves": WHOLE,
        "policy_digest": TEXT,
        "config_json": TEXT,
        "why": TEXT,
    },
    is_log=True,
)
DEPARTURES: Table[DeparturesFrame] = Table(
    "departures",
    ("rep_id", "account_id"),
    {
        "rep_id": TEXT,
        "account_id": TEXT,
        "detected_at": MOMENT,
        "way": TEXT,  # optimiser, director, territory_pool
        "state": TEXT,
        "tier": TEXT,
        "value_cents": WHOLE,
        "open_deals": WHOLE,
        "open_amount_cents": WHOLE,
        "next_close_on": DATE,
        "director_email": TEXT,
        "why": TEXT,
    },
    is_log=True,
)
TERRITORY_POOL: Table[TerritoryPoolFrame] = Table(
    "territory_pool",
    ("account_id",),
    {
        "account_id": TEXT,
        "departed_rep_id": TEXT,
        "state": TEXT,
        "held_at": MOMENT,
    },
)

HIERARCHY_CONFLICTS: Table[HierarchyConflictsFrame] = Table(
    "hierarchy_conflicts",
    ("kind", "account_id", "other_account_id"),
    {
        "kind": TEXT,  # parent_child, duplicate
        "account_id": TEXT,
        "name": TEXT,
        "state": TEXT,
        "owner_id": TEXT,
        "region": TEXT,
        "value_cents": WHOLE,
        "other_account_id": TEXT,
        "other_name": TEXT,
        "other_owner_id": TEXT,
        "other_region": TEXT,
        "other_value_cents": WHOLE,
        "crosses_regions": FLAG,
        "evidence": TEXT,
        "remedy": TEXT,
    },
)
DEPARTURE_WAYS: Table[DepartureWaysFrame] = Table(
    "departure_ways",
    ("rep_id",),
    {
        "rep_id": TEXT,
        "name": TEXT,
        "region": TEXT,
        "director_email": TEXT,
        "detected_at": MOMENT,
        "cycle": TEXT,
        "accounts": WHOLE,
        "optimiser": WHOLE,
        "director": WHOLE,
        "territory_pool": WHOLE,
        "open_deals": WHOLE,
        "open_amount_cents": WHOLE,
        "still_theirs": WHOLE,  # accounts that the leaver owns as of the last poll
    },
)

SHADOW_ACCOUNTS: Table[ShadowAccountsFrame] = Table(
    "shadow_accounts",
    ("source", "customer_key"),
    {
        "source": TEXT,  # billing, usage
        "customer_key": TEXT,
        "customer_name": TEXT,
        "account_id": TEXT,
        "matched_by": TEXT,  # id, name; null where nothing matches
        "owner_id": TEXT,
        "owner_name": TEXT,
        "finding": TEXT,  # not_in_crm, no_active_owner, inside_sales
        "last_on": DATE,
        "amount_cents": WHOLE,
        "sentence": TEXT,
    },
)
PILOT_COMPARISON: Table[PilotComparisonFrame] = Table(
    "pilot_comparison",
    ("kpi",),
    {
        "kpi": TEXT,
        "unit": TEXT,
        "pilot": REAL,
        "rest": REAL,
        "difference": REAL,
        "sentence": TEXT,
    },
)

SEEN = (SEEN_ACCOUNTS, SEEN_REPS, SEEN_OPPORTUNITIES)
UNPUBLISHED = (SEEN_ACCOUNTS, SEEN_OPPORTUNITIES)
TABLES = {
    table.name: table
    for table in (
        *SEEN,
        POLLS,
        PASSES,
        NEW_ACCOUNTS,
        DECISIONS,
        CONFLICTS,
        WRITES,
        ANSWERS,
        WORKLOAD,
        EXCEPTIONS,
        ALERTS,
        UNOWNED,
        SUMMARY,
        CONFLICT_PAIRS,
        MISSING_RULES,
        KPIS,
        EVENTS,
        EVENT_CYCLES,
        DEPARTURES,
        TERRITORY_POOL,
        HIERARCHY_CONFLICTS,
        DEPARTURE_WAYS,
        SHADOW_ACCOUNTS,
        PILOT_COMPARISON,
    )
}
