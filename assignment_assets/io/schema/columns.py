"""The columns of a table as DuckDB writes them."""

from collections.abc import Mapping

import polars as pl
from polars.datatypes import DataTypeClass

Dtype = pl.DataType | DataTypeClass
DUCKDB_TYPE: dict[Dtype, str] = {
    pl.String: "varchar",
    pl.Int64: "bigint",
    pl.Float64: "double",
    pl.Boolean: "boolean",
    pl.Date: "date",
}


def duckdb_type(dtype: Dtype) -> str:
    """DuckDB's name of a column's type."""
    if isinstance(dtype, pl.List):
        return f"{duckdb_type(dtype.inner)}[]"
    if isinstance(dtype, pl.Datetime):
        return "timestamp"
    return DUCKDB_TYPE[dtype]


def duckdb_types(columns: Mapping[str, Dtype]) -> dict[str, str]:
    """Column → DuckDB's name of its type."""
    return {name: duckdb_type(dtype) for name, dtype in columns.items()}


def create_table(name: str, columns: Mapping[str, Dtype]) -> str:
    """The statement that makes a table where it is not there yet."""
    listed = ", ".join(f'"{column}" {kind}' for column, kind in duckdb_types(columns).items())
    return f"create table if not exists {name} ({listed})"
