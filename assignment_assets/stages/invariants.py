"""The waterfall's promises at each stage: blocking checks, evaluated again when the next segment begins."""

import warnings

import dagster as dg
import polars as pl

from assignment_assets.domain import invariants as promise
from assignment_assets.domain.assignment.families import families_of, families_whole
from assignment_assets.domain.assignment.revenue import revenue_caps, within_revenue_caps
from assignment_assets.domain.invariants import Finding, require
from assignment_assets.domain.locks import free_seats
from assignment_assets.domain.setup.overrides import coverage_overrides
from assignment_assets.domain.sign_off.approval import in_force
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CURRENT_BOOKS,
    DECIDED_BOOKS,
    EDIT_VERDICTS,
    ELIGIBLE_POOL,
    FAMILIES,
    LOCKS,
    OVERFLOW,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    REPS,
    REVIEWED_BOOKS,
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
)
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import CYCLES, POOL, frozen_config

ENDED = ("verified", "skipped_already", "drift", "drift_rule", "gone", "held")


def pool_findings(warehouse: Warehouse, cycle: str) -> list[Finding]:
    """The pool holds every account once and no carve-out."""
    accounts, pool = warehouse.tables(cycle, ACCOUNTS, ELIGIBLE_POOL)
    missing = accounts.select("account_id").join(pool, on="account_id", how="anti")
    free = pool.filter(pl.col("standing") == "free")
    return [
        Finding("each_once", promise.each_once(pool), "Every account has one standing."),
        Finding("complete", missing, "Every account of the source has a standing."),
        Finding("no_carve_out", promise.no_carve_out(accounts, free), "No carve-out enters the pool."),
    ]


def lock_findings(warehouse: Warehouse, cycle: str) -> list[Finding]:
    """Locks are free accounts, each once, within capacity."""
    pool, locks, books = warehouse.tables(cycle, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS)
    free = pool.filter(pl.col("standing") == "free")
    outside = locks.join(free, on="account_id", how="anti").select("account_id", "rep_id")
    owners = locks.select("account_id", current_owner_id="rep_id", owner_id="rep_id")
    return [
        Finding("locks_in_pool", outside, "Only accounts of the pool are locked."),
        Finding("each_once", promise.each_once(locks), "An account is locked once."),
        Finding("capacity", promise.capacity(owners, _seats(books, pool)), "Locks never exceed a rep's capacity."),
    ]


def proposal_findings(warehouse: Warehouse, cycle: str) -> list[Finding]:
    """locked + placed + overflow = pool; capacity and covered states hold; locks are unmoved."""
    config = frozen_config(warehouse, cycle)
    accounts, pool, locks, books, reps, proposed, overflow, families = warehouse.tables(
        cycle, ACCOUNTS, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS, REPS, PROPOSED_BOOKS, OVERFLOW, FAMILIES
    )
    free = pool.filter(pl.col("standing") == "free")
    owners = promise.proposed_owners(proposed, overflow)
    given = proposed.filter(pl.col("phase") != "kept").select("account_id", owner_id="rep_id")
    placed = proposed.filter(pl.col("phase").is_in(["referring", "value"])).select("account_id", "rep_id")
    fixed = pool.filter(pl.col("standing") == "fixed").select("account_id", rep_id="owner_id")
    kept = pl.concat([fixed, locks.select("account_id", "rep_id")])
    caps = revenue_caps(config, books)
    members = families_of(accounts, pool, locks, books).filter(pl.lit(config.families == "together"))
    return [
        Finding("conservation", promise.conservation(free, proposed, overflow), "Locked + placed + overflow = pool."),
        Finding("each_once", promise.each_once(proposed, overflow), "Every account goes to one owner."),
        Finding("families_whole", families_whole(given, members, families), "Families go where it is said they go."),
        Finding(
            "revenue_caps",
            within_revenue_caps(placed, kept, accounts, caps),
            "Nothing placed takes a book above an enforced revenue cap.",
        ),
        *_owner_findings(owners, accounts, pool, locks, books, reps, coverage_overrides(config)),
    ]


def review_findings(warehouse: Warehouse, cycle: str) -> list[Finding]:
    """The reviewed books keep every hard rule, and hold exactly the pool."""
    config = frozen_config(warehouse, cycle)
    accounts, pool, locks, books, reps, reviewed, verdicts = warehouse.tables(
        cycle, ACCOUNTS, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS, REPS, REVIEWED_BOOKS, EDIT_VERDICTS
    )
    free = pool.filter(pl.col("standing") == "free")
    owners = promise.reviewed_owners(reviewed)
    nobody = reviewed.filter(pl.col("review_change") == "withdrawn").select("account_id")
    unmoved = locks.join(nobody, on="account_id", how="anti")
    return [
        Finding(
            "conservation",
            promise.conservation(free, reviewed.select("account_id"), OVERFLOW.empty()),
            "The reviewed books hold exactly the pool.",
        ),
        Finding(
            "within_bounds",
            promise.within_bounds(reviewed, verdicts, reps, max_adds=config.max_adds, max_drops=config.max_drops),
            "People changed no book beyond the bounds.",
        ),
        *_owner_findings(owners, accounts, pool, unmoved, books, reps, coverage_overrides(config)),
    ]


