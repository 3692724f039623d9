"""Who is in the pool: every account with its standing (free, fixed, out) and the reason for it."""

from dataclasses import dataclass
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.reading import Query, Readable
from assignment_assets.domain.setup.current_books import INSIDE_SALES
from assignment_assets.domain.setup.cycle import has_precedence
from assignment_assets.domain.setup.overrides import overrides_that_matter
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    CYCLE_EVENTS,
    ELIGIBLE_POOL,
    RUN_CONFIG,
    SOURCE_EXCEPTIONS,
    TEXT,
    WHOLE,
    AccountsFrame,
    CurrentBooksFrame,
    EligiblePoolFrame,
    SourceExceptionsFrame,
)

OpenClaimsFrame = NewType("OpenClaimsFrame", pl.DataFrame)
OPEN_CLAIMS: Query[OpenClaimsFrame] = Query(
    "eligible_pool/open_claims",
    (ELIGIBLE_POOL, RUN_CONFIG, CYCLE_EVENTS),
    ("account_id", "other_cycle"),
    {
        "account_id": TEXT,
        "other_cycle": TEXT,
        "other_scope": TEXT,
        "other_opened_no": WHOLE,
        "opened_no": WHOLE,
    },
)
STANDINGS = {
    "in_scope_book": "free",
    "unowned": "free",
    "inside_sales": "free",
    "churned_book": "free",
    "non_productive_book": "free",
    "held_for_new_hire": "free",
    "surplus": "free",
    "out_of_scope": "fixed",
    "withdrawn": "fixed",
    "carve_out": "out",
    "source_exception": "out",
}


@dataclass(frozen=True)
class EligiblePoolInput:
    """What the standing of every account is judged from."""

    accounts: AccountsFrame
    exceptions: SourceExceptionsFrame
    books: CurrentBooksFrame
    claims: OpenClaimsFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                accounts=reader.table(ACCOUNTS),
                exceptions=reader.table(SOURCE_EXCEPTIONS),
                books=reader.table(CURRENT_BOOKS),
                claims=reader.answer(OPEN_CLAIMS),
            )


def eligible_pool(given: EligiblePoolInput, config: RunConfig) -> EligiblePoolFrame:
    """One row an account of the source: free, fixed or out, with the reason.

    *Free* accounts are the pool: the locks are taken from them next. *Fixed* accounts stay as owned; they
    count in load and capacity. *Out* are carve-outs and rows that the source could not vouch for.
    """
    accounts, books = given.accounts, given.books
    owners = books.select(
        pl.col("rep_id").alias("owner_id"),
        "team",
        "region",
        "is_active",
        "is_churned",
        "is_non_productive",
        owner_receives=pl.col("is_receiver"),
    )
    judged = (
        accounts.join(owners, on="owner_id", how="left")
        .join(withdrawn(given.claims, config.scope), on="account_id", how="left")
        .with_columns(
            referral_status=referral_status(),
            is_referring=pl.col("referrals_l12m") > 0,
            is_unowned=is_unowned(config),
        )
        .with_columns(surplus_rank=_surplus_rank())
        .with_columns(
            reason=pl.when(pl.col("carve_out").is_not_null())
            .then(pl.lit("carve_out"))
            .when(pl.col("detail").is_not_null())
            .then(pl.lit("withdrawn"))
            .otherwise(_scope_reason(books, config, overrides_that_matter(config, accounts, books)))
        )
        .with_columns(detail=pl.coalesce("carve_out", "detail"))
    )
    return ELIGIBLE_POOL.conform(
        pl.concat(
            [_with_standing(judged), _with_standing(_exceptional(accounts, given.exceptions))], how="diagonal_relaxed"
        )
    )


def referral_status() -> pl.Expr:
    """`l3m` (referred in the last three months), `dormant` (has referred, not lately) or `never`."""
    return (
        pl.when(pl.col("referrals_l3m") > 0)
        .then(pl.lit("l3m"))
        .when(pl.col("referrals_ever") > 0)
        .then(pl.lit("dormant"))
        .otherwise(pl.lit("never"))
    )


def is_unowned(config: RunConfig) -> pl.Expr:
    """Whether nobody works the account: no owner, an inactive one, or a placeholder."""
    return (
        pl.col("owner_id").is_null()
        | pl.col("owner_id").is_in(config.placeholder_owner_ids)
        | (pl.col("team") == "placeholder").fill_null(False)
        | ~pl.col("is_active").fill_null(False)
    )


def withdrawn(claims: OpenClaimsFrame, scope: str) -> pl.DataFrame:
    """account_id and, as `detail`, the other open cycle that takes it."""
    taken = [
        {"account_id": row["account_id"], "detail": row["other_cycle"]}
        for row in claims.iter_rows(named=True)
        if has_precedence(scope, row["opened_no"], row["other_scope"], row["other_opened_no"])
    ]
    frame = pl.DataFrame(taken, schema={"account_id": pl.String, "detail": pl.String})
    return frame.unique("account_id", keep="first", maintain_order=True)


