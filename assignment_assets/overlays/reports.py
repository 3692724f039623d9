"""What is made of the overlay log for people: where activities belong, who carries how much, who was on what."""

from datetime import date, datetime, timedelta

import polars as pl

from assignment_assets.domain.overlays.activities.links import ActivityLinks, ActivityLinksInput, activity_links
from assignment_assets.domain.overlays.activities.rules import ActivityRules
from assignment_assets.domain.overlays.activities.tables import (
    ACTIVITY_CANDIDATES,
    ACTIVITY_LINKS,
    LOGGED_ACTIVITIES,
    ActivityLinksFrame,
    LoggedActivitiesFrame,
)
from assignment_assets.domain.overlays.edit_trail import HISTORY
from assignment_assets.domain.overlays.history import overlay_history
from assignment_assets.domain.overlays.known_changes import Sources
from assignment_assets.domain.overlays.roles import Overlays
from assignment_assets.domain.overlays.tables import (
    OPPORTUNITY_ROLES,
    OVERLAY_ACCOUNTS,
    OVERLAY_EDITS,
    OVERLAY_HISTORY,
    OVERLAY_LOG,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_PEOPLE,
    OVERLAY_STAMPS,
    OVERLAY_WORKLOAD,
    OverlayHistoryFrame,
    OverlayWorkloadFrame,
)
from assignment_assets.domain.overlays.workload import ACTIVITIES_A_WEEK, overlay_workload
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.salesforce.overlay_records import OverlayRecords
from assignment_assets.io.salesforce.role_activities import RoleActivities
from assignment_assets.io.warehouse.in_memory import MemoryLog
from assignment_assets.io.warehouse.overlay_copies import overlay_copies, read_overlays
from assignment_assets.overlays.owner_writes import owner_writes

OWNER_FIELD = "Owner"
"""How the history of accounts calls their owner."""


def link_activities(folder: DataFolder, overlays: Overlays, records: OverlayRecords, as_of: date) -> ActivityLinks:
    """Tables `activity_links` and `activity_candidates` as of a day, from the org's tasks; published.

    Raises
    ------
    SourceUnavailable
    """
    rules = ActivityRules()
    people, parts = read_overlays(folder, OVERLAY_PEOPLE), read_overlays(folder, OPPORTUNITY_ROLES)
    tables = RoleActivities(records.org, overlays).tables(people, parts)
    with MemoryLog.opened(tables) as ledger:
        found = activity_links(ActivityLinksInput.read(ledger, rules, as_of), rules)
    overlay_copies(folder).publish(LOGGED_ACTIVITIES, LOGGED_ACTIVITIES.conform(tables[LOGGED_ACTIVITIES.name]))
    overlay_copies(folder).publish(ACTIVITY_LINKS, found.links)
    overlay_copies(folder).publish(ACTIVITY_CANDIDATES, found.candidates)
    return found


def count_workload(folder: DataFolder, overlays: Overlays, as_of: datetime) -> OverlayWorkloadFrame:
    """Table `overlay_workload` as of now; published."""
    links, logged = read_overlays(folder, ACTIVITY_LINKS), read_overlays(folder, LOGGED_ACTIVITIES)
    found = overlay_workload(
        overlays,
        read_overlays(folder, OVERLAY_PEOPLE),
        read_overlays(folder, OVERLAY_ACCOUNTS),
        read_overlays(folder, OVERLAY_OPPORTUNITIES),
        read_overlays(folder, OPPORTUNITY_ROLES),
        ACTIVITIES_A_WEEK.conform(_a_week(links, logged, overlays.activity_weeks, as_of)),
    )
    overlay_copies(folder).publish(OVERLAY_WORKLOAD, found)
    return found


def _a_week(links: ActivityLinksFrame, logged: LoggedActivitiesFrame, weeks: int, as_of: datetime) -> pl.DataFrame:
    """person_id, weekly: activities that count, on the average of the last weeks."""
    counted = logged.join(links.filter("counts"), on="activity_id", how="semi")
    lately = counted.filter(pl.col("happened_at") > as_of - timedelta(weeks=weeks))
    return lately.group_by("person_id").agg(weekly=pl.len() / weeks)


def grow_history(folder: DataFolder, overlays: Overlays, records: OverlayRecords) -> OverlayHistoryFrame:
    """Table `overlay_history` as of now, grown from what was published before; published.

    Raises
    ------
    SourceUnavailable
    """
    history = records.history(None, OWNER_FIELD)
    given = Sources(
        overlays,
        read_overlays(folder, OVERLAY_PEOPLE),
        read_overlays(folder, OVERLAY_ACCOUNTS),
        read_overlays(folder, OVERLAY_OPPORTUNITIES),
        read_overlays(folder, OPPORTUNITY_ROLES),
        read_overlays(folder, OVERLAY_EDITS),
        read_overlays(folder, OVERLAY_STAMPS),
        read_overlays(folder, OVERLAY_LOG),
        HISTORY.empty() if history is None else history,
        owner_writes(folder),
        (records.org.user_id,),
        RoleActivities(records.org, overlays).closes(),
    )
    found = overlay_history(given, read_overlays(folder, OVERLAY_HISTORY))
    overlay_copies(folder).publish(OVERLAY_HISTORY, found)
    return found
