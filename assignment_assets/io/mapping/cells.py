"""Reads the texts of one source column as the contract's type; what cannot be read is told apart from nothing."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Literal

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from assignment_assets.domain.sources.fields import IN_CENTS
from assignment_assets.domain.sources.states import state_code
from assignment_assets.domain.tables import DATE, FLAG, MOMENT, REAL, TEXT, TEXTS, WHOLE

HUNDREDTHS = frozenset({*IN_CENTS, "bps"})
STATES = frozenset({"state", "covered_states"})
TRUE = frozenset({"true", "t", "yes", "y", "1", "x", "on"})
FALSE = frozenset({"false", "f", "no", "n", "0", "off"})
LARGEST = Decimal(10) ** 15
_NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE][+-]?\d{1,3})?")
Dtype = pl.DataType | type[pl.DataType]
_ISO = re.compile(r"\d{4}-\d\d-\d\d([ T].+)?")
_OPTIONS = {
    "scale": ("numbers", (WHOLE, REAL)),
    "decimal": ("numbers", (WHOLE, REAL)),
    "zero_pad": ("texts", (TEXT,)),
    "dates": ("dates and times", (DATE, MOMENT)),
    "separator": ("lists", (TEXTS,)),
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


class ColumnRule(BaseModel):
    """How one column is read, in this order: null_if, default, values, zero_pad, then its type with scale.

    Attributes
    ----------
    source
        The source's column; `from` in TOML.
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
        Between the items of a list.
    true, false
        Further spellings.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(alias="from", min_length=1)
    null_if: list[Annotated[str, BeforeValidator(as_text)]] = []
    default: Annotated[str | None, BeforeValidator(as_text)] = None
    values: dict[str, str] = {}
    zero_pad: int | None = Field(None, ge=1, le=18)
    scale: Annotated[Decimal | None, BeforeValidator(_exact), Field(gt=0)] = None
    decimal: Literal[".", ","] = "."
    dates: list[str] = []
    separator: str = Field(";", min_length=1)
    true: list[str] = []
    false: list[str] = []

    def misplaced_options(self, dtype: Dtype | None) -> Iterator[tuple[str, str]]:
        """Options that were given but mean nothing for a column of this type, with what they are for."""
        for option, (kinds, dtypes) in _OPTIONS.items():
            if option in self.model_fields_set and dtype not in dtypes:
                yield option, kinds


def read_column(
    texts: pl.Series, name: str, dtype: Dtype, rule: ColumnRule, dates: tuple[str, ...] = (), states: str = "code"
) -> tuple[pl.Series, pl.Series, str]:
    """The values of the contract's column `name`, where they could not be read, and what was expected there.

    Returns
    -------
    values
        Of type `dtype`; null where the cell is empty, unknown or unreadable.
    is_unread
        True where a text could not be read.
    expected
        A sentence's end for the list of exceptions.
    """
    prepared = _prepared(texts, rule)
    read, expected = _reader(name, dtype, rule, (*rule.dates, *dates), states)
    answers = {text: read(text) for text in prepared.drop_nulls().unique().to_list()}
    values = pl.Series(name, [None if text is None else answers[text] for text in prepared.to_list()], dtype=dtype)
    return values, prepared.is_not_null() & values.is_null(), expected


def _prepared(texts: pl.Series, rule: ColumnRule) -> pl.Series:
    stripped = texts.str.strip_chars()
    unknown = [text.strip().lower() for text in rule.null_if] + [""]
    frame = pl.DataFrame({"text": stripped}).select(
        pl.when(~pl.col("text").str.to_lowercase().is_in(unknown)).then(pl.col("text")).alias("text")
    )
    cell = pl.col("text").fill_null(pl.lit(rule.default, TEXT)).replace(rule.values)
    if rule.zero_pad is not None:
        cell = cell.str.zfill(rule.zero_pad)
    return frame.select(cell)["text"]


def _reader(
    name: str, dtype: Dtype, rule: ColumnRule, formats: tuple[str, ...], states: str
) -> tuple[Callable[[str], object], str]:
    if name in STATES:
        one = _named_state if states == "name or code" else str.upper
        if dtype == TEXTS:
            return (lambda text: [one(item) for item in _items(text, rule)]), "a list of states"
        return one, "a state"
    if dtype == TEXTS:
        return (lambda text: _items(text, rule)), "a list"
    if dtype == FLAG:
        yes, no = TRUE | {text.lower() for text in rule.true}, FALSE | {text.lower() for text in rule.false}
        return (lambda text: True if text.lower() in yes else False if text.lower() in no else None), "yes or no"
    if dtype in (DATE, MOMENT):
        example = date(2026, 9, 30).strftime((*formats, "%Y-%m-%d")[0])
        return (lambda text: _moment(text, formats, dtype)), f"a day such as {example}"
    if dtype == REAL:
        return (lambda text: _real(text, rule)), "a number"
    if dtype == WHOLE:
        factor = Decimal(100) if name in HUNDREDTHS else Decimal(1)
        is_rounded = name in HUNDREDTHS or rule.scale is not None
        return (lambda text: _whole(text, rule, factor, is_rounded)), "a number" if is_rounded else "a whole number"
    return str, "a text"


def _items(text: str, rule: ColumnRule) -> list[str]:
    return [item.strip() for item in text.split(rule.separator) if item.strip()]


def _named_state(text: str) -> str:
    return state_code(text) or text


def _number(text: str, rule: ColumnRule) -> Decimal | None:
    plain = text.replace("$", "").replace(" ", "").replace("\u00a0", "")
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    if rule.decimal == ",":
        plain = plain.translate(str.maketrans(",.", ".,"))
    if not _NUMBER.fullmatch(plain) or not any(character.isdigit() for character in plain):
        return None
    number = Decimal(plain.replace(",", "")) * (rule.scale or 1)
    return number if abs(number) <= LARGEST else None


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


def _moment(text: str, formats: tuple[str, ...], dtype: Dtype) -> date | datetime | None:
    moment = _in_stated_format(text, formats) or _in_iso(text)
    if moment is None:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.date() if dtype == DATE else moment


def _in_stated_format(text: str, formats: tuple[str, ...]) -> datetime | None:
    for each in formats:
        with suppress(ValueError):
            return datetime.strptime(text, each)
    return None


def _in_iso(text: str) -> datetime | None:
    if _ISO.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    return None
