"""The tables that activities are linked from, those on the way, and the links; none of them knows a cycle.

Times are UTC and end in `_at`. A person is a user's id, whatever their role: SA, CSM, owner.
"""

from typing import Any, NewType

import polars as pl

from assignment_assets.domain.tables import DATE, FLAG, MOMENT, REAL, TEXT, WHOLE, Table

LoggedActivitiesFrame = NewType("LoggedActivitiesFrame", pl.DataFrame)
LinkedOpportunitiesFrame = NewType("LinkedOpportunitiesFrame", pl.DataFrame)
OpportunityTeamsFrame = NewType("OpportunityTeamsFrame", pl.DataFrame)
OpportunityStagesFrame = NewType("OpportunityStagesFrame", pl.DataFrame)
OpportunityMergesFrame = NewType("OpportunityMergesFrame", pl.DataFrame)
SurvivingOpportunitiesFrame = NewType("SurvivingOpportunitiesFrame", pl.DataFrame)
PlacedActivitiesFrame = NewType("PlacedActivitiesFrame", pl.DataFrame)
MentionsFrame = NewType("MentionsFrame", pl.DataFrame)
ActivityLinksFrame = NewType("ActivityLinksFrame", pl.DataFrame)
ActivityCandidatesFrame = NewType("ActivityCandidatesFrame", pl.DataFrame)
"""What the frames of the tables are called in signatures."""

LOGGED_ACTIVITIES: Table[LoggedActivitiesFrame] = Table(
    "logged_activities",
    ("activity_id",),
    {
        "activity_id": TEXT,
        "person_id": TEXT,
        "role": TEXT,  # the person's: sa, csm, owner, or whatever the overlays are called
        "what_id": TEXT,  # what it was logged on: an opportunity, perhaps merged since, or an account; or null
        "account_id": TEXT,
        "contact_id": TEXT,  # whom of the customer's it was with; null: not said
        "happened_at": MOMENT,
        "activity_type": TEXT,
        "subject": TEXT,
    },
)
LINKED_OPPORTUNITIES: Table[LinkedOpportunitiesFrame] = Table(
    "linked_opportunities",
    ("opportunity_id",),
    {
        "opportunity_id": TEXT,
        "account_id": TEXT,
        "name": TEXT,
        "account_name": TEXT,  # its words say nothing where they stand in the opportunity's name; null: unknown
        "created_on": DATE,
        "closed_on": DATE,  # the day on which it was closed, not the one hoped for; null while it is open
        "is_closed": FLAG,
        "is_won": FLAG,
        "stage": TEXT,
        "amount_cents": WHOLE,
    },
)
OPPORTUNITY_TEAMS: Table[OpportunityTeamsFrame] = Table(
    "opportunity_teams",
    ("opportunity_id", "person_id"),
    {
        "opportunity_id": TEXT,
        "person_id": TEXT,
        "role": TEXT,
    },
)
OPPORTUNITY_STAGES: Table[OpportunityStagesFrame] = Table(
    "opportunity_stages",
    ("opportunity_id", "changed_at"),
    {
        "opportunity_id": TEXT,
        "changed_at": MOMENT,
        "stage": TEXT,
    },
)
OPPORTUNITY_MERGES: Table[OpportunityMergesFrame] = Table(
    "opportunity_merges",
    ("from_id", "merged_at"),
    {
        "from_id": TEXT,
        "to_id": TEXT,  # null: deleted without a successor
        "merged_at": MOMENT,
    },
)

SURVIVING_OPPORTUNITIES: Table[SurvivingOpportunitiesFrame] = Table(
    "surviving_opportunities",
    ("opportunity_id",),
    {
        "opportunity_id": TEXT,
        "survivor_id": TEXT,  # itself where it was never merged; null where no opportunity is left
        "hop_count": WHOLE,
        "finding": TEXT,  # merge_circle, merge_into_unknown, deleted; null where the chain is whole
    },
)
PLACED_ACTIVITIES: Table[PlacedActivitiesFrame] = Table(
    "placed_activities",
    ("activity_id",),
    {
        "activity_id": TEXT,
        "person_id": TEXT,
        "role": TEXT,
        "contact_id": TEXT,
        "account_id": TEXT,
        "opportunity_id": TEXT,  # the surviving one where it was logged on one
        "how": TEXT,  # logged, merged, account
        "what_id": TEXT,
        "hop_count": WHOLE,
        "finding": TEXT,
        "happened_at": MOMENT,
        "activity_type": TEXT,
        "subject": TEXT,
        "duplicate_of": TEXT,
    },
)

MENTIONS: Table[MentionsFrame] = Table(
    "activity_mentions",
    ("activity_id", "opportunity_id"),
    {
        "activity_id": TEXT,
        "opportunity_id": TEXT,
        "word_count": WHOLE,
    },
)

ACTIVITY_LINKS: Table[ActivityLinksFrame] = Table(
    "activity_links",
    ("activity_id",),
    {
        "activity_id": TEXT,
        "account_id": TEXT,
        "opportunity_id": TEXT,  # null: it stays on the account
        "how": TEXT,  # logged, merged, window, account
        "confidence": REAL,  # how likely opportunity_id is right, for null: that it belongs to none of the candidates
        "runner_up_id": TEXT,  # the next candidate, where it stays on the account the likeliest; null: there is none
        "runner_up_confidence": REAL,
        "candidate_count": WHOLE,
        "counts": FLAG,  # false for a second row about the same call: whoever adds up leaves it out
        "duplicate_of": TEXT,  # the row that it repeats, and that counts
        "finding": TEXT,  # merge_circle, merge_into_unknown, deleted, unknown_object, other_account, incomplete
    },
)
ACTIVITY_CANDIDATES: Table[ActivityCandidatesFrame] = Table(
    "activity_candidates",
    ("activity_id", "place"),
    {
        "activity_id": TEXT,
        "place": WHOLE,  # 1 is the likeliest
        "opportunity_id": TEXT,
        "confidence": REAL,
        "evidence": TEXT,  # what speaks for and against it, in words
    },
)

HANDED_OVER = (
    LOGGED_ACTIVITIES,
    LINKED_OPPORTUNITIES,
    OPPORTUNITY_TEAMS,
    OPPORTUNITY_STAGES,
    OPPORTUNITY_MERGES,
)
"""What a source hands over; the rules see nothing else."""
TABLES: dict[str, Table[Any]] = {
    table.name: table
    for table in (
        *HANDED_OVER,
        SURVIVING_OPPORTUNITIES,
        PLACED_ACTIVITIES,
        MENTIONS,
        ACTIVITY_LINKS,
        ACTIVITY_CANDIDATES,
    )
}
