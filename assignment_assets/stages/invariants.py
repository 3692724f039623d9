"""The waterfall's invariants at each stage: blocking checks, evaluated again when the next segment begins."""

import warnings

import dagster as dg
import polars as pl

from assignment_assets.domain import invariants
from assignment_assets.domain.assignment.families import families_of, families_whole
from assignment_assets.domain.assignment.revenue import revenue_caps, within_revenue_caps
from assignment_assets.domain.invariants import Invariant, require
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


def pool_invariants(warehouse: Warehouse, cycle: str) -> list[Invariant]:
    """The pool holds every account once and no carve-out."""
    accounts, pool = warehouse.tables(cycle, ACCOUNTS, ELIGIBLE_POOL)
    missing = accounts.select("account_id").join(pool, on="account_id", how="anti")
    free = pool.filter(pl.col("standing") == "free")
    return [
        Invariant("each_once", invariants.each_once(pool), "Every account has one standing."),
        Invariant("complete", missing, "Every account of the source has a standing."),
        Invariant("no_carve_out", invariants.no_carve_out(accounts, free), "No carve-out enters the pool."),
    ]


def lock_invariants(warehouse: Warehouse, cycle: str) -> list[Invariant]:
    """Locks are free accounts, each once, within capacity."""
    pool, locks, books = warehouse.tables(cycle, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS)
    free = pool.filter(pl.col("standing") == "free")
    outside = locks.join(free, on="account_id", how="anti").select("account_id", "rep_id")
    owners = locks.select("account_id", current_owner_id="rep_id", owner_id="rep_id")
    return [
        Invariant("locks_in_pool", outside, "Only accounts of the pool are locked."),
        Invariant("each_once", invariants.each_once(locks), "An account is locked once."),
        Invariant("capacity", invariants.capacity(owners, _seats(books, pool)), "Locks never exceed a rep's capacity."),
    ]


def proposal_invariants(warehouse: Warehouse, cycle: str) -> list[Invariant]:
    """locked + placed + overflow = pool; capacity and covered states hold; locks are unmoved."""
    config = frozen_config(warehouse, cycle)
    accounts, pool, locks, books, reps, proposed, overflow, families = warehouse.tables(
        cycle, ACCOUNTS, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS, REPS, PROPOSED_BOOKS, OVERFLOW, FAMILIES
    )
    free = pool.filter(pl.col("standing") == "free")
    owners = invariants.proposed_owners(proposed, overflow)
    given = proposed.filter(pl.col("phase") != "kept").select("account_id", owner_id="rep_id")
    placed = proposed.filter(pl.col("phase").is_in(["referring", "value"])).select("account_id", "rep_id")
    fixed = pool.filter(pl.col("standing") == "fixed").select("account_id", rep_id="owner_id")
    kept = pl.concat([fixed, locks.select("account_id", "rep_id")])
    caps = revenue_caps(config, books)
    members = families_of(accounts, pool, locks, books).filter(pl.lit(config.families == "together"))
    return [
        Invariant(
            "conservation", invariants.conservation(free, proposed, overflow), "Locked + placed + overflow = pool."
        ),
        Invariant("each_once", invariants.each_once(proposed, overflow), "Every account goes to one owner."),
        Invariant("families_whole", families_whole(given, members, families), "Families go where it is said they go."),
        Invariant(
            "revenue_caps",
            within_revenue_caps(placed, kept, accounts, caps),
            "Nothing placed takes a book above an enforced revenue cap.",
        ),
        *_owner_invariants(owners, accounts, pool, locks, books, reps, coverage_overrides(config)),
    ]


def review_invariants(warehouse: Warehouse, cycle: str) -> list[Invariant]:
    """The reviewed books keep every hard rule, and hold exactly the pool."""
    config = frozen_config(warehouse, cycle)
    accounts, pool, locks, books, reps, reviewed, verdicts = warehouse.tables(
        cycle, ACCOUNTS, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS, REPS, REVIEWED_BOOKS, EDIT_VERDICTS
    )
    free = pool.filter(pl.col("standing") == "free")
    owners = invariants.reviewed_owners(reviewed)
    nobody = reviewed.filter(pl.col("review_change") == "withdrawn").select("account_id")
    unmoved = locks.join(nobody, on="account_id", how="anti")
    return [
        Invariant(
            "conservation",
            invariants.conservation(free, reviewed.select("account_id"), OVERFLOW.empty()),
            "The reviewed books hold exactly the pool.",
        ),
        Invariant(
            "within_bounds",
            invariants.within_bounds(reviewed, verdicts, reps, max_adds=config.max_adds, max_drops=config.max_drops),
            "People changed no book beyond the bounds.",
        ),
        *_owner_invariants(owners, accounts, pool, unmoved, books, reps, coverage_overrides(config)),
    ]


