"""CRM owners against billing and product usage: customers whom nobody in the field works for."""

from datetime import date, timedelta

import polars as pl

from assignment_assets.domain.routing.families import same_name
from assignment_assets.domain.routing.tables import SHADOW_ACCOUNTS
from assignment_assets.domain.setup.current_books import INSIDE_SALES

DATES = {"billing": "last_invoice_on", "usage": "last_used_on"}
SENTENCES = {
    "not_in_crm": "no account of the CRM has this id or name",
    "no_active_owner": "the account has no active owner",
    "inside_sales": "the account lies with Inside Sales: nobody in the field works for this customer",
}
WORDS = {"billing": "billed", "usage": "seen"}


def shadow_accounts(
    accounts: pl.DataFrame, reps: pl.DataFrame, handed_over: dict[str, pl.DataFrame], days: int, day: date
) -> pl.DataFrame:
    """Table `shadow_accounts`: active customers of billing or usage without an active owner in the field.

    A customer is matched by the account's id where the other system knows it, else by name (`same_name`) where one
    account alone has it. Active: billed or seen within `days` before `day`, or at an unknown date. Carve-outs are
    managed elsewhere and left out.

    Parameters
    ----------
    handed_over
        `billing` and `usage`, those of them that there are.
    """
    known = accounts.join(
        reps.select(owner_id="rep_id", owner_name="name", owner_team="team", works="is_active"),
        on="owner_id",
        how="left",
    ).select("account_id", "carve_out", "owner_id", "owner_name", "owner_team", "works", twin=same_name(pl.col("name")))
    found = [
        _found(name, handed_over[name], known, day - timedelta(days=days)) for name in DATES if name in handed_over
    ]
    return SHADOW_ACCOUNTS.conform(pl.concat([SHADOW_ACCOUNTS.empty(), *found]))


def _found(source: str, customers: pl.DataFrame, known: pl.DataFrame, since: date) -> pl.DataFrame:
    last_on = pl.col(DATES[source])
    active = customers.filter(last_on.is_null() | (last_on >= since)).with_columns(
        last_on=last_on, customer_name="name", twin=same_name(pl.col("name"))
    )
    by_id = active.join(known.drop("twin"), on="account_id").with_columns(matched_by=pl.lit("id"))
    left = active.join(by_id, on="customer_key", how="anti")
    alone = known.filter(pl.col("twin").is_not_null() & pl.col("twin").is_unique())
    by_name = left.drop("account_id").join(alone, on="twin").with_columns(matched_by=pl.lit("name"))
    nobody = left.join(by_name, on="customer_key", how="anti").with_columns(finding=pl.lit("not_in_crm"))
    finding = (
        pl.when(~pl.col("works").fill_null(False) | (pl.col("owner_team") == "placeholder"))
        .then(pl.lit("no_active_owner"))
        .when(pl.col("owner_team").is_in(INSIDE_SALES))
        .then(pl.lit("inside_sales"))
    )
    matched = (
        pl.concat([by_id, by_name], how="diagonal")
        .filter(pl.col("carve_out").is_null())
        .with_columns(finding=finding)
        .filter(pl.col("finding").is_not_null())
    )
    rows = pl.concat([matched, nobody], how="diagonal")
    amount = pl.col("amount") if "amount" in rows.columns else pl.lit(None, pl.Int64)
    said = pl.format(
        "{}; last {} {}",
        pl.col("finding").replace_strict(SENTENCES, return_dtype=pl.String),
        pl.lit(WORDS[source]),
        pl.col("last_on").cast(pl.String).fill_null("at an unknown date"),
    )
    absent = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in SHADOW_ACCOUNTS.columns.items()
        if name not in (*rows.columns, "source", "amount", "sentence")
    ]
    return (
        rows.with_columns(absent)
        .with_columns(source=pl.lit(source), amount=amount, sentence=said)
        .select(*SHADOW_ACCOUNTS.columns)
    )