def packet_findings(warehouse: Warehouse, cycle: str) -> list[Finding]:
    """What is shown for signing is exactly the moves of the books."""
    decided, packets = warehouse.tables(cycle, DECIDED_BOOKS, SIGN_OFF_PACKETS)
    return [Finding("diff_equals_books", promise.diff_equals_books(decided, packets), "The diff is the books' moves.")]


def sign_off_findings(warehouse: Warehouse, cycle: str) -> list[Finding]:
    """What is approved was signed, move by move, by every region that it touches, and still stands as signed."""
    approved, verdicts, reps, digests, log = warehouse.tables(
        cycle, APPROVED_DIFF, SIGN_OFF_VERDICTS, REPS, REGION_DIGESTS, WRITE_BACK_LOG
    )
    standing = in_force(approved)
    stale = standing.join(digests, on=["region", "digest"], how="anti").join(
        log.filter(pl.col("outcome").is_in(ENDED)), on=["sign_off_no", "account_id"], how="anti"
    )
    return [
        Finding(
            "approved_within_signed",
            promise.approved_within_signed(standing, verdicts, reps),
            "Only signed moves are approved.",
        ),
        Finding(
            "approved_stands",
            stale.select("account_id", "region"),
            "A move whose region's packet changed is not approved any more; `assignment run sign_off` takes it back.",
        ),
    ]


def log_findings(warehouse: Warehouse, cycle: str) -> list[Finding]:
    """The log accounts for exactly the approved diff."""
    approved, log = warehouse.tables(cycle, APPROVED_DIFF, WRITE_BACK_LOG)
    return [
        Finding(
            "log_equals_diff", promise.log_equals_diff(log, _acted_on(approved, log)), "The log accounts for the diff."
        )
    ]


def _acted_on(approved: pl.DataFrame, log: pl.DataFrame) -> pl.DataFrame:
    """What is in force, and earlier approvals that the log has acted on."""
    earlier = approved.join(log, on=["sign_off_no", "account_id"], how="semi")
    return pl.concat([in_force(approved), earlier]).unique(["sign_off_no", "account_id"], maintain_order=True)


def _owner_findings(owners, accounts, pool, locks, books, reps, overrides) -> list[Finding]:
    states = books.select("rep_id", "team", "covered_states")
    return [
        Finding("capacity", promise.capacity(owners, _seats(books, pool)), "No book exceeds its capacity."),
        Finding(
            "covered_states",
            promise.covered_states(owners, accounts, states, locks, overrides),
            "Reps hold accounts of their states only.",
        ),
        Finding("locks_unmoved", promise.locks_unmoved(locks, owners), "Locks stay with their owner."),
        Finding("no_carve_out", promise.no_carve_out(accounts, owners), "No carve-out is given away."),
        Finding("active_owner", promise.active_owner(owners, reps), "Every account has an active owner."),
    ]


def _seats(books: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    return books.select("rep_id", "team", "capacity", "is_receiver").join(free_seats(books, pool), on="rep_id")


# Partitioned checks are a preview in this Dagster; it says so once a check.
warnings.filterwarnings("ignore", message="Specifying a partitions_def on an AssetCheckSpec")

PROMISES = {
    "eligible_pool": (pool_findings, ("each_once", "complete", "no_carve_out")),
    "locks": (lock_findings, ("locks_in_pool", "each_once", "capacity")),
    "proposed_books": (
        proposal_findings,
        (
            "conservation",
            "each_once",
            "families_whole",
            "revenue_caps",
            "capacity",
            "covered_states",
            "locks_unmoved",
            "no_carve_out",
            "active_owner",
        ),
    ),
    "reviewed_books": (
        review_findings,
        (
            "conservation",
            "within_bounds",
            "capacity",
            "covered_states",
            "locks_unmoved",
            "no_carve_out",
            "active_owner",
        ),
    ),
    "sign_off_packets": (packet_findings, ("diff_equals_books",)),
    "approved_diff": (sign_off_findings, ("approved_within_signed", "approved_stands")),
    "write_back_log": (log_findings, ("log_equals_diff",)),
}


def require_promises(warehouse: Warehouse, cycle: str, *assets: str) -> None:
    """Nothing where the promises of these assets hold; a blocking check acts within one run only, so each segment
    asks again.

    Raises
    ------
    BrokenInvariant
        Naming every promise that does not hold and its first offenders.
    """
    require(finding for asset in assets for finding in PROMISES[asset][0](warehouse, cycle))


def _checks(asset: str):
    findings_of, names = PROMISES[asset]

    @dg.multi_asset_check(
        name=f"{asset}_promises",
        specs=[dg.AssetCheckSpec(name, asset=asset, blocking=True, partitions_def=CYCLES) for name in names],
        pool=POOL,
    )
    def promises(context: dg.AssetCheckExecutionContext, warehouse: Warehouse):
        for finding in findings_of(warehouse, context.partition_key):
            yield dg.AssetCheckResult(
                asset_key=asset,
                check_name=finding.name,
                passed=finding.holds,
                description=finding.sentence if finding.holds else str(finding),
                metadata={"offending rows": finding.offenders.height},
            )

    return promises


INVARIANT_CHECKS = [_checks(asset) for asset in PROMISES]
