"""What the roles beside the owner come to for people: activities, workload, and who was on what."""

from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.overlays.hand_overs import HAND_OVER_FACTS
from assignment_assets.domain.overlays.next_account import NEXT_ACCOUNTS
from assignment_assets.domain.overlays.tables import HAND_OVERS, OVERLAY_LOOKS
from assignment_assets.domain.overlays.workload import over_capacity, workload_spread
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.overlay_roles import required
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.overlays.hand_overs import hand_over, propose_next
from assignment_assets.overlays.reports import count_workload, grow_history, link_activities
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.cycle import as_table, counts, table_metadata
from assignment_assets.stages.overlay_frame import APPENDED, REPLACED, SHOWN, overlay_asset, overlay_records, published


@overlay_asset(deps=["overlay_log"], kinds={"salesforce", "duckdb"})
def activity_links(source: Source, clock: Clock) -> dg.MaterializeResult[Any]:
    """To which opportunity each activity belongs: logged, merged since, or by a window, with confidence and runner-up.

    What stays below the threshold stays on its account.
    """
    given, records = overlay_records(source)
    found = link_activities(DataFolder.from_environment(), given.overlays, records, clock.now().date())
    return dg.MaterializeResult(
        metadata=table_metadata(found.links, REPLACED)
        | {
            "by way": counts(found.links, "how"),
            "counted": int(found.links["counts"].sum()),
            "candidates weighed": found.candidates.height,
        }
    )


@overlay_asset(deps=["activity_links"])
def overlay_workload(clock: Clock) -> dg.MaterializeResult[Any]:
    """What each person of a role carries, in points of the role's measures, against their capacity."""
    rows = count_workload(DataFolder.from_environment(), required().overlays, clock.now())
    return dg.MaterializeResult(
        metadata=table_metadata(rows, REPLACED)
        | {
            "average and spread": as_table(workload_spread(rows)),
            "above their capacity": as_table(over_capacity(rows).head(SHOWN)),
        }
    )


@overlay_asset(deps=["overlay_workload"])
def next_accounts() -> dg.MaterializeResult[Any]:
    """Who is to take each account that has no active person, with loads as even as can be; managers answer."""
    folder = DataFolder.from_environment()
    found = propose_next(folder, required().overlays)
    rows = read_overlays(folder, NEXT_ACCOUNTS)
    return dg.MaterializeResult(
        metadata=table_metadata(rows, REPLACED)
        | {
            "accounts by role": counts(rows, "role"),
            "fullest, and what no answer can beat": "; ".join(
                f"{name}: {each.fullest:.1f}, {each.bound:.1f}" for name, each in found.items()
            ),
            "without room": int(rows["person_id"].is_null().sum()),
            "proposed": as_table(rows.select("role", "account_name", "person_name", "sentence").head(SHOWN)),
        }
    )


@overlay_asset(deps=["overlay_log"], kinds={"email"})
def overlay_hand_overs(clock: Clock) -> dg.MaterializeResult[Any]:
    """Accounts whose person has changed: letters with a checklist to both, and what they have acknowledged."""
    folder, settings = DataFolder.from_environment(), read_settings()
    posted = hand_over(folder, required().overlays, HAND_OVER_FACTS.empty(), settings, engine_key(), clock.now)
    rows = read_overlays(folder, HAND_OVERS)
    refused = [each.said for each in posted if each.outcome in ("refused", "waiting")]
    return dg.MaterializeResult(
        metadata=table_metadata(rows, APPENDED)
        | {
            "letters": len(posted),
            "not sent": "; ".join(refused) or "none",
            "given": int(rows["given_at"].is_not_null().sum()),
            "taken": int(rows["taken_at"].is_not_null().sum()),
        }
    )


@overlay_asset(deps=["overlay_log"], kinds={"salesforce", "duckdb"})
def overlay_history(source: Source) -> dg.MaterializeResult[Any]:
    """Who was on which account and opportunity from when to when, at close with shares of credit; owners, too.

    For compensation: rows are never rewritten, what was wrong is corrected by new ones. Field history tells it where
    the org keeps one, else our own log and what looks saw; each row says which.
    """
    given, records = overlay_records(source)
    rows = grow_history(DataFolder.from_environment(), given.overlays, records)
    return dg.MaterializeResult(
        metadata=table_metadata(rows, APPENDED)
        | {
            "by evidence": counts(rows, "role", "evidence"),
            "at close": rows.filter(pl.col("was_at_close")).height,
            "looks so far": published(OVERLAY_LOOKS).height,
        }
    )
