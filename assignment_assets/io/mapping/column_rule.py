"""How one column of a source is read, as a mapping says it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from assignment_assets.domain.tables import DATE, FLAG, MOMENT, REAL, TEXT, TEXTS, WHOLE

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
