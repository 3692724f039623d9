"""What all stages share: the partition, the frame of an asset, the frozen configuration."""

from collections.abc import Callable, Iterable
from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.domain.setup.cycle import STAGES
from assignment_assets.domain.setup.eligible_pool import OPEN_CLAIMS, OpenClaimsFrame
from assignment_assets.domain.setup.frozen_config import frozen
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import RUN_CONFIG
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.warehouse import Warehouse

CYCLES = dg.DynamicPartitionsDefinition(name="cycle")
POOL = "duckdb"
SHOWN_ROWS = 8


def stage_asset(
    stage: str, deps: Iterable[str] = (), **options: Any
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Decorator of one asset of the waterfall: partitioned by cycle, one writer at a time, in its stage's group."""
    decorate: Callable[[Callable[..., Any]], dg.AssetsDefinition] = dg.asset(
        group_name=stage,
        deps=list(deps),
        partitions_def=CYCLES,
        pool=options.pop("pool", POOL),
        kinds=options.pop("kinds", {"duckdb", "polars"}),
        owners=[options.pop("owner", "team:growth-strategy")],
        tags={"stage": f"{STAGES.index(stage):02d}"},
        **options,
    )
    return decorate


def frozen_config(warehouse: Warehouse, cycle: str) -> RunConfig:
    """The cycle's configuration as `run_config` froze it.

    Raises
    ------
    CycleClosed
        The cycle has no run config yet.
    """
    return frozen(cycle, warehouse.table(cycle, RUN_CONFIG))


def open_claims(warehouse: Warehouse, cycle: str) -> OpenClaimsFrame:
    """What other open cycles free too, with their scope and when they were opened: one row an account and cycle."""
    return warehouse.answer(cycle, OPEN_CLAIMS)


def handed_on(frame: pl.DataFrame, digest: str, **extra: Any) -> dg.MaterializeResult[Any]:
    """The materialisation of one table: its row count, digest, columns, first rows, and what else is given."""
    return dg.MaterializeResult(metadata=table_metadata(frame, digest) | extra)


def packets_out(folder: DataFolder, manifest: GateManifest, **extra: Any) -> dg.MaterializeResult[Any]:
    """The materialisation of packets: how many, until when, where they lie, and what else is given."""
    sent: dict[str, Any] = {
        "packets": len(manifest.persons),
        "deadline": f"{manifest.deadline:%Y-%m-%d %H:%M} UTC",
        "revision": manifest.revision,
        "folder": outbox_path(folder, manifest),
    }
    return dg.MaterializeResult(metadata=sent | extra)


def outbox_path(folder: DataFolder, manifest: GateManifest) -> dg.MetadataValue:
    """Where a gate's packets lie."""
    return dg.MetadataValue.path(str(folder.outbox(manifest.cycle, manifest.gate)))


def nothing_sent(why: str) -> dg.MaterializeResult[Any]:
    """The materialisation of a gate without packets, such as a draft's."""
    return dg.MaterializeResult(metadata={"packets": 0, "why": why})


def table_metadata(frame: pl.DataFrame, digest: str) -> dict[str, Any]:
    """Metadata that the Dagster UI shows of a table: plots of the row count, schema, first rows."""
    columns = [dg.TableColumn(name, str(dtype).lower()) for name, dtype in frame.schema.items()]
    return {
        "dagster/partition_row_count": frame.height,
        "digest": digest,
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "first rows": as_table(frame.head(SHOWN_ROWS)),
    }


def as_table(frame: pl.DataFrame) -> dg.MetadataValue:
    """A small frame as a table of the UI."""
    texts = [{name: _cell(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]
    return dg.MetadataValue.table(
        records=[dg.TableRecord(row) for row in texts],
        schema=dg.TableSchema(columns=[dg.TableColumn(name, "string") for name in frame.columns]),
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.3f}"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)


def counts(frame: pl.DataFrame, *by: str) -> dg.MetadataValue:
    """How many rows of each kind, as a table of the UI."""
    return as_table(frame.group_by(*by).len("rows").sort(*by))
