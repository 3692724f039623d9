"""The daily catch: every difference between truth, accounts and open opportunities is listed, and repaired as set."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.overlays.activities.tables import ACTIVITY_LINKS, LOGGED_ACTIVITIES
from assignment_assets.domain.overlays.catching import Catching
from assignment_assets.domain.overlays.differences import caught
from assignment_assets.domain.overlays.numbering import numbered
from assignment_assets.domain.overlays.roles import Overlays
from assignment_assets.domain.overlays.stamps import under_way
from assignment_assets.domain.overlays.tables import (
    CS_ASSIGNMENTS,
    OVERLAY_CHANGES,
    OVERLAY_DIFFERENCES,
    OVERLAY_EDITS,
    OVERLAY_LOG,
    OVERLAY_PEOPLE,
    OVERLAY_STAMPS,
    OverlayChangesFrame,
    OverlayStampsFrame,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.overlays.log import OverlayLog
from assignment_assets.overlays.look import crm_of_role, next_numbers, of_role


def catch(log: OverlayLog, overlays: Overlays, look_no: int, now: datetime) -> int:
    """Lists what differs right after a whole look and stamps the repairs; how many differences there are."""
    with log.open() as transaction:
        stamps, changes = transaction.table(OVERLAY_STAMPS), transaction.table(OVERLAY_CHANGES)
        edits, people = transaction.table(OVERLAY_EDITS), transaction.table(OVERLAY_PEOPLE)
        waiting, worked = under_way(stamps, transaction.table(OVERLAY_LOG)), _worked_on(log.folder)
        found = [
            caught(
                Catching(
                    name,
                    role,
                    of_role(name, transaction.table(CS_ASSIGNMENTS)),
                    crm_of_role(name, transaction),
                    of_role(name, edits),
                    of_role(name, changes),
                    of_role(name, waiting),
                    people,
                    now,
                ),
                worked,
            )
            for name, role in overlays.roles.items()
        ]
        new_changes, new_stamps = numbered(
            OverlayChangesFrame(pl.concat([each.changes for each in found])),
            OverlayStampsFrame(pl.concat([each.stamps for each in found])),
            next_numbers(changes, stamps, look_no, now),
        )
        differences = pl.concat([each.differences for each in found])
        transaction.append(OVERLAY_CHANGES, new_changes)
        transaction.append(OVERLAY_STAMPS, new_stamps)
        transaction.append(OVERLAY_DIFFERENCES, differences)
    return differences.height


def _worked_on(folder: DataFolder) -> pl.DataFrame | None:
    """opportunity_id, person_id of activities that are linked; None before any were."""
    links, logged = read_overlays(folder, ACTIVITY_LINKS), read_overlays(folder, LOGGED_ACTIVITIES)
    if links.is_empty():
        return None
    counted = links.filter("counts", pl.col("opportunity_id").is_not_null())
    return counted.join(logged, on="activity_id").select("opportunity_id", "person_id").unique().sort(pl.all())
