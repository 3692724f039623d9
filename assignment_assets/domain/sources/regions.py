"""Regions of the roster in one spelling each: what differs in case, blanks or punctuation alone is one region."""

import re
from collections import Counter

import polars as pl


def with_one_spelling(reps: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The reps with the commonest spelling of each region, and a sentence on the others.

    A region's sign-off and files are called by its letters and digits, so that `East` and `EAST!` would share them.
    """
    if reps.schema.get("region") != pl.String:
        return reps, ()
    counts = Counter(reps["region"].drop_nulls())
    spellings: dict[str, str] = {}
    for region, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        spellings.setdefault(_plain(region), region)
    other = {region: spellings[_plain(region)] for region in counts if spellings[_plain(region)] != region}
    if not other:
        return reps, ()
    shown = ", ".join(f"{region} is {meant}" for region, meant in sorted(other.items()))
    return reps.with_columns(pl.col("region").replace(other)), (f"Regions in another spelling: {shown}.",)


def _plain(region: str) -> str:
    return re.sub(r"[\W_]+", "", region.casefold()) or region
