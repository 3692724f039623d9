"""How the owner column joins the roster: by the reps' ids, else by their e-mail addresses or names."""

import polars as pl

from assignment_assets.domain.errors import Fault

LEAST_SHARE = 0.9
"""Of the owners that are filled, how many must be found for the column to hold addresses or names."""


def with_rep_ids(
    frame: pl.DataFrame, reps: pl.DataFrame, origin: str
) -> tuple[pl.DataFrame, tuple[str, ...], list[Fault]]:
    """The frame with rep ids in `owner_id`, a sentence where they were found by address or name, and what is unclear.

    Ids go first. Names and addresses are compared without case and outer blanks. A name that two reps have says
    nothing: whose accounts these are must be asked.
    """
    if frame.schema.get("owner_id") != pl.String or "rep_id" not in reps.columns:
        return frame, (), []
    owners = frame["owner_id"].drop_nulls()
    ids = reps["rep_id"].drop_nulls()
    if not owners.len() or _share(owners, ids) >= LEAST_SHARE:
        return frame, (), []
    for column, what in (("email", "e-mail address"), ("name", "name")):
        if column not in reps.columns or reps[column].null_count() == reps.height:
            continue
        roster = reps.select("rep_id", key=_plain(pl.col(column))).drop_nulls()
        asked = owners.to_frame().select(key=_plain(pl.col("owner_id")))
        if _share(asked["key"].drop_nulls(), roster["key"]) < LEAST_SHARE:
            continue
        doubled = roster.filter(pl.col("key").is_duplicated() & pl.col("key").is_in(asked["key"].implode()))
        if doubled.height:
            return frame, (), [_unclear(doubled, what, origin)]
        found = frame.select(_plain(pl.col("owner_id")).alias("key")).join(
            roster, on="key", how="left", maintain_order="left"
        )["rep_id"]
        joined = frame.with_columns(owner_id=pl.coalesce(found, "owner_id"))
        return joined, (f"Owners are found by the {what} of the rep: {found.len() - found.null_count()} rows.",), []
    return frame, (), []


def _share(values: pl.Series, among: pl.Series) -> float:
    return int(values.is_in(among.implode()).sum()) / max(values.len(), 1)


def _plain(column: pl.Expr) -> pl.Expr:
    return column.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def _unclear(doubled: pl.DataFrame, what: str, origin: str) -> Fault:
    shown = ", ".join(f"{key} ({rep_id})" for rep_id, key in doubled.sort("key", "rep_id").head(4).iter_rows())
    return Fault(
        f"{origin}, column owner_id",
        f"owners by {what}, and reps who share one: {shown}",
        f"owners whose {what} one rep alone has",
        "Export the owner's id, or tell the reps apart.",
    )
