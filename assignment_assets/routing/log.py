"""The routing log: one DuckDB file of its own beside the warehouse, published as Parquet after every change.

A poll's rows, its events and its watermark are there together or not at all.
"""

from assignment_assets.domain.routing.tables import UNPUBLISHED
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.schema.routing_log import ROUTING_LOG
from assignment_assets.io.warehouse.routing_copies import routing_copies
from assignment_assets.io.warehouse.table_log import TableLog, Transaction

__all__ = ["RoutingLog", "Transaction"]


class RoutingLog(TableLog):
    """Reads and writes the routing tables of one data folder."""

    def __init__(self, folder: DataFolder, patience_seconds: float = 60.0):
        copies = routing_copies(folder)
        super().__init__(folder.routing_log, ROUTING_LOG, copies, UNPUBLISHED, patience_seconds)
        self._folder = folder

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return self._folder
