"""The Parquet copies of the overlay log: what pages, assets and people read without opening the log."""

from assignment_assets.domain.tables import F, Table
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.schema.overlay_log import OVERLAY_LOG_STORE
from assignment_assets.io.warehouse.log_copies import LogCopies


def overlay_copies(folder: DataFolder) -> LogCopies:
    """The copies of the data folder."""
    return LogCopies(folder.overlay_copies, OVERLAY_LOG_STORE)


def read_overlays(folder: DataFolder, table: Table[F]) -> F:
    """The published rows of an overlay table, without opening the log; empty where there are none yet.

    Raises
    ------
    WrongSchema
        A newer release has published them.
    """
    return overlay_copies(folder).read(table)
