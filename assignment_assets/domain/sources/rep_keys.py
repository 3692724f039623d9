"""Rep ids that can be part of a file's name, a path and a link, in every table that names a rep."""

import polars as pl

from assignment_assets.domain.identity.person_keys import safe_keys
from assignment_assets.domain.tables import TEXT

OWNERS = {"accounts": "owner_id", "opportunities": "owner_id", "reps": "rep_id"}
EXAMPLES = 3


def with_rep_keys(numbered: dict[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], tuple[str, ...]]:
    """The tables with a key in place of each rep id that is not safe, and a sentence on them.

    The reps' own spelling stays in `source_id`, and is the name of those who have none.
    """
    reps = numbered["reps"]
    if reps.schema.get("rep_id") != pl.String:
        return numbered, ()
    keys = {rep_id: key for rep_id, key in safe_keys(reps["rep_id"].drop_nulls()).items() if rep_id != key}
    if not keys:
        return numbered, ()
    given = pl.when(pl.col("rep_id").is_in(list(keys))).then("rep_id").otherwise(pl.lit(None, TEXT))
    name = pl.col("name") if "name" in reps.columns else pl.lit(None, TEXT)
    named = reps.with_columns(given.alias("source_id"), pl.coalesce(name, given).alias("name"))
    keyed = {name: _keyed(named if name == "reps" else frame, OWNERS[name], keys) for name, frame in numbered.items()}
    shown = ", ".join(f"{rep_id} is {key}" for rep_id, key in list(keys.items())[:EXAMPLES])
    return keyed, (f"In files, folders, links and commands {len(keys)} reps are called by a key: {shown}.",)


def _keyed(frame: pl.DataFrame, column: str, keys: dict[str, str]) -> pl.DataFrame:
    if frame.schema.get(column) == pl.String:
        frame = frame.with_columns(pl.col(column).replace(keys))
    if frame.schema.get("co_owner_ids") == pl.List(pl.String):
        frame = frame.with_columns(pl.col("co_owner_ids").list.eval(pl.element().replace(keys)))
    return frame
