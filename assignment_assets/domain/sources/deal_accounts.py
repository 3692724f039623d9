"""How deals and parents join the accounts: by ids in any spelling, else by names; and owners told by deals."""

from collections.abc import Collection, Iterator

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.loose_keys import loose_ids
from assignment_assets.domain.sources.names import plain_names

FEWEST_UNJOINED = 20
"""Deals of which none joins an account before that is asked."""
_EXAMPLES = 2


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
    deals, spelled = with_spelled_ids(deals, "account_id", accounts["account_id"], "account ids of deals")
    is_known = pl.col("account_id").is_in(accounts["account_id"].drop_nulls().implode()).fill_null(True)
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
    return whole, (*spelled, *(sentence for number, sentence in said if number))


def with_spelled_ids(
    frame: pl.DataFrame, column: str, known: pl.Series, what: str
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The frame with ids of `known` where its own differ in leading zeros, decimals, case or a link around them alone.

    Two known ids that differ in nothing else join none, and neither do Salesforce ids in another case.
    """
    is_known = pl.col(column).is_in(known.drop_nulls().implode())
    strangers = frame.filter(~is_known).select(given=column).drop_nulls().unique(maintain_order=True)
    if not strangers.height:
        return frame, ()
    keys = pl.DataFrame({"id": known}).drop_nulls().unique().with_columns(key=loose_ids(pl.col("id")))
    once = keys.drop_nulls().filter(~pl.col("key").is_duplicated())
    found = dict(
        strangers.with_columns(key=loose_ids(pl.col("given")))
        .join(once, on="key", maintain_order="left")
        .select("given", "id")
        .iter_rows()
    )
    if not found:
        return frame, ()
    count = int(frame[column].is_in(list(found)).sum())
    shown = ", ".join(f"{given} is {meant}" for given, meant in list(found.items())[:_EXAMPLES])
    said = f"{count} {what} are written otherwise than the accounts', and are joined to them: {shown}."
    return frame.with_columns(pl.col(column).replace(found)), (said,)


def unjoined_deals(deals: pl.DataFrame, known: pl.Series, left_out: Collection[str], origin: str) -> Iterator[Fault]:
    """A list of deals of which none is of an account in the list: most likely the ids of something else."""
    ids = (
        deals["account_id"].drop_nulls()
        if deals.schema.get("account_id") == pl.String
        else pl.Series([], dtype=pl.String)
    )
    if ids.len() < FEWEST_UNJOINED or ids.is_in([*known.drop_nulls(), *left_out]).any():
        return
    theirs, ours = (", ".join(each.drop_nulls().unique(maintain_order=True).head(_EXAMPLES)) for each in (ids, known))
    yield Fault(
        f"{origin}, column account_id",
        f"none of {ids.len()} deals names an account of the list: {theirs}, where the accounts are {ours}",
        "deals of these accounts",
        "Map the column that holds the account's id or name, export both lists with the same ids, or take "
        "[opportunities] out of the mapping where no deal is to count.",
    )


def with_owners_of_deals(accounts: pl.DataFrame, deals: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """The accounts, owned by whoever has most of their deals, and a sentence on that.

    Of two who have as many, the first by name or id. An account's own owner goes before; accounts without a deal stay
    without one.
    """
    if not {"account_id", "owner_id"} <= set(deals.columns) or "account_id" not in accounts.columns:
        return accounts, "No owner is told by the deals: they have no owner, or no account."
    joined, _ = with_account_ids(deals.select("account_id", "owner_id"), accounts)
    counts = joined.drop_nulls().group_by("account_id", "owner_id").len()
    most = counts.sort(["account_id", "len", "owner_id"], descending=[False, True, False])
    told = most.unique("account_id", keep="first", maintain_order=True).select("account_id", told="owner_id")
    whole = accounts.join(told, on="account_id", how="left", maintain_order="left")
    has_own = "owner_id" in accounts.columns
    own = pl.col("owner_id") if has_own else pl.lit(None, pl.String)
    owned = whole.with_columns(owner_id=pl.coalesce(own, "told")).drop("told")
    count = owned["owner_id"].count() - (accounts["owner_id"].count() if has_own else 0)
    return owned, f"Owners are told by who has most of the deals: {count} of {owned.height} accounts."
