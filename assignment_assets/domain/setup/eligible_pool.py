"""Who is in the pool: every account with its standing (free, fixed, out) and the reason for it."""

from dataclasses import dataclass
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.reading import Query, Readable
from assignment_assets.domain.setup.current_books import INSIDE_SALES
from assignment_assets.domain.setup.cycle import has_precedence
from assignment_assets.domain.setup.overrides import coverage_overrides
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    CYCLE_EVENTS,
    ELIGIBLE_POOL,
    FLAG,
    RUN_CONFIG,
    SOURCE_EXCEPTIONS,
    TEXT,
    TEXTS,
    WHOLE,
    CurrentBooksFrame,
    EligiblePoolFrame,
    Table,
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
AccountFactsFrame = NewType("AccountFactsFrame", pl.DataFrame)
ACCOUNT_FACTS: Query[AccountFactsFrame] = Query(
    "eligible_pool/account_facts",
    (ACCOUNTS, CURRENT_BOOKS),
    ("account_id",),
    {
        "account_id": TEXT,
        "owner_id": TEXT,
        "state": TEXT,
        "carve_out": TEXT,
        "held_for_new_hire": FLAG,
        "referrals_l3m": WHOLE,
        "referrals_l12m": WHOLE,
        "referrals_ever": WHOLE,
        "owner_team": TEXT,
        "owner_region": TEXT,
        "owner_is_active": FLAG,
        "owner_is_churned": FLAG,
        "owner_is_non_productive": FLAG,
        "owner_receives": FLAG,
        "is_unowned": FLAG,
        "surplus_rank": WHOLE,
    },
)
FaultyAccountsFrame = NewType("FaultyAccountsFrame", pl.DataFrame)
FAULTY_ACCOUNTS: Query[FaultyAccountsFrame] = Query(
    "eligible_pool/faulty_accounts",
    (SOURCE_EXCEPTIONS, ACCOUNTS),
    ("account_id",),
    {"account_id": TEXT, "owner_id": TEXT, "faults": TEXTS},
)
HoldingsFrame = NewType("HoldingsFrame", pl.DataFrame)
HOLDINGS: Table[HoldingsFrame] = Table("holdings", ("account_id",), {"account_id": TEXT, "rep_id": TEXT})
"""Who has which account, where no more is asked."""
TakenOverFrame = NewType("TakenOverFrame", pl.DataFrame)
TAKEN_OVER: Table[TakenOverFrame] = Table("taken_over", ("account_id",), {"account_id": TEXT, "other_cycle": TEXT})
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
    "row_left_out": "fixed",
    "carve_out": "out",
    "source_exception": "out",
}
LEFT_OUT_REASONS = ("row_left_out", "source_exception")
"""Of accounts whose row could not be used: with an owner who is known, and without."""


@dataclass(frozen=True)
class EligiblePoolInput:
    """What the standing of every account is judged from."""

    accounts: AccountFactsFrame
    faulty: FaultyAccountsFrame
    books: CurrentBooksFrame
    claims: OpenClaimsFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str, config: RunConfig) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                accounts=reader.answer(ACCOUNT_FACTS, placeholder_owner_ids=config.placeholder_owner_ids),
                faulty=reader.answer(FAULTY_ACCOUNTS),
                books=reader.table(CURRENT_BOOKS),
                claims=reader.answer(OPEN_CLAIMS),
            )


