"""What is read of an object's records beside the field that a change sets, and what an answer comes to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.domain.tables import TEXT
from assignment_assets.io.mapping.cells import read_column
from assignment_assets.io.mapping.column_rule import ColumnRule
from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.field_changes import RecordNow, Target
from assignment_assets.io.salesforce.fields import Field, single
from assignment_assets.io.salesforce.record_values import moment_of
from assignment_assets.io.salesforce.tables import as_texts

_SYSTEM = ["Id", "LastModifiedDate", "LastModifiedById", "IsDeleted"]


@dataclass(frozen=True)
class Reading:
    """What is read of an object's records beside the field that a change sets.

    Attributes
    ----------
    guards
        What hard rules compare: name → how it is read.
    constants
        The same where the mapping says one value for all.
    flags
        Fields that tell of records which must go out one call after the other; orgs may not have them.
    """

    guards: Mapping[str, ColumnRule] = field(default_factory=dict)
    constants: Mapping[str, str | None] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    def fields(self, target: Target, flags: Iterable[str] = ()) -> list[Field]:
        """What a query asks for, with those of the flags that the org has."""
        rules = self.guards.values()
        return single(map(Field.of, [*_SYSTEM, target.field, *(rule.source for rule in rules), *flags]))

    def flagged(self, records: Iterable[Record]) -> set[str]:
        """The ids of those that have one of the flags."""
        flags = [Field.of(name) for name in self.flags]
        return {record["Id"] for record in records if any(flag.value(record) is True for flag in flags)}

    def as_now(self, target: Target, records: Sequence[Record]) -> dict[str, RecordNow]:
        """The records by id, with their value and guards.

        Raises
        ------
        SourceUnavailable
            A record lacks a field that was asked for, or its time is none.
        """
        sources = [rule.source for rule in self.guards.values()]
        texts = as_texts(records, [*_SYSTEM, target.field, *sources], target.object)
        guards = {name: self._guard(name, texts) for name in (*self.guards, *self.constants)}
        values = texts[target.field].to_list()
        return {
            record["Id"]: RecordNow(
                record["Id"],
                values[place],
                moment_of(record["LastModifiedDate"], f"{target.object}.LastModifiedDate"),
                record["LastModifiedById"] or "",
                tuple((name, read[place]) for name, read in guards.items()),
            )
            for place, record in enumerate(records)
        }

    def _guard(self, name: str, texts: pl.DataFrame) -> list[str | None]:
        rule = self.guards.get(name)
        if rule is None:
            return [self.constants[name]] * texts.height
        return read_column(texts[rule.source], name, TEXT, rule).values.to_list()


def with_whole_ids(record: Record, field: str) -> Record:
    """The record with its ids in 18 characters, whatever answered."""
    named = {name for name in ("Id", "LastModifiedById", field) if isinstance(record.get(name), str)}
    return record | {name: complete_id(record[name]) for name in named}
