"""The questions that links are drawn from, and who answers them: each reads what the one before it gave."""

from typing import Any, NewType, Protocol

import polars as pl

from assignment_assets.domain.overlays.activities.tables import (
    LINKED_OPPORTUNITIES,
    LOGGED_ACTIVITIES,
    MENTIONS,
    OPPORTUNITY_MERGES,
    OPPORTUNITY_STAGES,
    OPPORTUNITY_TEAMS,
    PLACED_ACTIVITIES,
    SURVIVING_OPPORTUNITIES,
    MentionsFrame,
    PlacedActivitiesFrame,
    SurvivingOpportunitiesFrame,
)
from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import FLAG, MOMENT, REAL, TEXT, WHOLE, F, Table

CandidatesFrame = NewType("CandidatesFrame", pl.DataFrame)
SURVIVORS: Query[SurvivingOpportunitiesFrame] = Query(
    "activity_links/surviving_opportunities",
    (LINKED_OPPORTUNITIES, OPPORTUNITY_MERGES),
    SURVIVING_OPPORTUNITIES.key,
    SURVIVING_OPPORTUNITIES.columns,
)
PLACES: Query[PlacedActivitiesFrame] = Query(
    "activity_links/placed_activities",
    (LOGGED_ACTIVITIES, LINKED_OPPORTUNITIES, SURVIVING_OPPORTUNITIES),
    PLACED_ACTIVITIES.key,
    PLACED_ACTIVITIES.columns,
)
MENTIONED: Query[MentionsFrame] = Query(
    "activity_links/mentions",
    (PLACED_ACTIVITIES, LINKED_OPPORTUNITIES, SURVIVING_OPPORTUNITIES),
    MENTIONS.key,
    MENTIONS.columns,
)
CANDIDATES: Query[CandidatesFrame] = Query(
    "activity_links/candidates",
    (
        PLACED_ACTIVITIES,
        LINKED_OPPORTUNITIES,
        SURVIVING_OPPORTUNITIES,
        MENTIONS,
        OPPORTUNITY_TEAMS,
        OPPORTUNITY_STAGES,
    ),
    ("activity_id", "opportunity_id"),
    {
        "activity_id": TEXT,
        "opportunity_id": TEXT,
        "person_id": TEXT,
        "contact_id": TEXT,
        "happened_at": MOMENT,
        "days_before": REAL,  # its creation; 0 from then on
        "days_after": REAL,  # its close; 0 before
        "days_to_change": REAL,  # to the nearest of creation, change of stage and close, whichever side
        "is_on_team": FLAG,
        "is_on_other_team": FLAG,  # the person is on the team of another candidate and not of this one
        "named_count": WHOLE,  # words of its name in the activity's subject
        "is_other_named": FLAG,  # the subject names another candidate and not this one
        "days_to_own": REAL,  # to what the same person logged on it; null: nothing
        "days_to_named": REAL,  # to what the same person logged on the account with its name; null: nothing
        "days_to_contact": REAL,  # to what anybody logged on it with the same contact; null: nothing
        "contact_count": WHOLE,  # how often anybody did
        "type_lean": REAL,
        "role_lean": REAL,
        "person_lean": REAL,
    },
)


class Ledger(Protocol):
    """Tables without cycles: whoever replaces one finds it so in the next answer."""

    def answer(self, query: Query[F], **parameters: object) -> F:
        """The answer, sorted by its key."""
        ...

    def replace(self, table: Table[Any], frame: pl.DataFrame) -> None:
        """Puts these rows in place of all."""
        ...
