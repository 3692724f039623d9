"""Parents and their subsidiaries: which accounts of a cycle belong together, and what became of them."""

from typing import NewType

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    FAMILIES,
    LOCKS,
    TEXT,
    WHOLE,
    AccountsFrame,
    FamiliesFrame,
    RepsFrame,
    Table,
)

FamilyMembersFrame = NewType("FamilyMembersFrame", pl.DataFrame)
FAMILY_MEMBERS: Query[FamilyMembersFrame] = Query(
    "referring_front/family_members",
    (ACCOUNTS, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS),
    ("account_id",),
    {"account_id": TEXT, "family_id": TEXT, "anchor_rep_id": TEXT},
)
FamilyNotesFrame = NewType("FamilyNotesFrame", pl.DataFrame)
FAMILY_NOTES: Table[FamilyNotesFrame] = Table(
    "family_notes",
    ("account_id",),
    {"account_id": TEXT, "family_name": TEXT, "family_size": WHOLE, "family_outcome": TEXT},
)
OUTCOMES = {
    "whole": "one rep holds all of it",
    "split": "no receiving rep can hold it whole; its members were placed one by one",
    "no_book": "no receiving rep can hold it whole; all of it goes to Inside Sales",
    "no_seat": "none of its members is among the accounts that have a seat",
}


def family_table(
    members: FamilyMembersFrame, outcomes: pl.DataFrame, accounts: AccountsFrame, reps: RepsFrame
) -> FamiliesFrame:
    """Table `families`: one row a family, with its end in words.

    Parameters
    ----------
    outcomes
        family_id, outcome, rep_id: what the optimiser found.
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


def family_notes(members: FamilyMembersFrame, families: FamiliesFrame) -> FamilyNotesFrame:
    """What a member's move says about its family."""
    return FAMILY_NOTES.conform(
        members.join(families, on="family_id").select(
            "account_id", family_name="name", family_size="member_count", family_outcome="outcome"
        )
    )


def families_whole(owners: pl.DataFrame, members: FamilyMembersFrame, families: FamiliesFrame) -> pl.DataFrame:
    """Members that are not where their family's end says: account_id, family_id, owner_id.

    A whole family is with its rep, the anchor where it has one; every family has an end; one that overflows has nobody
    with a rep who receives.

    Parameters
    ----------
    owners
        account_id, owner_id; owner_id is null where no receiver holds the account.
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
