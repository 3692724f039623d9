"""Stage 00: accounts, reps and opportunities as they are at the start of the cycle, and the rows left out."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.setup.run_config_faults import config_faults
from assignment_assets.domain.tables import ACCOUNTS, OPPORTUNITIES, REPS, SOURCE_EXCEPTIONS, RepsFrame, Table
from assignment_assets.io.sources.snapshot import read_snapshot
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Source
from assignment_assets.routing.pool import with_held
from assignment_assets.stages.cycle import CYCLES, POOL, counts, table_metadata

DESCRIPTIONS = {
    "accounts": "Every account of the source as of this cycle, one row each, rows with a fault left out.",
    "reps": "Every rep, Inside Sales member and placeholder owner as of this cycle.",
    "opportunities": "Every opportunity as of this cycle; open ones that close soon protect their account.",
    "source_exceptions": "Rows of the source that could not be vouched for: which, where, what was expected. "
    "They stay outside the pool until somebody corrects them.",
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
    context: dg.AssetExecutionContext, warehouse: Warehouse, source: Source
) -> Iterator[dg.MaterializeResult[Any]]:
    """Reads the source once and stores what it says; faulty rows are listed apart."""
    snapshot = read_snapshot(source.setting())
    require_valid_launch(context.run.run_config, context.partition_key, snapshot.reps)
    pairs: list[tuple[Table[Any], pl.DataFrame]] = [
        (ACCOUNTS, with_held(snapshot.accounts, snapshot.reps, warehouse.folder)),
        (REPS, snapshot.reps),
        (OPPORTUNITIES, snapshot.opportunities),
        (SOURCE_EXCEPTIONS, snapshot.exceptions),
    ]
    digests = warehouse.replace(context.partition_key, pairs)
    for table, frame in pairs:
        extra = {"faults by kind": counts(frame, "table_name", "column_name")} if table is SOURCE_EXCEPTIONS else {}
        yield dg.MaterializeResult(asset_key=table.name, metadata=table_metadata(frame, digests[table.name]) | extra)


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
