"""Reads the texts of one source column as the contract's type; what cannot be read is told apart from nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl

from assignment_assets.domain.sources.fields import IN_CENTS
from assignment_assets.domain.sources.ids import FORMULA_ERROR, SPREADSHEET_NUMBER
from assignment_assets.domain.sources.states import listed_states, state_code
from assignment_assets.domain.tables import DATE, FLAG, MOMENT, REAL, TEXT, TEXTS, WHOLE
from assignment_assets.io.mapping.cell_text import plain_cells
from assignment_assets.io.mapping.column_questions import Question, better_said, money_questions, torn_questions
from assignment_assets.io.mapping.column_rule import ColumnRule, Dtype
from assignment_assets.io.mapping.days import Decision, decide, moment_of
from assignment_assets.io.mapping.no_value import NO_CARVE_OUT, without_no_values
from assignment_assets.io.mapping.numbers import LARGEST, number_of
from assignment_assets.io.mapping.places import is_country

HUNDREDTHS = frozenset({*IN_CENTS, "bps"})
STATES = frozenset({"state", "covered_states"})
TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0", "x", "on", "active"})
FALSE = frozenset({"false", "f", "no", "n", "0", "0.0", "off", "inactive"})
OVER = {
    "is_closed": frozenset({"closed", "won", "lost", "closed won", "closed lost", "closed-won", "closed-lost"}),
    "is_won": frozenset({"won", "closed won", "closed-won"}),
}
NOT_OVER = {
    "is_closed": frozenset({"open", "not closed"}),
    "is_won": frozenset({"lost", "closed lost", "closed-lost", "open", "not won"}),
}
"""Words of a deal's state that stand where yes or no should."""
TEAM_WORDS = {
    "field": "field",
    "field sales": "field",
    "field rep": "field",
    "field reps": "field",
    "outside sales": "field",
}
_SHOWN = 3
LONGEST_CODE = 3


@dataclass(frozen=True)
class ReadColumn:
    """A column that was read.

    Attributes
    ----------
    values
        Of the contract's type; null where the cell is empty, unknown or unreadable.
    is_unread
        True where a text could not be read.
    expected
        A sentence's end for the list of exceptions.
    questions
        What a person must decide first.
    notes
        Sentences on what was completed.
    """

    values: pl.Series
    is_unread: pl.Series
    expected: str
    questions: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()


def read_column(texts: pl.Series, name: str, dtype: Dtype, rule: ColumnRule, dates: tuple[str, ...] = ()) -> ReadColumn:
    """The values of the contract's column `name`."""
    prepared, notes = _prepared(texts, name, dtype, rule)
    cells = [cell for cell in prepared.drop_nulls().unique(maintain_order=True).to_list() if not is_failed(cell, name)]
    formats = decide(cells, (*rule.dates, *dates)) if dtype in (DATE, MOMENT) else Decision(())
    read, expected = _reader(name, dtype, rule, formats.formats)
    if read is str:
        values, answers = prepared.alias(name), dict[str, object]()
        if len(cells) < prepared.drop_nulls().n_unique():
            values = prepared.to_frame(name).select(pl.when(pl.col(name).is_in(cells)).then(pl.col(name)))[name]
    else:
        answers = {cell: read(cell) for cell in cells}
        values = pl.Series(name, [answers.get(cell) for cell in prepared.to_list()], dtype=dtype)
    is_no = name == "carve_out" and prepared.str.to_lowercase().is_in(sorted(FALSE | NO_CARVE_OUT))
    is_unread = prepared.is_not_null() & values.is_null() & (~is_no if isinstance(is_no, pl.Series) else True)
    unread = [cell for cell, value in answers.items() if value is None]
    questions = [
        *torn_questions(formats.torn, formats.formats),
        *(money_questions(cells, rule) if name in HUNDREDTHS and name != "bps" else ()),
        *better_said(cells, unread, name, dtype),
    ]
    return ReadColumn(values, is_unread, expected, tuple(questions), notes)


def is_failed(cell: str, name: str) -> bool:
    """Whether a spreadsheet's damage stands in place of the value: a formula's error, or an id made a number."""
    return (cell.startswith("#") and bool(FORMULA_ERROR.fullmatch(cell))) or (
        name.endswith("_id") and bool(re.fullmatch(SPREADSHEET_NUMBER, cell))
    )


def _prepared(texts: pl.Series, name: str, dtype: Dtype, rule: ColumnRule) -> tuple[pl.Series, tuple[str, ...]]:
    stripped = plain_cells(texts, name)
    unknown = [text.strip().lower() for text in rule.null_if] + [""]
    known = pl.DataFrame({"text": stripped}).select(
        pl.when(~pl.col("text").str.to_lowercase().is_in(unknown)).then(pl.col("text")).alias("text")
    )
    spelled = frozenset(text.lower() for text in (*rule.values, *rule.true, *rule.false))
    is_text = dtype in (TEXT, TEXTS)
    filled, said = without_no_values(known["text"], name, spelled) if is_text else (known["text"], ())
    frame = filled.to_frame("text")
    cell = pl.col("text").forward_fill() if rule.fill_down else pl.col("text")
    cell = cell.fill_null(pl.lit(rule.default, TEXT)).replace(rule.values)
    if name == "postal_code":
        zip_codes, notes = _zip_codes(frame.select(cell)["text"], rule)
        return zip_codes, (*said, *notes)
    if rule.zero_pad is not None:
        cell = cell.str.zfill(rule.zero_pad)
    return frame.select(cell)["text"], said


