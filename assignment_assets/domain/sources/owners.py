"""How the owner column joins the roster: by the reps' ids, else by their e-mail addresses or names."""

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.names import plain_names

LEAST_SHARE = 0.9
"""Of the owners that are filled, how many must be found for the column to hold addresses or names."""


def with_rep_ids(
    frame: pl.DataFrame, reps: pl.DataFrame, origin: str
) -> tuple[pl.DataFrame, tuple[str, ...], list[Fault]]:
    """The frame with rep ids in `owner_id`, a sentence where they were found by address or name, and what is unclear.

    Ids go first; what is no id is an address or a name, where the column as a whole then joins. Names and addresses
    are compared without case and outer blanks. A name that two reps have says nothing: whose accounts these are must
    be asked.
    """
    if frame.schema.get("owner_id") != pl.String or "rep_id" not in reps.columns:
        return frame, (), []
    is_id = pl.col("owner_id").is_in(reps["rep_id"].drop_nulls().implode())
    owners = frame.select("owner_id", is_id=is_id, key=plain_names(pl.col("owner_id"))).drop_nulls("owner_id")
    others = owners.filter(~pl.col("is_id"))["key"]
    num_ids = owners.height - others.len()
    if not others.len():
        return frame, (), []
    for column, what in (("email", "e-mail address"), ("name", "name")):
        if column not in reps.columns or reps[column].null_count() == reps.height:
            continue
        roster = reps.select("rep_id", key=plain_names(pl.col(column))).drop_nulls()
        found_count = int(others.is_in(roster["key"].implode()).sum())
        if not found_count or num_ids + found_count < LEAST_SHARE * owners.height:
            continue
        doubled = roster.filter(pl.col("key").is_duplicated() & pl.col("key").is_in(others.implode()))
        if doubled.height and num_ids < LEAST_SHARE * owners.height:
            return frame, (), [_unclear(doubled, what, origin)]
        key = pl.when(~is_id).then(plain_names(pl.col("owner_id"))).alias("key")
        found = frame.select(key).join(roster.unique("key", keep="none"), on="key", how="left", maintain_order="left")[
            "rep_id"
        ]
        joined = frame.with_columns(owner_id=pl.coalesce(found, "owner_id"))
        return joined, (f"Owners are found by the {what} of the rep: {found.len() - found.null_count()} rows.",), []
    return frame, (), []


def _unclear(doubled: pl.DataFrame, what: str, origin: str) -> Fault:
    shown = ", ".join(f"{key} ({rep_id})" for rep_id, key in doubled.sort("key", "rep_id").head(4).iter_rows())
    return Fault(
        f"{origin}, column owner_id",
        f"owners by {what}, and reps who share one: {shown}",
        f"owners whose {what} one rep alone has",
        "Export the owner's id, or tell the reps apart.",
    )
