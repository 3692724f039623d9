"""Families and twins with two owners: parents and children, and the same customer entered twice."""

from dataclasses import dataclass
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.reading import Query, Reader
from assignment_assets.domain.routing.owners import ACCOUNT_OWNERS, AccountOwnersFrame
from assignment_assets.domain.routing.tables import (
    HIERARCHY_CONFLICTS,
    SEEN_ACCOUNTS,
    SEEN_REPS,
    HierarchyConflictsFrame,
)
from assignment_assets.domain.tables import TEXT, WHOLE

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
ChildrenOfOthersFrame = NewType("ChildrenOfOthersFrame", pl.DataFrame)
CHILDREN_OF_OTHERS: Query[ChildrenOfOthersFrame] = Query(
    "hierarchy_conflicts/children_of_others",
    (SEEN_ACCOUNTS, SEEN_REPS),
    ("account_id", "other_account_id"),
    {
        "account_id": TEXT,
        "name": TEXT,
        "state": TEXT,
        "owner_id": TEXT,
        "region": TEXT,
        "value_cents": WHOLE,
        "other_account_id": TEXT,
        "other_name": TEXT,
        "other_owner_id": TEXT,
        "other_region": TEXT,
        "other_value_cents": WHOLE,
    },
)


def same_name(name: pl.Expr) -> pl.Expr:
    """The name without case, accents, punctuation, legal form and doubled blanks; null where nothing is left."""
    plain = name.str.to_lowercase().str.replace_many(list(ACCENTS), list(ACCENTS.values()))
    plain = plain.str.replace_all("&", " and ").str.replace_all(r"['’.]", "").str.replace_all(r"[^a-z0-9]+", " ")
    plain = plain.str.replace_all(COMPANY_WORDS, " ").str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(plain != "").then(plain)


@dataclass(frozen=True)
class HierarchyInput:
    """The accounts with their owners, and the children among them whose parent another person owns."""

    accounts: AccountOwnersFrame
    children: ChildrenOfOthersFrame

    @classmethod
    def read(cls, reader: Reader) -> Self:
        """As of the last poll."""
        return cls(accounts=reader.answer(ACCOUNT_OWNERS), children=reader.answer(CHILDREN_OF_OTHERS))


def hierarchy_conflicts(given: HierarchyInput) -> HierarchyConflictsFrame:
    """Table `hierarchy_conflicts`: pairs of accounts, outside carve-outs, that belong together and have two owners.

    `parent_child`: a child whose parent another person owns. `duplicate`: two accounts of the same name (`same_name`)
    and postal code; every further one is paired with the one of the largest value. `crosses_regions` where the owners
    work in different regions.
    """
    children = given.children.with_columns(
        kind=pl.lit("parent_child"),
        evidence=pl.format("child of {}", "other_account_id"),
        remedy=pl.lit("give parent and child one owner, or mark the child to be kept with its owner"),
    )
    found = pl.concat([children, _duplicates(given.accounts).select(children.columns)])
    regions_differ = pl.col("region").ne_missing(pl.col("other_region"))
    return HIERARCHY_CONFLICTS.conform(found.with_columns(crosses_regions=regions_differ))


def _duplicates(accounts: AccountOwnersFrame) -> pl.DataFrame:
    """Pairs of one customer entered twice whose owners differ; all columns but one of the table."""
    known = accounts.filter(pl.col("carve_out").is_null()).select(
        "account_id",
        "name",
        "state",
        "owner_id",
        "value_cents",
        region="owner_region",
        twin=same_name(pl.col("name")),
        place=pl.col("postal_code").str.head(POSTAL_DIGITS),
    )
    twins = known.filter(pl.col("twin").is_not_null() & pl.col("place").is_not_null()).sort(
        ["value_cents", "account_id"], descending=[True, False], nulls_last=True
    )
    others = twins.unique(["twin", "place"], keep="first", maintain_order=True).select(
        "twin",
        "place",
        other_account_id="account_id",
        other_name="name",
        other_owner_id="owner_id",
        other_region="region",
        other_value_cents="value_cents",
    )
    pairs = twins.join(others, on=["twin", "place"]).filter(pl.col("account_id") != pl.col("other_account_id"))
    return pairs.filter(pl.col("owner_id").ne_missing(pl.col("other_owner_id"))).with_columns(
        kind=pl.lit("duplicate"),
        evidence=pl.format("same name and postal code {}: {}", "place", "twin"),
        remedy=pl.lit("merge them in the CRM, or give both one owner"),
    )
