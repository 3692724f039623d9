"""The overlay log: one DuckDB file of its own beside the warehouse, published as Parquet after every change."""

from assignment_assets.io.folders import DataFolder
from assignment_assets.io.schema.overlay_log import OVERLAY_LOG_STORE
from assignment_assets.io.warehouse.overlay_copies import overlay_copies
from assignment_assets.io.warehouse.table_log import TableLog


class OverlayLog(TableLog):
    """Reads and writes the overlay tables of one data folder."""

    def __init__(self, folder: DataFolder, patience_seconds: float = 60.0):
        super().__init__(
            folder.overlay_log, OVERLAY_LOG_STORE, overlay_copies(folder), patience_seconds=patience_seconds
        )
        self._folder = folder

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return self._folder
