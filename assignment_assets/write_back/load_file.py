"""The files that people load by hand, and those that take it back: the same columns with the earlier owner."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.ids import BODY, is_salesforce_id
from assignment_assets.domain.tables import RepsFrame
from assignment_assets.io.sources.spelling import FORMS, Spelling
from assignment_assets.write_back.load_columns import LoadColumns

FORMULA = r"^[=+\-@\t\r]"
"""What a spreadsheet takes for the beginning of a formula."""
GUARDED = ("name", "reason", "old_owner_name", "signed_by")
"""Texts for people: nothing is found by them, so that a formula may be defused."""
ROWS = ("account_id", "old_owner_id", "new_owner_id", "region", "name", "reason", "reason_code", "signed_by", "cycle")
"""What a file is made from, one row a change."""
_WORDS = {"id": "an id", "email": "an e-mail address", "name": "a name"}
_NAMED = 5


@dataclass(frozen=True)
class People:
    """Who owners are, and how the imported files name them."""

    reps: RepsFrame
    spelling: Spelling


def load_file(rows: pl.DataFrame, columns: LoadColumns, people: People) -> pl.DataFrame:
    """The changes (ROWS) in the columns that are asked for; ids and owners as they were imported.

    Raises
    ------
    InvalidInput
        A new owner lacks the e-mail address or name by which the file names owners.
    """
    cells = [
        pl.lit(column.constant).alias(column.header)
        if not column.field
        else _cell(column.field, columns, people).alias(column.header)
        for column in columns.columns
    ]
    frame = rows.sort("account_id").select(cells)
    faults = list(_nameless(rows, columns, people))
    if faults:
        raise InvalidInput("export", faults)
    return frame


def rollback_file(rows: pl.DataFrame, columns: LoadColumns, people: People) -> pl.DataFrame:
    """The same columns with the owners changed about: what gives every account back to its earlier owner."""
    back = rows.rename({"old_owner_id": "new_owner_id", "new_owner_id": "old_owner_id"})
    cells = [
        pl.lit(column.constant).alias(column.header)
        if not column.field
        else _cell(column.field, columns, people, or_id=True).alias(column.header)
        for column in columns.columns
    ]
    return back.sort("account_id").select(cells)


def warnings(rows: pl.DataFrame, columns: LoadColumns, frame: pl.DataFrame) -> Iterator[str]:
    """What a person should know before they open the file in a spreadsheet, or load it."""
    keys = columns.headers_of("id", *(f"{end}{form}" for end in ("owner", "old_owner") for form in ("", "_id")))
    for header in keys:
        cells = frame[header].drop_nulls()
        hurt = cells.filter(cells.str.contains(r"^0[\d.,]+$|^\d{16,}$|^\d+[eE]\d+$"))
        if hurt.len():
            yield (
                f"{header}: a spreadsheet that saves the file changes ids such as {hurt[0]} ({hurt.len():,} in all); "
                "load it as it is"
            )
        formulas = cells.filter(cells.str.contains(FORMULA))
        if formulas.len():
            yield f"{header}: there, ids such as {formulas[0]} look like formulas ({formulas.len():,} in all)"
    for header in columns.headers_of("owner_id"):
        addresses = frame[header].drop_nulls()
        addresses = addresses.filter(addresses.str.contains("@"))
        if addresses.len():
            yield (
                f"{header}: e-mail addresses such as {addresses[0]}, as the roster has no other ids; where your system "
                "asks for ids, map them as rep_id before the next cycle"
            )
    unowned = rows["old_owner_id"].null_count()
    if unowned:
        yield f"without an owner before, and so left empty in the rollback file: {unowned:,}"


def _cell(name: str, columns: LoadColumns, people: People, *, or_id: bool = False) -> pl.Expr:
    end, _, form = name.partition("owner")
    if name == "id":
        return _spelled(pl.col("account_id"), columns, people.spelling.accounts)
    if end in ("", "old_") and name.startswith(("owner", "old_owner")):
        column = pl.col("old_owner_id" if end else "new_owner_id")
        found = _owner(column, form.lstrip("_"), columns, people)
        if or_id or end:
            found = pl.coalesce(found, column)
        return _guarded(found) if name in GUARDED else found
    cell = pl.col(name)
    return _guarded(cell) if name in GUARDED else cell


def _owner(column: pl.Expr, form: str, columns: LoadColumns, people: People) -> pl.Expr:
    if form == "id" or (not form and people.spelling.owner_form == "id"):
        return _spelled(column, columns, people.spelling.reps)
    named = dict(people.reps.select("rep_id", FORMS[form or people.spelling.owner_form]).iter_rows())
    known = {rep_id: text for rep_id, text in named.items() if text} | ({} if form else people.spelling.owners)
    return column.replace_strict(known, default=None, return_dtype=pl.String)


def _spelled(column: pl.Expr, columns: LoadColumns, spelling: dict[str, str]) -> pl.Expr:
    if columns.id_form == "as_imported":
        return column.replace(spelling)
    if columns.id_form == "18":
        return column
    return column.map_elements(lambda text: text[:BODY] if is_salesforce_id(text) else text, return_dtype=pl.String)


def _guarded(column: pl.Expr) -> pl.Expr:
    return pl.when(column.str.contains(FORMULA)).then("'" + column).otherwise(column)


def _nameless(rows: pl.DataFrame, columns: LoadColumns, people: People) -> Iterator[Fault]:
    for column in columns.columns:
        if column.field not in ("owner", "owner_email", "owner_name"):
            continue
        form = column.field.partition("_")[2] or people.spelling.owner_form
        told = rows.select("new_owner_id", cell=_cell(column.field, columns, people)).filter(pl.col("cell").is_null())
        without = told["new_owner_id"].unique().sort()
        if without.len():
            yield Fault(
                f"column {column.header}",
                f"{without.len()} new owners without {_WORDS[form]} in the roster: {', '.join(without.head(_NAMED))}",
                f"{_WORDS[form]} for everybody who receives an account",
                "Complete the roster, or name owners by another field with --columns.",
            )
