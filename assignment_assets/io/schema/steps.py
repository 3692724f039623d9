"""A store's history: one step for each version of its tables, oldest first.

Whoever changes a table adds a step at the end: a sentence, and the SQL that makes an older file's tables the new ones.
Earlier steps stay as they are. Tables are made when they are first used, so a step finds some of them missing:
``alter table if exists``, ``create table if not exists``.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """What leads from one version to the next.

    `mark` is a ``table`` or ``table.column`` that a file has from this version on: by it a file is recognised that was
    made before files said their version.
    """

    what: str
    sql: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Store:
    """A store's name, its steps (the first leads from version 1 to 2) and the columns that they lead to."""

    name: str
    steps: tuple[Step, ...]
    columns: Mapping[str, Mapping[str, str]]

    @property
    def version(self) -> int:
        """The version that this release reads and writes."""
        return len(self.steps) + 1

    def after(self, version: int) -> tuple[Step, ...]:
        """The steps from a version to this release's."""
        return self.steps[version - 1 :]

    def recognised(self, found: Mapping[str, Mapping[str, str]]) -> int:
        """The version of a file that does not say it, by its tables and columns; 1 where nothing newer is found."""
        marks = {name for table, columns in found.items() for name in (table, *(f"{table}.{each}" for each in columns))}
        return max((number for number, step in enumerate(self.steps, 2) if step.mark in marks), default=1)

    def misfits(self, found: Mapping[str, Mapping[str, str]]) -> list[str]:
        """What a file's tables lack of this release's: ``table.column``, with its type where it is another."""
        return [
            f"{table}.{column}" + (f" ({columns[column]})" if column in columns else "")
            for table, columns in found.items()
            for column, kind in self.columns.get(table, {}).items()
            if columns.get(column) != kind
        ]