def taken_over(claims: OpenClaimsFrame, scope: str) -> pl.DataFrame:
    """account_id and other_cycle: what narrower open cycles have taken over from a cycle of this scope."""
    return withdrawn(claims, scope).rename({"detail": "other_cycle"})


def fixed_accounts(pool: EligiblePoolFrame) -> pl.DataFrame:
    """account_id and rep_id of what stays as owned, outside the waterfall: it counts in a book's load."""
    return pool.filter(pl.col("standing") == "fixed").select("account_id", rep_id="owner_id")


def _surplus_rank() -> pl.Expr:
    """1 for the account that its owner would miss most; never-referred and low value rank last, carve-outs apart."""
    return (
        pl.struct(
            ~(pl.col("keep_with_owner") | pl.col("is_house")),
            -pl.col("referrals_l3m"),
            -pl.col("referrals_ever"),
            -pl.col("value_cents"),
            pl.col("account_id"),
        )
        .rank("ordinal")
        .over("owner_id", pl.col("carve_out").is_null())
    )


def _scope_reason(books: pl.DataFrame, config: RunConfig, overrides: pl.DataFrame) -> pl.Expr:
    """The reason code of an account that is neither a carve-out nor withdrawn."""
    receivers = books.filter("is_receiver")
    covered = sorted(set(receivers["covered_states"].explode().drop_nulls()))
    excepted = overrides.join(receivers, on="rep_id", how="semi")["account_id"]
    is_covered = pl.col("state").is_in(covered) | pl.col("account_id").is_in(excepted.implode())
    is_inside = pl.col("team").is_in(INSIDE_SALES).fill_null(False)
    nobodys = (
        pl.when(pl.col("is_churned").fill_null(False))
        .then(pl.lit("churned_book"))
        .when(pl.col("is_unowned"))
        .then(pl.lit("unowned"))
        .when(is_inside)
        .then(pl.lit("inside_sales"))
    )
    productive = pl.when(pl.col("is_non_productive").fill_null(False)).then(pl.lit("non_productive_book"))
    fixed = pl.lit("out_of_scope")
    if config.scope == "global":
        return nobodys.otherwise(productive.otherwise(pl.lit("in_scope_book")))
    if config.scope in ("region", "rep"):
        own = (
            pl.col("region").is_in(config.regions)
            if config.scope == "region"
            else pl.col("owner_id").is_in(config.reps)
        )
        is_own = (own & (pl.col("team") == "field") & pl.col("is_active")).fill_null(False)
        return (
            pl.when(is_own)
            .then(productive.otherwise(pl.lit("in_scope_book")))
            .when(is_covered & (pl.col("is_unowned") | is_inside))
            .then(nobodys)
            .otherwise(fixed)
        )
    if config.scope == "churn":
        named = pl.col("owner_id").is_in(config.books) if config.books else pl.lit(True)
        is_named_only = bool(config.books)
        code = (
            pl.when(pl.col("is_churned").fill_null(False))
            .then(pl.lit("churned_book"))
            .when(pl.col("is_non_productive").fill_null(False))
            .then(pl.lit("non_productive_book"))
        )
        return (
            pl.when(named.fill_null(False))
            .then(code.otherwise(pl.lit("in_scope_book") if is_named_only else fixed))
            .otherwise(fixed)
        )
    is_surplus = (
        (pl.col("team") == "field")
        & pl.col("is_active")
        & ~pl.col("owner_receives")
        & (pl.col("surplus_rank") > config.surplus_book_size)
    ).fill_null(False)
    return (
        pl.when(~is_covered)
        .then(fixed)
        .when(pl.col("held_for_new_hire"))
        .then(pl.lit("held_for_new_hire"))
        .when(pl.col("is_unowned") | is_inside)
        .then(nobodys)
        .when(pl.col("owner_receives").fill_null(False))
        .then(pl.lit("in_scope_book"))
        .when(pl.col("is_non_productive").fill_null(False))
        .then(pl.lit("non_productive_book"))
        .when(is_surplus)
        .then(pl.lit("surplus"))
        .otherwise(fixed)
    )


def _with_standing(judged: pl.DataFrame) -> pl.DataFrame:
    return judged.with_columns(standing=pl.col("reason").replace_strict(STANDINGS, return_dtype=pl.String))


def _exceptional(accounts: pl.DataFrame, exceptions: pl.DataFrame) -> pl.DataFrame:
    """Rows for the accounts that the source could not vouch for."""
    return (
        exceptions.filter(
            (pl.col("table_name") == "accounts") & ~pl.col("record_id").is_in(accounts["account_id"].implode())
        )
        .group_by("record_id", maintain_order=True)
        .agg(detail=(pl.col("column_name") + ": " + pl.col("found")).str.join("; "))
        .select(
            account_id="record_id",
            detail="detail",
            reason=pl.lit("source_exception"),
            referral_status=pl.lit("never"),
            is_referring=pl.lit(False),
            is_unowned=pl.lit(False),
        )
    )
