"""Afterwards: what became of every owner that the engine wrote, in a cycle or between the quarters."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.placed import READ_BACK
from assignment_assets.domain.routing.owners_since import ROUTING, OwnersSinceFrame, changed, sentences
from assignment_assets.domain.routing.tables import WRITES
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.resources import Clock, Source
from assignment_assets.routing.reconcile import owners_since_file
from assignment_assets.stages.cycle import as_table, counts
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.opening import journal_of
from assignment_assets.write_back.owners_since import owners_since, written_by_cycles

ALERT = "owners.txt"


@dg.asset(
    group_name="write_back",
    deps=["routing_write_back"],
    pool="write_back",
    kinds={"salesforce"},
    owners=["team:growth-strategy"],
)
def written_owners(source: Source, clock: Clock) -> dg.MaterializeResult[Any]:
    """Every owner that the engine wrote, by a cycle or by routing, read again: overrides of people, stale overwrites of
    integrations (`[write_back] integrations` in the settings), each with who and when. Feeds the KPIs `owner_overrides`
    and `stale_overwrites` and the alert `alerts/owners.txt`. Changes nothing."""
    folder = DataFolder.from_environment()
    with journal_of(folder) as journal:
        since = look_at_written(journal, folder, source, clock.now())
    return dg.MaterializeResult(
        metadata={
            "written": since.height,
            "changed since": changed(since).height,
            "by": counts(changed(since), "finding"),
            "first rows": as_table(changed(since).head(20)),
            "file": dg.MetadataValue.path(str(owners_since_file(folder))),
        }
    )


def look_at_written(
    journal: Journal, folder: DataFolder, source: Source, now: datetime, integrations: Collection[str] = ()
) -> OwnersSinceFrame:
    """All that was written, read again; kept for the KPIs, and told by the alert."""
    since = owners_since(_written(journal, folder), source.gateway(), _known(integrations))
    write_whole(owners_since_file(folder), since.write_parquet)
    tell(folder, since, now)
    return since


def look_at_cycle(
    journal: Journal, folder: DataFolder, source: Source, cycle: str, integrations: Collection[str] = ()
) -> OwnersSinceFrame:
    """What the cycle was the last to write, read again."""
    return owners_since(_written(journal, folder), source.gateway(), _known(integrations), cycle)


def tell(folder: DataFolder, since: OwnersSinceFrame, now: datetime) -> Path:
    """Writes the alert on owners that others changed; it says so where there is none left."""
    path = folder.root / "alerts" / ALERT
    lines = sentences(since)
    if lines or path.is_file():
        lines = lines or ["every owner is the one that was written."]
        write_whole(path, "\n".join([f"As of {now:%Y-%m-%d %H:%M} UTC:", *lines]) + "\n")
    return path


def _known(integrations: Collection[str]) -> list[str]:
    return [complete_id(each) for each in (*integrations, *read_settings().write_back.integrations)]


def _written(journal: Journal, folder: DataFolder) -> pl.DataFrame:
    routed = read_routing(folder, WRITES).filter(
        pl.col("outcome").is_in(READ_BACK) & pl.col("written_at").is_not_null()
    )
    between = routed.select(
        "account_id", written_by=pl.lit(ROUTING), written_owner_id="new_owner_id", written_at="verified_at"
    )
    return pl.concat([written_by_cycles(journal), between])
