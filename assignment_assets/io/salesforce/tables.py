"""Accounts, reps and opportunities of a Salesforce org, read by SOQL through a mapping."""

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.contract import SourceTable
from assignment_assets.io.mapping.mapping import TABLES, SourceMapping, TableMapping
from assignment_assets.io.mapping.tabular_files import Texts
from assignment_assets.io.mapping.translation import translate
from assignment_assets.io.salesforce.connection import CallRefused, Org, Record

_MISFIT = ("INVALID_FIELD", "INVALID_TYPE", "MALFORMED_QUERY")


def read_objects(org: Org, mapping: SourceMapping) -> dict[str, SourceTable]:
    """The mapped tables as the org holds them now, under the contract's names.

    Raises
    ------
    InvalidInput
        An object or a field of the mapping is not in the org; one fault a table, as Salesforce words it.
    SourceUnavailable
        The org cannot be reached or refuses.
    """
    sources, faults = {}, []
    for name, table in mapping.tables().items():
        try:
            texts = _records(org, name, table)
        except CallRefused as refusal:
            if refusal.code not in _MISFIT:
                raise
            faults.append(
                Fault(
                    f"object {table.object}",
                    str(refusal),
                    f"the fields that {name} names",
                    f"Correct [{name}.columns] or where.",
                )
            )
            continue
        sources[name] = translate(name, table, Texts(texts), f"object {table.object}")
    if faults:
        raise InvalidInput("The mapping does not fit the org", faults)
    return sources


def soql(name: str, table: TableMapping) -> str:
    """The query that reads the mapped fields of a table."""
    condition = f" WHERE {table.where}" if table.where else ""
    return f"SELECT {', '.join(table.source_columns(name))} FROM {table.object}{condition}"


def as_texts(records: list[Record], fields: list[str]) -> pl.DataFrame:
    """Records as texts, one column a field; a field of a parent record is written `Owner.Name`."""
    columns = {field: [_text(record, field) for record in records] for field in fields}
    return pl.DataFrame(columns, schema={field: pl.String for field in fields})


def _records(org: Org, name: str, table: TableMapping) -> pl.DataFrame:
    fields = table.source_columns(name)
    texts = as_texts(list(org.query(soql(name, table))), fields)
    key = table.rules(name, fields).get(TABLES[name].key[0])
    ordered = texts.sort(key.source if key else fields[0])
    return ordered.with_row_index("row_no", offset=1).with_columns(pl.col("row_no").cast(pl.Int64))


def _text(record: Record, field: str) -> str | None:
    value: object = record
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
