"""A store's history: one step for each version of its tables, oldest first.

Whoever changes a table adds a step at the end: a sentence, and the SQL that makes an older file's tables the new ones.
Earlier steps stay as they are. Tables are made when they are first used, so a step finds some of them missing:
``alter table if exists``, ``create table if not exists``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Step:
    """What leads from one version to the next.

    `mark` is a ``table`` or ``table.column`` that a file has from this version on: by it a file is recognised that was
    made before files said their version. `renamed` names columns: table → former name → name; `reworded` what is said
    in them: table → column → former word → word, where a text is a word or several with ``, `` between them.
    """

    what: str
    sql: tuple[str, ...] = ()
    mark: str = ""
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reworded: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    def statements(self, found: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        """What makes a file with these tables and columns one of the next version."""
        yield from self.sql
        for table, columns in self.renamed.items():
            for former, name in columns.items():
                if former in found.get(table, ()):
                    yield f'alter table {table} rename column "{former}" to "{name}"'
        for table, texts in self.reworded.items():
            for column, words in texts.items():
                if column in found.get(table, ()):
                    cases = " ".join(f"when '{former}' then '{word}'" for former, word in words.items())
                    split = f"string_split({column}, ', ')"
                    told = f"list_transform({split}, lambda word: case word {cases} else word end)"
                    yield (f"update {table} set {column} = array_to_string({told}, ', ') where {column} is not null")

    def applied(self, table: str, frame: pl.DataFrame) -> pl.DataFrame:
        """A published copy of the earlier version as this one would have published it, but for columns that are new."""
        frame = frame.rename(self.renamed.get(table, {}), strict=False)
        return frame.with_columns(
            pl.col(column).str.split(", ").list.eval(pl.element().replace(words)).list.join(", ")
            for column, words in self.reworded.get(table, {}).items()
            if column in frame.columns
        )


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

    def as_now(self, table: str, frame: pl.DataFrame, version: int) -> pl.DataFrame:
        """A published copy of a version as this release would have published it, but for columns that are new."""
        for step in self.after(version):
            frame = step.applied(table, frame)
        return frame

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
