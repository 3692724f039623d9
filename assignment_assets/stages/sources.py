"""Stage 00: accounts, reps and opportunities as they are at the start of the cycle, and the rows left out."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.setup.frozen_config import frozen
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.setup.run_config_faults import config_faults
from assignment_assets.domain.tables import (
    ACCOUNTS,
    OPPORTUNITIES,
    REPS,
    RUN_CONFIG,
    SOURCE_CHANGES,
    SOURCE_EXCEPTIONS,
    SOURCE_PROFILE,
    RepsFrame,
    Table,
)
from assignment_assets.io.sources.snapshot import read_snapshot
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock, Source
from assignment_assets.routing.pool import with_held
from assignment_assets.stages.cycle import CYCLES, POOL, counts, table_metadata
from assignment_assets.stages.source_profile import changes_since, cycle_profile, profile_metadata

DESCRIPTIONS = {
    "accounts": "Every account of the source as of this cycle, one row each, rows with a fault left out.",
    "reps": "Every rep, Inside Sales member and placeholder owner as of this cycle.",
    "opportunities": "Every opportunity as of this cycle; open ones that close soon protect their account.",
    "source_exceptions": "Rows of the source that could not be vouched for: which, where, what was expected. "
    "They stay outside the pool until somebody corrects them.",
    "source_profile": "What the cycle started from, as `assignment source look` shows it: rows read and left out, "
    "owners, referrals, locks, deals, reps, sums, contradictions; and what has jumped since the previous cycle.",
}


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            name,
            group_name="sources",
            description=text,
            partitions_def=CYCLES,
            kinds={"duckdb", "salesforce"},
            owners=["team:data-science"],
            tags={"stage": "00"},
        )
        for name, text in DESCRIPTIONS.items()
    ],
    pool=POOL,
)
def sources(
    context: dg.AssetExecutionContext, warehouse: Warehouse, source: Source, clock: Clock
) -> Iterator[dg.MaterializeResult[Any]]:
    """Reads the source once and stores what it says; faulty rows are listed apart."""
    launch = context.run.run_config
    config = launched_config(launch, warehouse, context.partition_key)
    snapshot = read_snapshot(source.setting(), config.as_of_on if config else None)
    require_valid_launch(launch, context.partition_key, snapshot.reps)
    under = config or RunConfig(as_of=clock.now().date().isoformat())
    profile = cycle_profile(snapshot, under)
    changes = changes_since(warehouse, context.partition_key, under, profile)
    pairs: list[tuple[Table[Any], pl.DataFrame]] = [
        (ACCOUNTS, with_held(snapshot.accounts, snapshot.reps, warehouse.folder)),
        (REPS, snapshot.reps),
        (OPPORTUNITIES, snapshot.opportunities),
        (SOURCE_EXCEPTIONS, snapshot.exceptions),
        (SOURCE_PROFILE, profile),
        (SOURCE_CHANGES, changes),
    ]
    said: dict[str, dict[str, Any]] = {
        "source_exceptions": {"faults by kind": counts(snapshot.exceptions, "table_name", "column_name")},
        "source_profile": profile_metadata(profile, changes),
    }
    digests = warehouse.replace(context.partition_key, pairs)
    for table, frame in pairs[:-1]:
        metadata = table_metadata(frame, digests[table.name]) | said.get(table.name, {})
        yield dg.MaterializeResult(asset_key=table.name, metadata=metadata)


def launched_config(launch: Mapping[str, Any], warehouse: Warehouse, cycle: str) -> RunConfig | None:
    """The run config of this very run, else the one that is frozen; null where there is neither, or it is not valid."""
    given = launch.get("ops", {}).get("run_config", {}).get("config")
    if given:
        with suppress(ValueError):  # what is wrong with the run config is said with everything else that is
            config = RunConfig.model_validate(given)
            return config if config.as_of_on else None
        return None
    rows = warehouse.table(cycle, RUN_CONFIG)
    return frozen(cycle, rows) if rows.height else None


def require_valid_launch(launch: Mapping[str, Any], cycle: str, reps: RepsFrame) -> None:
    """Nothing, or InvalidInput where the run config of this very run is wrong: then nothing is materialised at all.

    Parameters
    ----------
    launch
        The run's configuration as the Launchpad or the command line gave it; without a part for `run_config` nothing
        is checked.
    cycle, reps
        For the message, and for the names that the run config may use.
    """
    given = launch.get("ops", {}).get("run_config", {}).get("config")
    faults = config_faults(RunConfig.model_validate(given), reps) if given else []
    if faults:
        raise InvalidInput(f"cycle {cycle}, run config", faults)
