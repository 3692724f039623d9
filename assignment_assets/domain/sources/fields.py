"""The contract's fields and the columns that they are stored in: the one place where a name of money gets its unit.

A mapping says `tam` and means dollars; what is read of it is cents, and is stored as `tam_cents`.
"""

from typing import Any

import polars as pl

from assignment_assets.domain.tables import ACCOUNTS, OPPORTUNITIES, REPS, F, Table

IN_CENTS = {name: f"{name}_cents" for name in ("tam", "value", "revenue", "amount", "forecast_amount")}
"""Field → column. Every other field is stored under its own name."""
_FIELDS = {column: name for name, column in IN_CENTS.items()}


def fields_of(table: Table[F]) -> Table[F]:
    """The table as a source hands it over: its columns under the contract's names."""
    return Table(table.name, table.key, {_FIELDS.get(name, name): dtype for name, dtype in table.columns.items()})


def as_fields(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame of stored columns under the contract's names; money stays in cents."""
    return frame.rename(_FIELDS, strict=False)


def as_stored(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame of the contract's fields, money in cents, under the names that it is stored by."""
    return frame.rename(IN_CENTS, strict=False)


FIELDS: dict[str, Table[Any]] = {table.name: fields_of(table) for table in (ACCOUNTS, REPS, OPPORTUNITIES)}
