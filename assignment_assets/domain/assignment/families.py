"""Parents and their subsidiaries: which accounts of a cycle belong together, and what became of them."""

import polars as pl

from assignment_assets.domain.setup.eligible_pool import fixed_accounts
from assignment_assets.domain.tables import FAMILIES, TEXT

FAMILY_COLUMNS = {"account_id": TEXT, "family_id": TEXT, "anchor_rep_id": TEXT}
OUTCOMES = {
    "whole": "one rep holds all of it",
    "split": "no receiving rep can hold it whole; its members were placed one by one",
    "no_book": "no receiving rep can hold it whole; all of it goes to Inside Sales",
    "no_seat": "none of its members is among the accounts that have a seat",
}


def family_roots(accounts: pl.DataFrame) -> dict[str, str]:
    """account_id → the account at the top of its chain of parents; in a ring of parents the smallest id.

    Parameters
    ----------
    accounts
        account_id, parent_id; a parent that is not among the accounts ends its chain all the same.
    """
    parent = dict(accounts.filter(pl.col("parent_id").is_not_null()).select("account_id", "parent_id").iter_rows())
    roots: dict[str, str] = {}
    for account_id in accounts["account_id"]:
        chain, at = [], account_id
        while at in parent and at not in roots and at not in chain:
            chain.append(at)
            at = parent[at]
        root = min(chain[chain.index(at) :]) if at in chain else roots.get(at, at)
        roots.update(dict.fromkeys(chain, root))
        roots.setdefault(account_id, root)
    return roots


def families_of(accounts: pl.DataFrame, pool: pl.DataFrame, locks: pl.DataFrame, books: pl.DataFrame) -> pl.DataFrame:
    """account_id, family_id, anchor_rep_id: the free accounts that have to go to one rep together.

    A family is all accounts under one parent. Its free, unlocked members belong together where there are two or more
    of them, or where a receiver keeps others of the family, locked or fixed: that rep is the anchor, the one with most
    of them where several keep some. What is kept by somebody who receives nothing binds nobody.

    Parameters
    ----------
    accounts, pool, locks, books
        Tables `accounts`, `eligible_pool`, `locks`, `current_books`.
    """
    roots = family_roots(accounts)
    family = pl.col("account_id").replace_strict(roots, default=None, return_dtype=pl.String)
    kept = (
        pl.concat([fixed_accounts(pool), locks.select("account_id", "rep_id")])
        .join(books.filter("is_receiver").select("rep_id"), on="rep_id", how="semi")
        .with_columns(family_id=family)
        .group_by("family_id", "rep_id")
        .agg(pl.len())
        .sort("family_id", "len", "rep_id", descending=[False, True, False])
        .unique("family_id", keep="first", maintain_order=True)
        .select("family_id", anchor_rep_id="rep_id")
    )
    free = (
        pool.filter(pl.col("standing") == "free")
        .join(locks, on="account_id", how="anti")
        .select("account_id", family_id=family)
        .join(kept, on="family_id", how="left")
    )
    together = free.filter((pl.len().over("family_id") > 1) | pl.col("anchor_rep_id").is_not_null())
    return together.select(pl.col(name).cast(dtype) for name, dtype in FAMILY_COLUMNS.items()).sort("account_id")


def family_table(
    members: pl.DataFrame, outcomes: pl.DataFrame, accounts: pl.DataFrame, reps: pl.DataFrame
) -> pl.DataFrame:
    """Table `families`: one row a family, with its end in words.

    Parameters
    ----------
    members
        As `families_of` gives them.
    outcomes
        family_id, outcome, rep_id: as the optimiser's `families_frame` gives them.
    accounts, reps
        Tables of those names.
    """
    size = members.group_by("family_id").agg(pl.len().alias("member_count"), pl.col("anchor_rep_id").first())
    frame = (
        outcomes.join(size, on="family_id")
        .join(accounts.select(family_id="account_id", name="name"), on="family_id", how="left")
        .join(reps.select("rep_id", rep_name="name"), on="rep_id", how="left")
        .with_columns(name=pl.coalesce("name", "family_id"))
    )
    whole = pl.lit("Its ") + pl.col("member_count").cast(pl.String) + " free accounts are with " + pl.col("rep_name")
    sentence = (
        pl.when(pl.col("outcome") == "whole")
        .then(
            whole
            + pl.when(pl.col("anchor_rep_id").is_not_null())
            .then(pl.lit(", who keeps the rest of the family."))
            .otherwise(pl.lit("."))
        )
        .otherwise(
            pl.lit("Of its ")
            + pl.col("member_count").cast(pl.String)
            + " free accounts: "
            + pl.col("outcome").replace_strict(OUTCOMES, return_dtype=pl.String)
            + "."
        )
    )
    return FAMILIES.conform(frame.with_columns(sentence=sentence))


def family_notes(members: pl.DataFrame, families: pl.DataFrame) -> pl.DataFrame:
    """account_id, family_name, family_size, family_outcome: what a member's move says about its family."""
    return members.join(families, on="family_id").select(
        "account_id", family_name="name", family_size="member_count", family_outcome="outcome"
    )


def families_whole(owners: pl.DataFrame, members: pl.DataFrame, families: pl.DataFrame) -> pl.DataFrame:
    """Members that are not where their family's end says: account_id, family_id, owner_id.

    A whole family is with its rep, the anchor where it has one; every family has an end; one that overflows has nobody
    with a rep who receives.

    Parameters
    ----------
    owners
        account_id, owner_id; owner_id is null where no receiver holds the account.
    members
        As `families_of` gives them.
    families
        Table `families`.
    """
    rows = members.join(owners, on="account_id", how="left").join(
        families.select("family_id", "rep_id", "outcome"), on="family_id", how="left"
    )
    is_right = (
        pl.when(pl.col("outcome") == "whole")
        .then(
            pl.col("owner_id").eq_missing(pl.col("rep_id"))
            & (pl.col("rep_id") == pl.col("anchor_rep_id")).fill_null(pl.col("anchor_rep_id").is_null())
        )
        .when(pl.col("outcome").is_in(["no_book", "no_seat"]))
        .then(pl.col("owner_id").is_null())
        .otherwise(pl.col("outcome") == "split")
    )
    return rows.filter(~is_right.fill_null(False)).select("account_id", "family_id", "owner_id").sort("account_id")