def eligible_pool(given: EligiblePoolInput, config: RunConfig) -> EligiblePoolFrame:
    """One row an account of the source: free, fixed or out, with the reason.

    *Free* accounts are the pool: the locks are taken from them next. *Fixed* accounts stay as owned; they
    count in load and capacity, and so does an account whose row was left out where its owner is known. *Out* are
    carve-outs and other rows that the source could not vouch for.
    """
    judged = (
        given.accounts.join(taken_over(given.claims, config.scope), on="account_id", how="left")
        .with_columns(referral_status=referral_status(), is_referring=pl.col("referrals_l12m") > 0)
        .with_columns(
            reason=pl.when(pl.col("carve_out").is_not_null())
            .then(pl.lit("carve_out"))
            .when(pl.col("other_cycle").is_not_null())
            .then(pl.lit("withdrawn"))
            .otherwise(_scope_reason(given.books, config))
        )
        .with_columns(detail=pl.coalesce("carve_out", "other_cycle"))
    )
    faulty = given.faulty.with_columns(
        detail=pl.col("faults").list.join("; "),
        reason=pl.when(pl.col("owner_id").is_null()).then(pl.lit("source_exception")).otherwise(pl.lit("row_left_out")),
        referral_status=pl.lit("never"),
        is_referring=pl.lit(False),
        is_unowned=pl.lit(False),
    )
    return ELIGIBLE_POOL.conform(
        pl.concat([judged, faulty], how="diagonal_relaxed").with_columns(
            standing=pl.col("reason").replace_strict(STANDINGS, return_dtype=pl.String)
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


def taken_over(claims: OpenClaimsFrame, scope: str) -> TakenOverFrame:
    """What narrower open cycles, or earlier ones as narrow, have taken over from a cycle of this scope."""
    taken = [
        {"account_id": row["account_id"], "other_cycle": row["other_cycle"]}
        for row in claims.iter_rows(named=True)
        if has_precedence(scope, row["opened_no"], row["other_scope"], row["other_opened_no"])
    ]
    frame = pl.DataFrame(taken, schema=TAKEN_OVER.columns)
    return TAKEN_OVER.conform(frame.unique("account_id", keep="first", maintain_order=True))


def free_accounts(pool: EligiblePoolFrame) -> EligiblePoolFrame:
    """What the waterfall may give to somebody."""
    return ELIGIBLE_POOL.conform(pool.filter(pl.col("standing") == "free"))


def holders_of_empty(pool: EligiblePoolFrame) -> dict[str, int]:
    """The open cycles that hold what would be free, with how many accounts; none where something is free, or where
    nobody holds anything."""
    if (pool["standing"] == "free").any():
        return {}
    held = pool.filter(pl.col("reason") == "withdrawn")
    return dict(held.group_by("detail").len().sort("len", "detail", descending=[True, False]).iter_rows())


def held_lines(pool: EligiblePoolFrame) -> list[str]:
    """What other open cycles hold of what would be free, a line a cycle."""
    free = int((pool["standing"] == "free").sum())
    held = pool.filter(pl.col("reason") == "withdrawn").group_by("detail").len().sort("detail")
    return [
        f"Held by {holder}, which is open: {count:,} accounts ({free:,} are free here). "
        f"`assignment cycle status {holder}` says how it ends."
        for holder, count in held.iter_rows()
    ]


def fixed_accounts(pool: EligiblePoolFrame) -> HoldingsFrame:
    """What stays as owned, outside the waterfall: it counts in a book's load."""
    return HOLDINGS.conform(pool.filter(pl.col("standing") == "fixed").select("account_id", rep_id="owner_id"))


def _scope_reason(books: CurrentBooksFrame, config: RunConfig) -> pl.Expr:
    """The reason code of an account that is neither a carve-out nor withdrawn."""
    receivers = books.filter("is_receiver")
    covered = sorted(set(receivers["covered_states"].explode().drop_nulls()))
    excepted = coverage_overrides(config).join(receivers, on="rep_id", how="semi")["account_id"]
    is_covered = pl.col("state").is_in(covered) | pl.col("account_id").is_in(excepted.implode())
    is_inside = pl.col("owner_team").is_in(INSIDE_SALES).fill_null(False)
    nobodys = (
        pl.when("owner_is_churned")
        .then(pl.lit("churned_book"))
        .when(pl.col("is_unowned"))
        .then(pl.lit("unowned"))
        .when(is_inside)
        .then(pl.lit("inside_sales"))
    )
    productive = pl.when("owner_is_non_productive").then(pl.lit("non_productive_book"))
    fixed = pl.lit("out_of_scope")
    if config.scope == "global":
        return nobodys.otherwise(productive.otherwise(pl.lit("in_scope_book")))
    if config.scope in ("region", "rep"):
        own = (
            pl.col("owner_region").is_in(config.regions)
            if config.scope == "region"
            else pl.col("owner_id").is_in(config.reps)
        )
        is_own = (own & (pl.col("owner_team") == "field") & pl.col("owner_is_active")).fill_null(False)
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
            pl.when("owner_is_churned")
            .then(pl.lit("churned_book"))
            .when("owner_is_non_productive")
            .then(pl.lit("non_productive_book"))
        )
        return (
            pl.when(named.fill_null(False))
            .then(code.otherwise(pl.lit("in_scope_book") if is_named_only else fixed))
            .otherwise(fixed)
        )
    is_surplus = (
        (pl.col("owner_team") == "field")
        & pl.col("owner_is_active")
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
        .when("owner_receives")
        .then(pl.lit("in_scope_book"))
        .when("owner_is_non_productive")
        .then(pl.lit("non_productive_book"))
        .when(is_surplus)
        .then(pl.lit("surplus"))
        .otherwise(fixed)
    )
