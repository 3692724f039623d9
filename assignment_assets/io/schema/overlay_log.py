"""The overlay log's versions; its Parquet copies have the same."""

from assignment_assets.domain.overlays.tables import TABLES
from assignment_assets.io.schema.columns import duckdb_types
from assignment_assets.io.schema.steps import Store

OVERLAY_LOG_STORE = Store("overlay log", (), {name: duckdb_types(table.columns) for name, table in TABLES.items()})
