"""The conflicts of a cycle before it is signed: found in its tables under its limits, resolved by rule or person."""

from collections.abc import Iterable, Mapping

import polars as pl

from assignment_assets.domain.review.inputs import review_reps
from assignment_assets.domain.setup.eligible_pool import fixed_accounts
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.conflicts import Limits, find_conflicts, resolve
from assignment_assets.domain.sign_off.signed_files import SignedFile, conflict_decisions
from assignment_assets.domain.sign_off.verdicts import entitlements


def cycle_conflicts(
    accounts: pl.DataFrame,
    opportunities: pl.DataFrame,
    pool: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    decided: pl.DataFrame,
    files: Iterable[SignedFile],
    signers: Mapping[str, Iterable[str]],
    config: RunConfig,
) -> pl.DataFrame:
    """Every conflict of the books as they would be signed (CONFLICTS); accounts that another cycle has taken over are
    that cycle's to answer for.

    Parameters
    ----------
    accounts, opportunities, pool, books, reps, decided
        Tables `accounts`, `opportunities`, `eligible_pool`, `current_books`, `reps`, `decided_books`.
    files, signers
        Growth Strategy's signed decisions so far, and who may sign (as `verdicts.entitlements` takes it).
    """
    people = review_reps(books, reps, pool)
    unowned = pool.select("account_id", "is_unowned")
    ours = decided.filter(pl.col("review_change") != "withdrawn")
    as_signed = ours.join(unowned, on="account_id", how="left").with_columns(pl.col("is_unowned").fill_null(False))
    found = find_conflicts(as_signed, fixed_accounts(pool), accounts, opportunities, people, limits_of(config))
    return resolve(found, conflict_decisions(files), entitlements(people, signers))


def severe_unresolved(conflicts: pl.DataFrame) -> pl.DataFrame:
    """Those of CONFLICTS that keep a region from being approved."""
    return conflicts.filter((pl.col("severity") == "severe") & pl.col("resolved_by").is_null())


def limits_of(config: RunConfig) -> Limits:
    """From where on something counts as a conflict in this cycle."""
    return Limits(
        as_of=config.as_of_on,
        closing_days=config.closing_deal_days,
        severe_days=config.protected_deal_days,
        revenue_cap=100 * config.revenue_cap,
        revenue_caps={rep_id: 100 * cap for rep_id, cap in config.revenue_caps.items()},
        far_above=config.far_above,
    )
