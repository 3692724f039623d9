"""How the owner column joins the roster: by the reps' ids, else by their e-mail addresses or names."""

from collections.abc import Callable, Iterator

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.loose_keys import loose_ids, loose_names
from assignment_assets.domain.sources.names import plain_names

LEAST_SHARE = 0.5
"""Of the owners that are filled, how many must be found for the column to hold addresses or names."""
EXAMPLES = 2
WAYS: tuple[tuple[str, str, Callable[[pl.Expr], pl.Expr]], ...] = (
    ("email", "e-mail address", plain_names),
    ("name", "name", plain_names),
    ("rep_id", "id in another spelling", loose_ids),
    ("name", "name in another spelling", loose_names),
)
"""Column of the roster, what it is called, and how two of it are compared, in this order."""


def with_rep_ids(
    frame: pl.DataFrame, reps: pl.DataFrame, origin: str
) -> tuple[pl.DataFrame, tuple[str, ...], list[Fault]]:
    """The frame with rep ids in `owner_id`, a sentence where they were found otherwise, and what is unclear.

    Ids go first; what is no id is an address, a name, or either in another spelling (`7` and `007`, `Ames, Ann` and
    `Ann B. Ames`), where the column as a whole then joins. A name that two reps have says nothing: whose accounts
    these are must be asked.
    """
    if frame.schema.get("owner_id") != pl.String or reps.schema.get("rep_id") != pl.String:
        return frame, (), []
    owners = frame.select(given="owner_id").drop_nulls().unique(maintain_order=True)
    is_id = pl.col("given").is_in(reps["rep_id"].drop_nulls().implode())
    others = owners.filter(~is_id)
    if not others.height:
        return frame, (), []
    filled = frame["owner_id"].drop_nulls()
    found: dict[str, str] = {}
    told: list[tuple[str, dict[str, str]]] = []
    doubled: list[tuple[str, pl.DataFrame]] = []
    for column, what, compared in WAYS:
        if column not in reps.columns or reps[column].null_count() == reps.height:
            continue
        keys = reps.select("rep_id", key=compared(pl.col(column))).drop_nulls().unique()
        rest = others.filter(~pl.col("given").is_in(list(found))).with_columns(key=compared(pl.col("given")))
        once = keys.filter(~pl.col("key").is_duplicated())
        here = dict(rest.join(once, on="key").select("given", "rep_id").iter_rows())
        twice = keys.filter(pl.col("key").is_duplicated() & pl.col("key").is_in(rest["key"].implode()))
        doubled += [(what, twice)] if twice.height else []
        found |= here
        told += [(what, here)] if here else []
    num_known = int(filled.is_in([*found, *reps["rep_id"].drop_nulls()]).sum())
    num_ids = int(filled.is_in(reps["rep_id"].drop_nulls().implode()).sum())
    if doubled and num_ids < LEAST_SHARE * filled.len():
        return frame, (), [_unclear(twice, what, origin) for what, twice in doubled[:1]]
    if not found or num_known < LEAST_SHARE * filled.len():
        return frame, (), []
    joined = frame.with_columns(pl.col("owner_id").replace(found))
    return joined, tuple(_said(filled, told, dict(reps.select("rep_id", *_name(reps)).iter_rows()))), []


def _name(reps: pl.DataFrame) -> list[pl.Expr]:
    return [
        pl.coalesce("name", "rep_id").alias("called") if "name" in reps.columns else pl.col("rep_id").alias("called")
    ]


def _said(filled: pl.Series, told: list[tuple[str, dict[str, str]]], names: dict[str, str]) -> Iterator[str]:
    for what, here in told:
        count = int(filled.is_in(list(here)).sum())
        shown = ", ".join(f"{given} is {names[rep_id]}" for given, rep_id in list(here.items())[:EXAMPLES])
        examples = f" ({shown})" if "spelling" in what else ""
        yield f"Owners are found by the {what} of the rep: {count} rows{examples}."


def _unclear(doubled: pl.DataFrame, what: str, origin: str) -> Fault:
    shown = ", ".join(f"{key} ({rep_id})" for rep_id, key in doubled.sort("key", "rep_id").head(4).iter_rows())
    return Fault(
        f"{origin}, column owner_id",
        f"owners by {what}, and reps who share one: {shown}",
        f"owners whose {what} one rep alone has",
        "Export the owner's id, or tell the reps apart.",
    )
