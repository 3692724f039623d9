"""The Parquet copies of the routing log: what pages, sensors and people read without opening the log."""

import polars as pl

from assignment_assets.domain.tables import Table
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder


def publish(folder: DataFolder, table: Table, frame: pl.DataFrame) -> None:
    """Writes a table's Parquet copy so that a reader sees the old one or the new one, never a half."""
    write_whole(folder.root / "routing" / f"{table.name}.parquet", frame.write_parquet)


def read_routing(folder: DataFolder, table: Table) -> pl.DataFrame:
    """The published rows of a routing table, without opening the log; empty where there are none yet."""
    path = folder.root / "routing" / f"{table.name}.parquet"
    if not path.is_file():
        return table.empty()
    frame = pl.read_parquet(path)
    newer = [pl.lit(None, dtype).alias(name) for name, dtype in table.columns.items() if name not in frame.columns]
    return table.conform(frame.with_columns(newer))
