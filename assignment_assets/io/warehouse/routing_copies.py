"""The Parquet copies of the routing log: what pages, sensors and people read without opening the log."""

from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.schema.routing_log import ROUTING_LOG
from assignment_assets.io.warehouse.log_copies import LogCopies


def routing_copies(folder: DataFolder) -> LogCopies:
    """The copies of the data folder."""
    return LogCopies(folder.routing_copies, ROUTING_LOG)


def read_routing(folder: DataFolder, table: Table[F]) -> F:
    """The published rows of a routing table, without opening the log; empty where there are none yet.

    Raises
    ------
    WrongSchema
        A newer release has published them.
    """
    return routing_copies(folder).read(table)


def answer_routing(folder: DataFolder, query: Query[F], **parameters: object) -> F:
    """The query's answer over the published copies, without opening the log.

    Raises
    ------
    WrongSchema
        A newer release has published them.
    """
    return routing_copies(folder).answer(query, **parameters)
