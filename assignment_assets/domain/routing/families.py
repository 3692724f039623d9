"""Families and twins with two owners: parents and children, and the same customer entered twice."""

import polars as pl

from assignment_assets.domain.routing.tables import HIERARCHY_CONFLICTS

COMPANY_WORDS = r"\b(the|inc|incorporated|llc|llp|ltd|limited|corp|corporation|co|company|pc|pllc|pa|plc)\b"
ACCENTS = {
    "á": "a",
    "à": "a",
    "ä": "a",
    "é": "e",
    "è": "e",
    "ê": "e",
    "í": "i",
    "ñ": "n",
    "ó": "o",
    "ö": "o",
    "ú": "u",
    "ü": "u",
    "ç": "c",
}
POSTAL_DIGITS = 5


def same_name(name: pl.Expr) -> pl.Expr:
    """The name without case, accents, punctuation, legal form and doubled blanks; null where nothing is left."""
    plain = name.str.to_lowercase().str.replace_many(list(ACCENTS), list(ACCENTS.values()))
    plain = plain.str.replace_all("&", " and ").str.replace_all(r"['’.]", "").str.replace_all(r"[^a-z0-9]+", " ")
    plain = plain.str.replace_all(COMPANY_WORDS, " ").str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(plain != "").then(plain)


def hierarchy_conflicts(accounts: pl.DataFrame, reps: pl.DataFrame) -> pl.DataFrame:
    """Table `hierarchy_conflicts`: pairs of accounts, outside carve-outs, that belong together and have two owners.

    `parent_child`: a child whose parent another person owns. `duplicate`: two accounts of the same name (`same_name`)
    and postal code; every further one is paired with the one of the largest value. `crosses_regions` where the owners
    work in different regions.
    """
    regions = reps.select(owner_id="rep_id", region="region")
    known = (
        accounts.filter(pl.col("carve_out").is_null())
        .join(regions, on="owner_id", how="left")
        .select(
            "account_id",
            "name",
            "state",
            "owner_id",
            "region",
            "value_cents",
            "parent_id",
            twin=same_name(pl.col("name")),
            place=pl.col("postal_code").str.head(POSTAL_DIGITS),
        )
    )
    found = pl.concat([_children(known), _duplicates(known)])
    regions_differ = pl.col("region").ne_missing(pl.col("other_region"))
    return HIERARCHY_CONFLICTS.conform(found.with_columns(crosses_regions=regions_differ))


def _children(known: pl.DataFrame) -> pl.DataFrame:
    pairs = known.join(_other(known), left_on="parent_id", right_on="other_account_id", how="inner", coalesce=False)
    return _shown(
        pairs,
        "parent_child",
        pl.format("child of {}", "other_account_id"),
        "give parent and child one owner, or mark the child to be kept with its owner",
    )


def _duplicates(known: pl.DataFrame) -> pl.DataFrame:
    twins = known.filter(pl.col("twin").is_not_null() & pl.col("place").is_not_null()).sort(
        ["value_cents", "account_id"], descending=[True, False], nulls_last=True
    )
    first = twins.unique(["twin", "place"], keep="first", maintain_order=True)
    others = _other(first, "twin", "place")
    pairs = twins.join(others, on=["twin", "place"]).filter(pl.col("account_id") != pl.col("other_account_id"))
    return _shown(
        pairs,
        "duplicate",
        pl.format("same name and postal code {}: {}", "place", "twin"),
        "merge them in the CRM, or give both one owner",
    )


def _other(known: pl.DataFrame, *keys: str) -> pl.DataFrame:
    return known.select(
        *keys,
        other_account_id="account_id",
        other_name="name",
        other_owner_id="owner_id",
        other_region="region",
        other_value_cents="value_cents",
    )


def _shown(pairs: pl.DataFrame, kind: str, evidence: pl.Expr, remedy: str) -> pl.DataFrame:
    """The pairs whose owners differ, in the table's columns but one."""
    columns = [
        name for name in HIERARCHY_CONFLICTS.columns if name not in ("kind", "evidence", "remedy", "crosses_regions")
    ]
    return pairs.filter(pl.col("owner_id").ne_missing(pl.col("other_owner_id"))).select(
        *columns, kind=pl.lit(kind), evidence=evidence, remedy=pl.lit(remedy)
    )
