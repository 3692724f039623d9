"""What all stages share: the partition, the frame of an asset, the frozen configuration."""

import dagster as dg
import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.setup.cycle import STAGES
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import RUN_CONFIG
from assignment_assets.io.warehouse.warehouse import Warehouse

CYCLES = dg.DynamicPartitionsDefinition(name="cycle")
POOL = "duckdb"
SHOWN_ROWS = 8


def stage_asset(stage: str, deps=(), **options):
    """Decorator of one asset of the waterfall: partitioned by cycle, one writer at a time, in its stage's group."""
    return dg.asset(
        group_name=stage,
        deps=list(deps),
        partitions_def=CYCLES,
        pool=options.pop("pool", POOL),
        kinds=options.pop("kinds", {"duckdb", "polars"}),
        owners=[options.pop("owner", "team:growth-strategy")],
        tags={"stage": f"{STAGES.index(stage):02d}"},
        **options,
    )


def frozen_config(warehouse: Warehouse, cycle: str) -> RunConfig:
    """The cycle's configuration as `run_config` froze it.

    Raises
    ------
    CycleClosed
        The cycle has no run config yet.
    """
    rows = warehouse.table(cycle, RUN_CONFIG)
    if not rows.height:
        raise CycleClosed(
            f"cycle {cycle}: it has no run config, expected one. Materialise run_config, or `assignment cycle new`."
        )
    return RunConfig.model_validate_json(rows["config_json"][-1])


def handed_on(frame: pl.DataFrame, digest: str, **extra) -> dg.MaterializeResult:
    """The materialisation of one table: its row count, digest, columns, first rows, and what else is given."""
    return dg.MaterializeResult(metadata=table_metadata(frame, digest) | extra)


def table_metadata(frame: pl.DataFrame, digest: str) -> dict:
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


def _cell(value) -> str:
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
