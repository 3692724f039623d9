"""How a rule's input is read: the tables and queries that it names, and a reader that somebody else opens.

An input is a frozen dataclass with a field a table; its `read` names them once. The warehouse gives the reader in a
stage, published copies in a page: rules do not know which.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, Protocol

from assignment_assets.domain.tables import ColumnType, F, Table


@dataclass(frozen=True)
class Query(Generic[F]):
    """A question to the warehouse: its text is ``sql/<name>.sql``; `key` and `columns` are those of the answer."""

    name: str
    reads: tuple[Table[Any], ...]
    key: tuple[str, ...]
    columns: dict[str, ColumnType]

    @property
    def rows(self) -> Table[F]:
        """The answer as a table: what it is conformed to."""
        return Table(self.name, self.key, self.columns)


class Reader(Protocol):
    """One cycle's rows, all through one opening."""

    def table(self, table: Table[F]) -> F:
        """The cycle's rows of a table, sorted by its key."""
        ...

    def answer(self, query: Query[F], **parameters: object) -> F:
        """The answer for the cycle, sorted by its key; `parameters` are the query's own beside `$cycle`."""
        ...


class Readable(Protocol):
    """Where cycles' tables are read."""

    def reading(self, cycle: str) -> AbstractContextManager[Reader]:
        """A reader of the cycle's rows that is closed at the end."""
        ...
