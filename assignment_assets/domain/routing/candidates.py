"""Which accounts need an owner now, with everything that the rules ask about them."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import NEW_ACCOUNTS
from assignment_assets.domain.setup.eligible_pool import referral_status

SETTLED = ("verified", "skipped_already")
FAMILIES = {"account_id": pl.String, "kind": pl.String}
FINISHED = (*SETTLED, "drift", "drift_rule", "gone")


def owners_in_force(decisions: pl.DataFrame, writes: pl.DataFrame) -> pl.DataFrame:
    """account_id and new_owner_id of decisions that are on their way and not ended: they count as owned already."""
    ended = writes.filter(pl.col("outcome").is_in(FINISHED)).select(decision_no="sign_off_no", account_id="account_id")
    latest = decisions.sort("decision_no").group_by("account_id", maintain_order=True).last()
    return (
        latest.filter(pl.col("new_owner_id").is_not_null())
        .join(ended, on=["decision_no", "account_id"], how="anti")
        .select("account_id", "new_owner_id")
    )


def new_accounts(
    accounts: pl.DataFrame,
    reps: pl.DataFrame,
    opportunities: pl.DataFrame,
    decisions: pl.DataFrame,
    returned: pl.DataFrame,
    rules: RoutingRules,
    routes_from: datetime,
    seen_at: datetime,
    families: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Table `new_accounts`: the accounts outside carve-outs that nobody was given yet, oldest first in id order.

    An account needs an owner where its record is new and no decision exists, where its owner means nobody (a
    placeholder, or no user of the engine), where it was given back, or where two owners met in its family and a
    policy settles that. What an inactive rep owns waits for the departure's own cycle.

    Parameters
    ----------
    decisions
        Table `routing_decisions` so far.
    returned
        account_id, rep_id: accounts whose last decision was declined or not accepted in time.
    routes_from
        Records created from this moment on are new.
    families
        account_id, kind: accounts that were merged or re-parented, to be settled now.
    """
    people = reps.select(owner_id="rep_id", team="team", is_there=pl.lit(True))
    decided = decisions.select("account_id").unique().with_columns(is_decided=pl.lit(True))
    given_back = returned.select("account_id", not_to_rep_id="rep_id")
    settled_now = (families if families is not None else pl.DataFrame(schema=FAMILIES)).unique("account_id")
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
        .join(_deals(opportunities, judged), on="account_id", how="left")
        .with_columns(referral_status=referral_status(), seen_at=pl.lit(seen_at))
    )


def _deals(opportunities: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
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
