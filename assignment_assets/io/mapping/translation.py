"""Turns a source's own table of texts into the contract's columns, by a mapping."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.contract import UNREAD, SourceTable
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.domain.tables import TEXT
from assignment_assets.io.mapping.cells import ColumnRule, read_column
from assignment_assets.io.mapping.mapping import TABLES, TableMapping
from assignment_assets.io.mapping.zip_centroids import with_coordinates


def translate(table: str, mapping: TableMapping, texts: pl.DataFrame, origin: str) -> SourceTable:
    """The table `texts` (row_no, then columns of text) under the contract's names and types.

    Rows that `exclude` names or `only` leaves aside are gone, their ids remembered. Columns that the mapping
    names and the source lacks are faults, each with the nearest name there is. Coordinates are completed from
    ZIP codes.
    """
    rules = mapping.rules(table, texts.columns)
    faults = tuple(_absent_columns(table, mapping, rules, texts, origin))
    kept = texts.filter(_is_kept(mapping, texts.columns))
    excluded = texts.filter(~_is_kept(mapping, texts.columns))
    columns = [kept["row_no"]]
    unread = []
    for name, rule, cells in _cells(kept, rules, mapping):
        dtype = TABLES[table].columns.get(name, TEXT)
        values, is_unread, expected = read_column(cells, name, dtype, rule, tuple(mapping.dates), mapping.states)
        columns.append(values)
        unread.append(
            pl.DataFrame({"row_no": kept["row_no"], "found": cells})
            .filter(is_unread)
            .select("row_no", pl.lit(name).alias("column_name"), "found", pl.lit(expected).alias("expected"))
        )
    frame, notes = _placed(pl.DataFrame(columns), table)
    key = rules.get(TABLES[table].key[0])
    ids: Iterable[str] = excluded[key.source].drop_nulls() if key and key.source in excluded.columns else []
    return SourceTable(
        frame,
        origin,
        pl.concat([pl.DataFrame(schema=UNREAD), *unread]),
        faults,
        frozenset(map(complete_id, ids)),
        notes,
    )


def _cells(
    texts: pl.DataFrame, rules: dict[str, ColumnRule], mapping: TableMapping
) -> Iterator[tuple[str, ColumnRule, pl.Series]]:
    for name, rule in rules.items():
        yield name, rule, texts.get_column(rule.source, default=_repeated(None, texts.height))
    for name, value in mapping.constants.items():
        yield name, ColumnRule.model_validate({"from": name}), _repeated(value, texts.height)


def _repeated(value: str | None, count: int) -> pl.Series:
    return pl.Series([value], dtype=TEXT).new_from_index(0, count)


def _absent_columns(
    table: str, mapping: TableMapping, rules: dict[str, ColumnRule], texts: pl.DataFrame, origin: str
) -> Iterator[Fault]:
    there = [name for name in texts.columns if name != "row_no"]
    places = [(f"{table}.columns.{name}", rule.source) for name, rule in rules.items()]
    places += [(f"{table}.exclude", column) for column in mapping.exclude]
    places += [(f"{table}.only", column) for column in mapping.only]
    for place, column in places:
        if column not in there:
            near = get_close_matches(column, there, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(there)}."
            yield Fault(f"{origin}, column {column}", "missing", f"the column that {place} names", hint)


def _is_kept(mapping: TableMapping, there: list[str]) -> pl.Expr:
    is_kept = pl.lit(True)
    for column, values in mapping.exclude.items():
        if column in there:
            is_kept &= ~pl.col(column).str.to_lowercase().is_in(_lowered(values)).fill_null(False)
    for column, values in mapping.only.items():
        if column in there:
            is_kept &= pl.col(column).str.to_lowercase().is_in(_lowered(values)).fill_null(False)
    return is_kept


def _lowered(values: list[str]) -> list[str]:
    return [value.strip().lower() for value in values]


def _placed(frame: pl.DataFrame, table: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    if "postal_code" not in frame.columns:
        return frame, ()
    absent = [pl.lit(None, pl.Float64).alias(name) for name in ("latitude", "longitude") if name not in frame.columns]
    completed, count = with_coordinates(frame.with_columns(absent))
    return completed, (f"Coordinates taken from the ZIP code: {count} of {frame.height} {table}.",) if count else ()
