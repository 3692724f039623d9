"""How deals join the accounts: by the accounts' ids, else by their names."""

import polars as pl

from assignment_assets.domain.sources.names import plain_names


def with_account_ids(deals: pl.DataFrame, accounts: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The deals with account ids where their account is named instead, and sentences on that.

    Ids go first. A name that two accounts have says nothing: its deals join none.
    """
    if deals.schema.get("account_id") != pl.String or not {"account_id", "name"} <= set(accounts.columns):
        return deals, ()
    if accounts.schema["name"] != pl.String or accounts.schema["account_id"] != pl.String:
        return deals, ()
    is_known = pl.col("account_id").is_in(accounts["account_id"].drop_nulls().implode()).fill_null(True)
    if deals.select(is_known.all()).item():
        return deals, ()
    named = accounts.select(found="account_id", key=plain_names(pl.col("name"))).drop_nulls()
    once = named.filter(~pl.col("key").is_duplicated())
    twice = named.filter(pl.col("key").is_duplicated())["key"].unique()
    key = pl.when(~is_known).then(plain_names(pl.col("account_id"))).alias("key")
    joined = deals.with_columns(key).join(once, on="key", how="left", maintain_order="left")
    count = joined["found"].count()
    unclear = int(joined["key"].is_in(twice.implode()).sum())
    said = (
        (count, f"Deals are joined to their account by its name: {count} of {deals.height}."),
        (unclear, f"{unclear} deals name an account as several accounts are named, and join none of them."),
    )
    whole = joined.with_columns(pl.coalesce("found", "account_id").alias("account_id")).drop("key", "found")
    return whole, tuple(sentence for number, sentence in said if number)
