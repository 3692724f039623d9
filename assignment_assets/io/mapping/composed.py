"""A column's cells before they are read: several columns joined, the first of several values, an id made of a name."""

import polars as pl

from assignment_assets.domain.sources.names import id_of_name
from assignment_assets.domain.tables import TEXT
from assignment_assets.io.mapping.column_rule import ColumnRule


def composed(texts: pl.DataFrame, rule: ColumnRule) -> pl.Series:
    """The cells of the rule's columns; null throughout where the source lacks them."""
    there = [name for name in rule.sources() if name in texts.columns]
    if not there:
        return pl.Series([None], dtype=TEXT).new_from_index(0, texts.height)
    cells = texts[there[0]]
    if len(there) > 1:
        joined = texts.select(pl.concat_str(there, separator=" ", ignore_nulls=True).str.strip_chars().alias("joined"))
        cells = joined.select(pl.when(pl.col("joined") != "").then(pl.col("joined")))["joined"]
    if rule.first_of:
        first = cells.str.split(rule.first_of).list.first().str.strip_chars()
        cells = first.replace("", None)
    if rule.id_of_name:
        ids = {name: id_of_name(name) for name in cells.drop_nulls().unique()}
        cells = cells.replace_strict(ids, default=None, return_dtype=TEXT)
    return cells
