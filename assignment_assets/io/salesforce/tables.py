"""Accounts, reps and opportunities of a Salesforce org, read by SOQL through a mapping."""

from collections.abc import Sequence

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.fields import IN_CENTS
from assignment_assets.domain.sources.source_table import SourceTable
from assignment_assets.io.mapping.mapping import TABLES, SourceMapping, TableMapping
from assignment_assets.io.mapping.tabular_files import Texts
from assignment_assets.io.mapping.translation import translate
from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.fields import Field, Missing, single
from assignment_assets.io.salesforce.refusals import CallRefused

FIELD_NOT_THERE = "FIELD_NOT_THERE"
"""Our code for a record that comes without a field that was asked for."""
CURRENCY = "CurrencyIsoCode"
"""The field in which an org of several currencies says which one a record's amounts are in."""
_MISFIT = ("INVALID_FIELD", "INVALID_TYPE", "MALFORMED_QUERY", FIELD_NOT_THERE)


def read_objects(org: Org, mapping: SourceMapping) -> dict[str, SourceTable]:
    """The mapped tables as the org holds them now, under the contract's names.

    Raises
    ------
    InvalidInput
        An object or a field of the mapping is not in the org, or amounts are in several currencies; one fault a
        table, as Salesforce words it.
    SourceUnavailable
        The org cannot be reached or refuses.
    """
    sources, faults = {}, []
    for name, table in mapping.tables().items():
        try:
            texts = read_texts(org, name, table)
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
        except InvalidInput as error:
            faults += error.faults
            continue
        key = table.rules(name, texts.columns).get(TABLES[name].key[0])
        ordered = numbered(texts.sort(key.source if key else texts.columns[0]))
        sources[name] = translate(name, table, Texts(ordered), f"object {table.object}")
    if faults:
        raise InvalidInput("The mapping does not fit the org", faults)
    return sources


def read_texts(org: Org, name: str, table: TableMapping, condition: str = "") -> pl.DataFrame:
    """The mapped fields of a table's records as texts, one column a field, in the mapping's spelling.

    `condition` (SOQL) leaves out further records.

    Raises
    ------
    InvalidInput
        Amounts of several currencies, which the mapping does not convert.
    SourceUnavailable
        The org cannot be reached or refuses, or hides a field.
    """
    amounts = _unconverted(name, table)
    asks_currency = bool(amounts) and not org.lacks(f"{table.object}.{CURRENCY}")
    try:
        records = list(org.query(soql(name, table, condition, *[CURRENCY] * asks_currency)))
    except CallRefused as refusal:
        if not (asks_currency and refusal.code == "INVALID_FIELD" and f"'{CURRENCY}'" in str(refusal)):
            raise
        org.note_lack(f"{table.object}.{CURRENCY}")
        records = list(org.query(soql(name, table, condition)))
    texts = as_texts(records, table.source_columns(name), table.object)
    _require_one_currency(records, amounts, table)
    return texts


def soql(name: str, table: TableMapping, condition: str = "", *more: str) -> str:
    """The query that reads the mapped fields of a table, and `more`."""
    fields = single(map(Field.of, [*table.source_columns(name), *more]))
    conditions = f"({table.where}) AND {condition}" if table.where and condition else table.where or condition
    where = f" WHERE {conditions}" if conditions else ""
    return f"SELECT {', '.join(field.selected for field in fields)} FROM {table.object}{where}"


def as_texts(records: Sequence[Record], sources: Sequence[str], name: str) -> pl.DataFrame:
    """Records of object `name` as texts, one column a field, called as the mapping does.

    Raises
    ------
    CallRefused
        A record lacks a field that was asked for: that is not known, which is another thing than empty.
    """
    columns = {}
    for source in sources:
        field = Field.of(source)
        values = [field.value(record) for record in records]
        if lacking := sum(value is Missing.FIELD for value in values):
            raise CallRefused(
                FIELD_NOT_THERE,
                f"{name}.{source}: missing from {lacking} of {len(records)} records that the org gave, expected it in "
                "every one. Most likely field-level security hides it from the integration user: give it read access, "
                "or take the field out of the mapping.",
            )
        columns[source] = [_text(value) for value in values]
    return pl.DataFrame(columns, schema=dict.fromkeys(sources, pl.String))


def numbered(texts: pl.DataFrame) -> pl.DataFrame:
    """The texts with their row numbers, as a file would have them."""
    return texts.with_row_index("row_no", offset=1).with_columns(pl.col("row_no").cast(pl.Int64))


def _unconverted(name: str, table: TableMapping) -> list[str]:
    """The fields of amounts that are read in the record's own currency."""
    rules = table.rules(name, []).items()
    if any(column.lower() == CURRENCY.lower() and len(values) == 1 for column, values in table.only.items()):
        return []
    sources = [rule.source for column, rule in rules if column in IN_CENTS]
    return [source for source in sources if Field.of(source).function != "convertcurrency"]


def _require_one_currency(records: Sequence[Record], amounts: Sequence[str], table: TableMapping) -> None:
    values = {Field.of(CURRENCY).value(record) for record in records} if amounts else set()
    currencies = sorted(value for value in values if isinstance(value, str))
    if len(currencies) > 1:
        raise InvalidInput(
            f"object {table.object}",
            [
                Fault(
                    f"{table.object}.{source}",
                    f"amounts in {', '.join(currencies)}",
                    "one currency",
                    f'Map "convertCurrency({source})", which gives them in the integration user\'s currency.',
                )
                for source in amounts
            ],
        )


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
