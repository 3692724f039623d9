"""Turns a source's own table of texts into the contract's columns, by a mapping."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.domain.sources.source_table import UNREAD, SourceTable
from assignment_assets.domain.sources.structure import ROW
from assignment_assets.domain.tables import FLAG, TEXT
from assignment_assets.io.mapping.cells import read_column
from assignment_assets.io.mapping.city_places import with_city_places
from assignment_assets.io.mapping.column_rule import ColumnRule, Dtype
from assignment_assets.io.mapping.composed import composed
from assignment_assets.io.mapping.derived import with_closed, with_inside_sales
from assignment_assets.io.mapping.mapping import TABLES, TableMapping
from assignment_assets.io.mapping.one_currency import currency_faults
from assignment_assets.io.mapping.places import at_home, contradictions, country_header
from assignment_assets.io.mapping.tabular_files import Texts
from assignment_assets.io.mapping.zip_centroids import with_coordinates

FEWEST_GROUPED = 20


def translate(table: str, mapping: TableMapping, source: Texts, origin: str) -> SourceTable:
    """The table under the contract's names and types.

    Rows that `exclude` names or `only` leaves aside are gone, their ids remembered; so are accounts outside the
    covered country, which are listed. Columns that the mapping names and the source lacks are faults, each with the
    nearest name there is, and so are columns that nobody can read without asking. Coordinates are completed from ZIP
    codes, and taken from them where they contradict them.
    """
    texts = source.frame
    rules = _with_country(table, mapping, mapping.rules(table, texts.columns), texts.columns)
    faults = [*_absent_columns(table, mapping, rules, texts, origin), *_idle_filters(mapping, texts, origin)]
    kept = texts.filter(_is_kept(mapping, texts.columns))
    excluded = texts.filter(~_is_kept(mapping, texts.columns))
    columns, unread, notes = [kept["row_no"]], [_short(source, table)], list(source.notes)
    for name, rule, cells in _cells(kept, rules, mapping):
        dtype = TABLES[table].columns.get(name, TEXT)
        read = read_column(cells, name, dtype, rule, tuple(mapping.dates))
        columns.append(read.values)
        notes.extend(read.notes)
        faults.extend(
            Fault(f"{origin}, column {rule.source}", each.found, each.expected, each.remedy) for each in read.questions
        )
        if name == "owner_id" and rule.fill_down is None:
            faults.extend(_grouped(origin, rule, cells))
            faults.extend(_ownerless(origin, rule, cells) if table == "accounts" else ())
        if read.questions:
            continue
        unread.append(
            pl.DataFrame({"row_no": kept["row_no"], "found": cells})
            .filter(read.is_unread)
            .select(
                "row_no",
                pl.lit(name).alias("column_name"),
                "found",
                pl.lit(read.expected).alias("expected"),
                pl.lit(_remedy(dtype)).alias("remedy"),
            )
        )
    faults.extend(currency_faults(kept, rules, origin))
    faults.extend(_merged(origin, rules, source))
    notes.extend(_empty_columns(rules, kept))
    frame, placed_notes, contradicted = _placed(pl.DataFrame(columns), table)
    key = rules.get(TABLES[table].key[0])
    ids: list[str] = excluded[key.source].drop_nulls().to_list() if key and key.source in excluded.columns else []
    frame, outside = at_home(frame)
    if table == "opportunities":
        frame, derived = with_closed(frame)
        notes.extend(derived)
    if mapping.inside_sales:
        frame, added = with_inside_sales(frame, mapping.inside_sales)
        notes.extend(added)
    return SourceTable(
        frame,
        origin,
        pl.concat([pl.DataFrame(schema=UNREAD), *unread]).filter(pl.col("row_no").is_in(frame["row_no"].implode())),
        tuple(faults),
        frozenset(map(complete_id, [*ids, *outside["record_id"].drop_nulls()])),
        (*notes, *placed_notes),
        outside=outside,
        contradicted=contradicted.filter(pl.col("row_no").is_in(frame["row_no"].implode())),
    )


def _remedy(dtype: Dtype) -> str:
    if dtype == FLAG:
        return 'Correct the value, or say which it is: true = ["…"] or false = ["…"].'
    return "Correct the value, or map its spelling."


def _empty_columns(rules: Mapping[str, ColumnRule], kept: pl.DataFrame) -> Iterator[str]:
    """A sentence on every mapped column without a value."""
    for name, rule in rules.items():
        is_there = kept.height and rule.default is None and rule.source in kept.columns and name != "owner_id"
        if is_there and kept[rule.source].null_count() == kept.height:
            yield f"{rule.source}, mapped as {name}, is empty in every row."


def _merged(origin: str, rules: Mapping[str, ColumnRule], source: Texts) -> Iterator[Fault]:
    """Mapped columns in which cells are merged over rows, where nobody said what the empty ones mean."""
    asked = {rule.source for rule in rules.values() if rule.fill_down is None}
    for column in sorted({column for column, _ in source.merged} & asked):
        rows = [rows for each, rows in source.merged if each == column]
        yield Fault(
            f"{origin}, column {column}",
            f"{len(rows)} cells merged over rows, such as rows {rows[0]}",
            "one value in every row",
            "Unmerge them and fill each row, or say fill_down = true where the value holds for all of its rows.",
        )


def _ownerless(origin: str, rule: ColumnRule, cells: pl.Series) -> Iterator[Fault]:
    """A column of owners without one: most likely another column holds them."""
    if cells.len() and cells.null_count() == cells.len() and rule.default is None:
        yield Fault(
            f"{origin}, column {rule.source}",
            f"none of {cells.len()} cells filled: every account would count as one that nobody works",
            "the owner of each account",
            "Map the column that holds the owners, or say fill_down = false where nobody owns any account.",
        )


def _with_country(
    table: str, mapping: TableMapping, rules: dict[str, ColumnRule], there: Collection[str]
) -> dict[str, ColumnRule]:
    """The rules, and one for the country where the source has a column that is called so."""
    header = country_header(there) if table == "accounts" else None
    if header is None or "country" in rules or "country" in mapping.constants:
        return rules
    if any(rule.source == header for rule in rules.values()):
        return rules
    return {**rules, "country": ColumnRule.model_validate({"from": header})}


def _short(source: Texts, table: str) -> pl.DataFrame:
    return source.short.select(
        "row_no",
        pl.lit(ROW).alias("column_name"),
        "found",
        pl.lit("as many cells in each row as in the header").alias("expected"),
        pl.lit("Complete the row, or export it again.").alias("remedy"),
    )


def _idle_filters(mapping: TableMapping, texts: pl.DataFrame, origin: str) -> Iterator[Fault]:
    """Filters that match no row: most likely a value that is misspelt."""
    for option, filters in (("exclude", mapping.exclude), ("only", mapping.only)):
        for column, values in filters.items():
            if column in texts.columns and texts.height and not texts.select(_has(column, values).any()).item():
                there = texts[column].drop_nulls().unique(maintain_order=True).head(5).to_list()
                yield Fault(
                    f"{origin}, column {column}",
                    f"no row with {', '.join(map(repr, values))}; there are {', '.join(cell[:40] for cell in there)}",
                    f"at least one row that {option} names",
                    "Correct the value, or take the filter out.",
                )


def _grouped(origin: str, rule: ColumnRule, cells: pl.Series) -> Iterator[Fault]:
    """A column that is filled in the first row of each group alone: no value stands right below another."""
    filled = cells.drop_nulls()
    is_grouped = (
        cells.len() >= FEWEST_GROUPED
        and filled.len() >= 2
        and cells[0] is not None
        and filled.len() * 3 <= cells.len()
        and not (cells.is_not_null() & cells.is_not_null().shift(-1, fill_value=False)).any()
    )
    if is_grouped:
        yield Fault(
            f"{origin}, column {rule.source}",
            f"{cells.null_count()} of {cells.len()} cells empty below a value, as in a grouped report",
            "a value in every row",
            "Say fill_down = true where a value holds for the rows below it, fill_down = false where these are empty.",
        )


def _cells(
    texts: pl.DataFrame, rules: dict[str, ColumnRule], mapping: TableMapping
) -> Iterator[tuple[str, ColumnRule, pl.Series]]:
    for name, rule in rules.items():
        yield name, rule, composed(texts, rule)
    for name, value in mapping.constants.items():
        yield name, ColumnRule.model_validate({"from": name}), _repeated(value, texts.height)


def _repeated(value: str | None, count: int) -> pl.Series:
    return pl.Series([value], dtype=TEXT).new_from_index(0, count)


def _absent_columns(
    table: str, mapping: TableMapping, rules: dict[str, ColumnRule], texts: pl.DataFrame, origin: str
) -> Iterator[Fault]:
    there = [name for name in texts.columns if name != "row_no"]
    places = [(f"{table}.columns.{name}", each) for name, rule in rules.items() for each in rule.sources()]
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
            is_kept &= ~_has(column, values)
    for column, values in mapping.only.items():
        if column in there:
            is_kept &= _has(column, values)
    return is_kept


def _has(column: str, values: list[str]) -> pl.Expr:
    """Whether the cell is one of the values in any case; an empty value stands for an empty cell."""
    return pl.col(column).fill_null("").str.to_lowercase().is_in(_lowered(values))


def _lowered(values: list[str]) -> list[str]:
    return [value.strip().lower() for value in values]


def _placed(frame: pl.DataFrame, table: str) -> tuple[pl.DataFrame, tuple[str, ...], pl.DataFrame]:
    """The frame with coordinates, sentences on them, and what ZIP codes contradicted (UNREAD)."""
    nothing = pl.DataFrame(schema=UNREAD)
    if "city" in frame.columns and "state" in frame.columns:
        placed, said, doubts = _placed(frame.drop("city"), table)
        in_cities, more = with_city_places(placed.with_columns(frame["city"]))
        return in_cities, (*said, *more), doubts
    if "postal_code" not in frame.columns:
        return frame, (), nothing
    absent = [pl.lit(None, pl.Float64).alias(name) for name in ("latitude", "longitude") if name not in frame.columns]
    whole = frame.with_columns(absent)
    contradicted = nothing
    if table == "accounts" and "state" in frame.columns:
        whole, contradicted = contradictions(whole)
    completed, count = with_coordinates(whole)
    notes = [f"Coordinates taken from the ZIP code: {count} of {frame.height} {table}."] if count else []
    if contradicted.height:
        notes.append(f"State, ZIP code and coordinates contradict each other in {contradicted.height} {table}.")
    return completed, tuple(notes), contradicted
