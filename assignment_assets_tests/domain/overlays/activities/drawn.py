"""A small company, drawn by hand, whose activities are to find their opportunities; it looks like this on 1 October.

account acme: scan "Imaging New", since 1 June, open         merged: first → second → third → scan, old → scan
              bill "Billing Renewal", 1 July to 1 September          left → nowhere, round ⇄ about, dead: deleted
account bolt: pay "Payments New", since 1 August, open               half → kept → nowhere: kept is still there

Ana, SA, is on scan's team, Cem, CSM, on all; Sol is on none.
"""

from datetime import date, datetime, timedelta

import polars as pl

from assignment_assets.domain.overlays.activities.links import ActivityLinks, ActivityLinksInput, activity_links
from assignment_assets.domain.overlays.activities.rules import ActivityRules
from assignment_assets.domain.overlays.activities.tables import (
    LINKED_OPPORTUNITIES,
    LOGGED_ACTIVITIES,
    OPPORTUNITY_MERGES,
    OPPORTUNITY_STAGES,
    OPPORTUNITY_TEAMS,
)
from assignment_assets.io.warehouse.in_memory import MemoryLog
from assignment_assets_tests.sql.finished_cycle import rows

AS_OF = date(2026, 10, 1)
JUNE, JULY, AUGUST, SEPTEMBER = (date(2026, month, 1) for month in (6, 7, 8, 9))
OPPORTUNITIES = rows(
    LINKED_OPPORTUNITIES,
    "opportunity_id account_id name account_name created_on closed_on is_closed is_won stage",
    ("scan", "acme", "Acme Clinic - Imaging New", "Acme Clinic", JUNE, None, False, False, "Proposal"),
    ("bill", "acme", "Acme Clinic - Billing Renewal", "Acme Clinic", JULY, SEPTEMBER, True, True, "Closed Won"),
    ("old", "acme", "Acme Clinic - Imaging", "Acme Clinic", JUNE, JULY, True, False, "Merged"),
    ("pay", "bolt", "Bolt - Payments New", "Bolt", AUGUST, None, False, False, "Discovery"),
    ("kept", "bolt", "Bolt - Records New", "Bolt", date(2025, 1, 1), date(2025, 2, 1), True, False, "Closed Lost"),
)
TEAMS = rows(
    OPPORTUNITY_TEAMS,
    "opportunity_id person_id role",
    ("scan", "ana", "sa"),
    ("scan", "cem", "csm"),
    ("bill", "cem", "csm"),
    ("pay", "cem", "csm"),
)
STAGES = rows(
    OPPORTUNITY_STAGES,
    "opportunity_id changed_at stage",
    ("scan", datetime(2026, 6, 1, 9), "Discovery"),
    ("scan", datetime(2026, 8, 10, 9), "Proposal"),
    ("bill", datetime(2026, 7, 1, 9), "Discovery"),
    ("bill", datetime(2026, 9, 1, 9), "Closed Won"),
    ("pay", datetime(2026, 8, 1, 9), "Discovery"),
)
PAIRS = (
    "first second, second third, third scan, old scan, left nowhere, round about, about round, half kept, kept nowhere"
)
MERGES = rows(
    OPPORTUNITY_MERGES,
    "from_id to_id merged_at",
    *((*pair.split(), datetime(2026, 7, 1)) for pair in PAIRS.split(", ")),
    ("dead", None, datetime(2026, 7, 1)),
)
NOON = datetime(2026, 8, 10, 12)


def logged(*activities: tuple) -> pl.DataFrame:
    """Activities as (id, person, role, logged on, account, days or minutes from noon on 10 August, type, subject)."""
    names = "activity_id person_id role what_id account_id happened_at activity_type subject"
    return rows(
        LOGGED_ACTIVITIES,
        names,
        *(
            (*each[:5], NOON + (each[5] if isinstance(each[5], timedelta) else timedelta(each[5])), *each[6:])
            for each in activities
        ),
    )


def linked(activities: pl.DataFrame, rules: ActivityRules | None = None, **others: pl.DataFrame) -> ActivityLinks:
    """What becomes of these activities in the company that is drawn above, tables by name replaced."""
    drawn = {
        LINKED_OPPORTUNITIES.name: OPPORTUNITIES,
        OPPORTUNITY_TEAMS.name: TEAMS,
        OPPORTUNITY_STAGES.name: STAGES,
        OPPORTUNITY_MERGES.name: MERGES,
    }
    return answered({**drawn, **others, LOGGED_ACTIVITIES.name: activities}, rules)


def answered(tables: dict[str, pl.DataFrame], rules: ActivityRules | None = None) -> ActivityLinks:
    """What becomes of the activities in these tables."""
    rules = rules or ActivityRules()
    with MemoryLog.opened(tables) as ledger:
        return activity_links(ActivityLinksInput.read(ledger, rules, AS_OF), rules)
