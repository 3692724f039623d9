"""Reads the texts of one source column as the contract's type; what cannot be read is told apart from nothing."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Literal

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from assignment_assets.domain.sources.fields import IN_CENTS
from assignment_assets.domain.sources.ids import FORMULA_ERROR, SPREADSHEET_NUMBER
from assignment_assets.domain.sources.states import listed_states, state_code
from assignment_assets.domain.tables import DATE, FLAG, MOMENT, REAL, TEXT, TEXTS, WHOLE
from assignment_assets.io.mapping.cell_text import plain_cells
from assignment_assets.io.mapping.days import Decision, decide, fitting, moment_of
from assignment_assets.io.mapping.no_value import NO_CARVE_OUT, without_no_values
from assignment_assets.io.mapping.numbers import LARGEST, currencies, is_either, number_of, reads_better, written
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
FEWEST_BARE = 0.1
"""Share of amounts without a currency from which a foreign one in the others is in question."""
Dtype = pl.DataType | type[pl.DataType]
_OPTIONS = {
    "scale": ("numbers", (WHOLE, REAL)),
    "decimal": ("numbers", (WHOLE, REAL)),
    "zero_pad": ("texts", (TEXT,)),
    "dates": ("dates and times", (DATE, MOMENT)),
    "separator": ("lists", (TEXTS,)),
    "fill_down": ("texts", (TEXT,)),
    "true": ("yes or no", (FLAG,)),
    "false": ("yes or no", (FLAG,)),
}


def as_text(value: object) -> object:
    """A TOML value as a file would hold it: yes or no, numbers and dates as text, lists joined by semicolons."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(str(as_text(item)) for item in value)
    return str(value) if isinstance(value, int | float | date) else value


def _exact(value: object) -> object:
    return str(value) if isinstance(value, int | float) else value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class ColumnRule(BaseModel):
    """How one column is read, in this order: null_if, default, values, zero_pad, then its type with scale.

    Attributes
    ----------
    source
        The source's column; `from` in TOML.
    and_columns
        Columns whose cells follow, with a blank between, as last names follow first names; `and` in TOML.
    first_of
        What separates several values of which the first counts, as in lists of associated companies.
    id_of_name
        Whether an id is made of the name that the cell holds: small letters, digits and dots.
    null_if
        Texts that mean unknown, in any case.
    default
        What an empty or unknown cell is read as, written as the source would.
    values
        The source's spelling → the contract's, e.g. of teams.
    zero_pad
        Length to which leading zeros are restored.
    scale
        Factor of a number, exact; the product is rounded half to even.
    decimal
        The decimal sign; the other one groups thousands.
    dates
        Formats besides ISO.
    separator
        Between the items of a list; lists of states are told apart by commas, semicolons, slashes and blanks.
    fill_down
        True where a value holds for the empty cells below it, as in grouped reports; False where they are empty.
    true, false
        Further spellings.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(alias="from", min_length=1)
    and_columns: Annotated[list[str], BeforeValidator(_listed)] = Field([], alias="and")
    first_of: str = ""
    id_of_name: bool = False
    null_if: list[Annotated[str, BeforeValidator(as_text)]] = []
    default: Annotated[str | None, BeforeValidator(as_text)] = None
    values: dict[str, str] = {}
    zero_pad: int | None = Field(None, ge=1, le=18)
    scale: Annotated[Decimal | None, BeforeValidator(_exact), Field(gt=0)] = None
    decimal: Literal[".", ","] = "."
    dates: list[str] = []
    separator: str = Field(";", min_length=1)
    fill_down: bool | None = None
    true: list[str] = []
    false: list[str] = []

    def sources(self) -> tuple[str, ...]:
        """Every column of the source that is read."""
        return self.source, *self.and_columns

    def misplaced_options(self, dtype: Dtype | None) -> Iterator[tuple[str, str]]:
        """Options that were given but mean nothing for a column of this type, with what they are for."""
        for option, (kinds, dtypes) in _OPTIONS.items():
            if option in self.model_fields_set and dtype not in dtypes:
                yield option, kinds


@dataclass(frozen=True)
class Question:
    """Why a column as a whole cannot be read as it stands: what was found, what was expected, what to do."""

    found: str
    expected: str
    remedy: str


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
        *_torn(formats.torn, formats.formats),
        *(_money_questions(cells, rule) if name in HUNDREDTHS and name != "bps" else ()),
        *_better_said(cells, unread, name, dtype),
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


def _torn(cells: tuple[str, ...], formats: tuple[str, ...]) -> Iterator[Question]:
    if cells:
        yield Question(
            f"{len(cells)} values such as {_shown(cells)}, which {' and '.join(formats)} read as different days",
            "one order of day and month in the whole column",
            f'Keep one: dates = ["{formats[0]}"] or dates = ["{formats[1]}"].',
        )


def _money_questions(cells: Collection[str], rule: ColumnRule) -> Iterator[Question]:
    if "decimal" not in rule.model_fields_set and is_either(cells):
        dotted = [cell for cell in cells if number_of(cell) is not None and re.search(r"\.\d{3}(?!\d)", cell)]
        every = "every" if {cell for cell in cells if "." in cell} <= set(dotted) else "the"
        yield Question(
            f"{len(dotted)} values such as {_shown(dotted)}, with three digits after {every} dot",
            "a dot that begins decimals, or one that groups thousands; both are possible",
            'Say which: decimal = "," where 388.000 means 388 thousand, decimal = "." where it means 388.',
        )
    met = currencies(cells)
    is_foreign = len(met) == 1 and met[0] != "USD" and not {"decimal", "scale"} & rule.model_fields_set
    bare = [cell for cell in cells if re.search(r"[1-9]", cell) and not written(cell).currency] if is_foreign else []
    if len(bare) > FEWEST_BARE * len(cells):
        yield Question(
            f"{len(cells) - len(bare)} amounts in {met[0]}, and {len(bare)} without a currency, such as {_shown(bare)}",
            "one currency in the whole column",
            "Convert them first, write the currency into every cell, or leave the others out with only or exclude.",
        )
    if len(met) > 1:
        yield Question(
            f"amounts in {', '.join(met)}",
            "one currency in the whole column",
            "Convert them first, export one currency, or leave the other rows out with only or exclude.",
        )


def _better_said(cells: Collection[str], unread: Collection[str], name: str, dtype: Dtype) -> Iterator[Question]:
    """How the cells would be read that could not be, where they are more than a tenth of the column."""
    if 10 * len(unread) <= len(cells):
        return
    if dtype in (WHOLE, REAL) and reads_better(unread, ","):
        yield Question(
            f"{len(unread)} of {len(cells)} values such as {_shown(unread)}",
            "a number whose decimals begin with a dot",
            'Say decimal = "," for this column.',
        )
    elif dtype in (DATE, MOMENT) and (formats := fitting(unread)):
        options = " or ".join(f'dates = ["{each}"]' for each in formats[:2])
        yield Question(
            f"{len(unread)} of {len(cells)} values such as {_shown(unread)}",
            "a day such as 2026-09-30",
            f"Say {options}.",
        )


def _shown(cells: Collection[str]) -> str:
    return ", ".join(cell[:40] for cell in list(cells)[:_SHOWN])


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