def _zip_codes(cells: pl.Series, rule: ColumnRule) -> tuple[pl.Series, tuple[str, ...]]:
    """ZIP codes with the zeros that a spreadsheet took, without the decimals that it added."""
    whole = pl.col("text").str.replace(r"\.0+$", "").str.replace(r"^[A-Za-z]{2}[ -]+(\d{5})", "$1")
    padded = (
        pl.when(whole.str.contains(r"^\d{3,5}$"))
        .then(whole.str.zfill(5))
        .when(whole.str.contains(r"^\d{3,5}-\d{4}$"))
        .then(whole.str.zfill(10))
        .when(whole.str.contains(r"^\d{7,9}$"))
        .then(whole.str.zfill(9).str.replace(r"^(\d{5})(\d{4})$", "$1-$2"))
        .otherwise(whole.str.zfill(rule.zero_pad or 0))
    )
    both = cells.to_frame("text").with_columns(padded=padded)
    changed = both.filter(pl.col("text").is_not_null() & (pl.col("text") != pl.col("padded")))
    if not changed.height:
        return both["padded"], ()
    shown = ", ".join(f"{was} read as {now}" for was, now in changed.unique(maintain_order=True).head(_SHOWN).rows())
    return both["padded"], (f"ZIP codes completed: {changed.height} ({shown}).",)


def _reader(name: str, dtype: Dtype, rule: ColumnRule, formats: tuple[str, ...]) -> tuple[Callable[[str], object], str]:
    if name in STATES:
        if dtype == TEXTS:
            return (lambda text: _states(text, rule)), "a list of states"
        return _named_state, "a state"
    if dtype == TEXTS:
        return (lambda text: _items(text, rule)), "a list"
    if name == "carve_out":
        return _carve_out, "a text"
    if name == "country":
        return (lambda text: text if is_country(text) else None), "a country"
    if name == "team":
        return _team, "a team"
    if dtype == FLAG:
        yes = TRUE | {text.lower() for text in rule.true} | OVER.get(name, frozenset())
        no = FALSE | {text.lower() for text in rule.false} | NOT_OVER.get(name, frozenset())
        return (lambda text: True if text.lower() in yes else False if text.lower() in no else None), "yes or no"
    if dtype in (DATE, MOMENT):
        example = date(2026, 9, 30).strftime((*formats, "%Y-%m-%d")[0])
        return (lambda text: moment_of(text, formats, dtype == DATE)), f"a day such as {example}"
    if dtype == REAL:
        return (lambda text: _real(text, rule)), "a number"
    if dtype == WHOLE:
        factor = Decimal(100) if name in HUNDREDTHS else Decimal(1)
        is_rounded = name in HUNDREDTHS or rule.scale is not None
        return (lambda text: _whole(text, rule, factor, is_rounded)), "a number" if is_rounded else "a whole number"
    if name.endswith("_id"):
        return str, "an id; a spreadsheet's formula failed here, or made a number of it"
    return str, "a text"


def _items(text: str, rule: ColumnRule) -> list[str]:
    return [item.strip() for item in text.split(rule.separator) if item.strip()]


def _states(text: str, rule: ColumnRule) -> list[str]:
    """States between any of the usual separators; names may hold blanks, so blanks separate codes alone."""
    if "separator" in rule.model_fields_set:
        return list(dict.fromkeys(_named_state(item) for item in _items(text, rule)))
    return list(dict.fromkeys(map(_named_state, listed_states(text))))


def _named_state(text: str) -> str:
    return state_code(text) or (text.upper() if len(text) <= LONGEST_CODE else text)


def _carve_out(text: str) -> str | None:
    return None if text.lower() in FALSE | NO_CARVE_OUT else "carved out" if text.lower() in TRUE else text


def _team(text: str) -> str:
    plain = " ".join(text.split()).casefold()
    return TEAM_WORDS.get(plain, plain)


def _number(text: str, rule: ColumnRule) -> Decimal | None:
    number = number_of(text, rule.decimal)
    scaled = None if number is None else number * (rule.scale or 1)
    return scaled if scaled is not None and abs(scaled) <= LARGEST else None


def _whole(text: str, rule: ColumnRule, factor: Decimal, is_rounded: bool) -> int | None:
    number = _number(text, rule)
    if number is None:
        return None
    product = number * factor
    whole = product.to_integral_value(ROUND_HALF_EVEN)
    return int(whole) if is_rounded or whole == product else None


def _real(text: str, rule: ColumnRule) -> float | None:
    number = _number(text, rule)
    return None if number is None else float(number)
