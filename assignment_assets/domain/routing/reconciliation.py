"""CRM owners against billing and product usage: customers whom nobody in the field works for."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.reading import Query, Reader
from assignment_assets.domain.routing.families import same_name
from assignment_assets.domain.routing.owners import ACCOUNT_OWNERS, AccountOwnersFrame
from assignment_assets.domain.routing.tables import SHADOW_ACCOUNTS, ShadowAccountsFrame
from assignment_assets.domain.setup.current_books import INSIDE_SALES
from assignment_assets.domain.sources.supplements import BILLING, USAGE
from assignment_assets.domain.tables import DATE, TEXT, WHOLE

SENTENCES = {
    "not_in_crm": "no account of the CRM has this id or name",
    "no_active_owner": "the account has no active owner",
    "inside_sales": "the account lies with Inside Sales: nobody in the field works for this customer",
}
WORDS = {"billing": "billed", "usage": "seen"}
ActiveCustomersFrame = NewType("ActiveCustomersFrame", pl.DataFrame)
ACTIVE_CUSTOMERS: Query[ActiveCustomersFrame] = Query(
    "shadow_accounts/active_customers",
    (BILLING, USAGE),
    ("source", "customer_key"),
    {
        "source": TEXT,  # billing, usage
        "customer_key": TEXT,
        "account_id": TEXT,
        "customer_name": TEXT,
        "last_on": DATE,
        "amount_cents": WHOLE,
    },
)
"""Active: billed or seen since a day, or at an unknown date."""


@dataclass(frozen=True)
class ShadowAccountsInput:
    """The active customers of billing and usage, and the CRM's accounts with their owners."""

    customers: ActiveCustomersFrame
    accounts: AccountOwnersFrame

    @classmethod
    def read(cls, reader: Reader, days: int, day: date) -> Self:
        """As of the last poll; customers that were active within `days` before `day`."""
        return cls(
            customers=reader.answer(ACTIVE_CUSTOMERS, since=day - timedelta(days=days)),
            accounts=reader.answer(ACCOUNT_OWNERS),
        )


def shadow_accounts(given: ShadowAccountsInput) -> ShadowAccountsFrame:
    """Table `shadow_accounts`: active customers of billing or usage without an active owner in the field.

    A customer is matched by the account's id where the other system knows it, else by name (`same_name`) where one
    account alone has it. Carve-outs are managed elsewhere and left out.
    """
    key = ["source", "customer_key"]
    known = given.accounts.select(
        "account_id",
        "carve_out",
        "owner_id",
        "owner_name",
        "owner_team",
        "is_owner_active",
        twin=same_name(pl.col("name")),
    )
    customers = given.customers.with_columns(twin=same_name(pl.col("customer_name")))
    by_id = customers.join(known.drop("twin"), on="account_id").with_columns(matched_by=pl.lit("id"))
    left = customers.join(by_id, on=key, how="anti")
    alone = known.filter(pl.col("twin").is_not_null() & pl.col("twin").is_unique())
    by_name = left.drop("account_id").join(alone, on="twin").with_columns(matched_by=pl.lit("name"))
    nobody = left.join(by_name, on=key, how="anti").with_columns(finding=pl.lit("not_in_crm"))
    finding = (
        pl.when(~pl.col("is_owner_active").fill_null(False) | (pl.col("owner_team") == "placeholder"))
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
    said = pl.format(
        "{}; last {} {}",
        pl.col("finding").replace_strict(SENTENCES, return_dtype=pl.String),
        pl.col("source").replace_strict(WORDS, return_dtype=pl.String),
        pl.col("last_on").cast(pl.String).fill_null("at an unknown date"),
    )
    return SHADOW_ACCOUNTS.conform(pl.concat([matched, nobody], how="diagonal").with_columns(sentence=said))