def packet_invariants(warehouse: Warehouse, cycle: str) -> list[Invariant]:
    """What is shown for signing is exactly the moves of the books."""
    decided, packets = warehouse.tables(cycle, DECIDED_BOOKS, SIGN_OFF_PACKETS)
    return [
        Invariant("diff_equals_books", invariants.diff_equals_books(decided, packets), "The diff is the books' moves.")
    ]


def sign_off_invariants(warehouse: Warehouse, cycle: str) -> list[Invariant]:
    """What is approved was signed, move by move, by every region that it touches, and still stands as signed."""
    approved, verdicts, reps, digests, log = warehouse.tables(
        cycle, APPROVED_DIFF, SIGN_OFF_VERDICTS, REPS, REGION_DIGESTS, WRITE_BACK_LOG
    )
    standing = in_force(approved)
    stale = standing.join(digests, on=["region", "digest"], how="anti").join(
        log.filter(pl.col("outcome").is_in(ENDED)), on=["sign_off_no", "account_id"], how="anti"
    )
    return [
        Invariant(
            "approved_within_signed",
            invariants.approved_within_signed(standing, verdicts, reps),
            "Only signed moves are approved.",
        ),
        Invariant(
            "approved_stands",
            stale.select("account_id", "region"),
            "A move whose region's packet changed is not approved any more; `assignment run sign_off` takes it back.",
        ),
    ]


def log_invariants(warehouse: Warehouse, cycle: str) -> list[Invariant]:
    """The log accounts for exactly the approved diff."""
    approved, log = warehouse.tables(cycle, APPROVED_DIFF, WRITE_BACK_LOG)
    return [
        Invariant(
            "log_equals_diff",
            invariants.log_equals_diff(log, _acted_on(approved, log)),
            "The log accounts for the diff.",
        )
    ]


def _acted_on(approved: pl.DataFrame, log: pl.DataFrame) -> pl.DataFrame:
    """What is in force, and earlier approvals that the log has acted on."""
    earlier = approved.join(log, on=["sign_off_no", "account_id"], how="semi")
    return pl.concat([in_force(approved), earlier]).unique(["sign_off_no", "account_id"], maintain_order=True)


def _owner_invariants(owners, accounts, pool, locks, books, reps, overrides) -> list[Invariant]:
    states = books.select("rep_id", "team", "covered_states")
    return [
        Invariant("capacity", invariants.capacity(owners, _seats(books, pool)), "No book exceeds its capacity."),
        Invariant(
            "covered_states",
            invariants.covered_states(owners, accounts, states, locks, overrides),
            "Reps hold accounts of their states only.",
        ),
        Invariant("locks_unmoved", invariants.locks_unmoved(locks, owners), "Locks stay with their owner."),
        Invariant("no_carve_out", invariants.no_carve_out(accounts, owners), "No carve-out is given away."),
        Invariant("active_owner", invariants.active_owner(owners, reps), "Every account has an active owner."),
    ]


def _seats(books: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    return books.select("rep_id", "team", "capacity", "is_receiver").join(free_seats(books, pool), on="rep_id")


# Partitioned checks are a preview in this Dagster; it says so once a check.
warnings.filterwarnings("ignore", message="Specifying a partitions_def on an AssetCheckSpec")

INVARIANTS = {
    "eligible_pool": (pool_invariants, ("each_once", "complete", "no_carve_out")),
    "locks": (lock_invariants, ("locks_in_pool", "each_once", "capacity")),
    "proposed_books": (
        proposal_invariants,
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
        review_invariants,
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
    "sign_off_packets": (packet_invariants, ("diff_equals_books",)),
    "approved_diff": (sign_off_invariants, ("approved_within_signed", "approved_stands")),
    "write_back_log": (log_invariants, ("log_equals_diff",)),
}


def require_invariants(warehouse: Warehouse, cycle: str, *assets: str) -> None:
    """Nothing where the invariants of these assets hold; a blocking check acts within one run only, so each segment
    asks again.

    Raises
    ------
    BrokenInvariant
        Naming every invariant that does not hold and its first offenders.
    """
    require(invariant for asset in assets for invariant in INVARIANTS[asset][0](warehouse, cycle))


def _checks(asset: str):
    invariants_of, names = INVARIANTS[asset]

    @dg.multi_asset_check(
        name=f"{asset}_invariants",
        specs=[dg.AssetCheckSpec(name, asset=asset, blocking=True, partitions_def=CYCLES) for name in names],
        pool=POOL,
    )
    def invariant_checks(context: dg.AssetCheckExecutionContext, warehouse: Warehouse):
        for invariant in invariants_of(warehouse, context.partition_key):
            yield dg.AssetCheckResult(
                asset_key=asset,
                check_name=invariant.name,
                passed=invariant.holds,
                description=invariant.sentence if invariant.holds else str(invariant),
                metadata={"offending rows": invariant.offenders.height},
            )

    return invariant_checks


INVARIANT_CHECKS = [_checks(asset) for asset in INVARIANTS]
