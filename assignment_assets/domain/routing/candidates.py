"""Which accounts need an owner now, with everything that the rules ask about them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.reading import Reader
from assignment_assets.domain.routing.latest_decisions import GIVEN_BACK, GivenBackFrame
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    DECISIONS,
    NEW_ACCOUNTS,
    SEEN_ACCOUNTS,
    SEEN_OPPORTUNITIES,
    SEEN_REPS,
    DecisionsFrame,
    NewAccountsFrame,
)
from assignment_assets.domain.setup.eligible_pool import referral_status
from assignment_assets.domain.tables import TEXT, AccountsFrame, OpportunitiesFrame, RepsFrame, Table

ChangedFamiliesFrame = NewType("ChangedFamiliesFrame", pl.DataFrame)
CHANGED_FAMILIES: Table[ChangedFamiliesFrame] = Table(
    "changed_families", ("account_id", "kind"), {"account_id": TEXT, "kind": TEXT}
)
"""Accounts that were merged or re-parented, to be settled now; not stored."""


@dataclass(frozen=True)
class NewAccountsInput:
    """Who needs an owner is asked of these; `given_back` are accounts whose last decision was not accepted."""

    accounts: AccountsFrame
    reps: RepsFrame
    opportunities: OpportunitiesFrame
    decisions: DecisionsFrame = field(default_factory=DECISIONS.empty)
    given_back: GivenBackFrame = field(default_factory=GIVEN_BACK.rows.empty)
    families: ChangedFamiliesFrame = field(default_factory=CHANGED_FAMILIES.empty)

    @classmethod
    def read(cls, reader: Reader, families: ChangedFamiliesFrame) -> Self:
        """What was seen and decided so far."""
        return cls(
            accounts=reader.table(SEEN_ACCOUNTS),
            reps=reader.table(SEEN_REPS),
            opportunities=reader.table(SEEN_OPPORTUNITIES),
            decisions=reader.table(DECISIONS),
            given_back=reader.answer(GIVEN_BACK),
            families=families,
        )


def new_accounts(
    given: NewAccountsInput, rules: RoutingRules, routes_from: datetime, seen_at: datetime
) -> NewAccountsFrame:
    """Table `new_accounts`: the accounts outside carve-outs that nobody was given yet, oldest first in id order.

    An account needs an owner where its record is new and no decision exists, where its owner means nobody (a
    placeholder, or no user of the engine), where it was given back, or where two owners met in its family and a
    policy settles that. What an inactive rep owns waits for the departure's own cycle.

    Parameters
    ----------
    routes_from
        Records created from this moment on are new.
    """
    accounts = given.accounts
    people = given.reps.select(owner_id="rep_id", team="team", is_there=pl.lit(True))
    decided = given.decisions.select("account_id").unique().with_columns(is_decided=pl.lit(True))
    given_back = given.given_back.select("account_id", not_to_rep_id="rep_id")
    settled_now = given.families.unique("account_id", keep="first", maintain_order=True)
    means_nobody = (
        pl.col("owner_id").is_null()
        | pl.col("is_there").is_null()
        | (pl.col("team") == "placeholder").fill_null(False)
        | pl.col("owner_id").is_in(rules.placeholder_owner_ids)
    )
    judged = (
        accounts.filter(pl.col("carve_out").is_null())
        .join(people, on="owner_id", how="left")
        .join(decided, on="account_id", how="left")
        .join(given_back, on="account_id", how="left")
        .join(settled_now, on="account_id", how="left")
        .with_columns(
            why=pl.when(pl.col("not_to_rep_id").is_not_null())
            .then(pl.lit("returned"))
            .when(pl.col("kind").is_not_null())
            .then("kind")
            .when(pl.col("is_decided").fill_null(False))
            .then(None)
            .when(pl.col("created_at") >= routes_from)
            .then(pl.lit("new_record"))
            .when(means_nobody)
            .then(pl.lit("placeholder_owner"))
        )
        .filter(pl.col("why").is_not_null())
    )
    parents = accounts.select(parent_id="account_id", parent_owner_id="owner_id")
    return NEW_ACCOUNTS.conform(
        judged.join(parents, on="parent_id", how="left")
        .join(_deals(given.opportunities, judged), on="account_id", how="left")
        .with_columns(referral_status=referral_status(), seen_at=pl.lit(seen_at))
    )


def _deals(opportunities: OpportunitiesFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """account_id, deal_owner_id, deal_id, rival_deal_owner_id: the largest open deal, and another owner's one."""
    deals = (
        opportunities.filter(~pl.col("is_closed") & pl.col("owner_id").is_not_null())
        .join(judged.select("account_id"), on="account_id", how="semi")
        .sort(
            ["account_id", "amount_cents", "close_on", "opportunity_id"],
            descending=[False, True, False, False],
            nulls_last=True,
        )
    )
    owner = pl.col("owner_id")
    return deals.group_by("account_id", maintain_order=True).agg(
        deal_owner_id=owner.first(),
        deal_id=pl.col("opportunity_id").first(),
        rival_deal_owner_id=owner.filter(owner != owner.first()).first(),
    )
