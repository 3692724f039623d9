"""What each asset of the waterfall keeps, judged over its tables; the parameters are named as the tables are, or for
short: `pool` is `eligible_pool`, `books` `current_books`, `proposed` `proposed_books`, `reviewed` `reviewed_books`,
`verdicts` those of the stage, `decided` `decided_books`, `approved` `approved_diff`, `log` `write_back_log`."""

import polars as pl

from assignment_assets.domain.assignment.families import families_of, families_whole
from assignment_assets.domain.assignment.revenue import revenue_caps, within_revenue_caps
from assignment_assets.domain.invariants import predicates
from assignment_assets.domain.invariants.invariant import Invariant
from assignment_assets.domain.locks import free_seats
from assignment_assets.domain.setup.eligible_pool import fixed_accounts
from assignment_assets.domain.setup.frozen_config import stored_config
from assignment_assets.domain.setup.overrides import coverage_overrides
from assignment_assets.domain.sign_off.approval import GIVEN_UP, MOVED, in_force
from assignment_assets.domain.tables import OVERFLOW

OWNER_INVARIANTS = ("capacity", "covered_states", "locks_unmoved", "no_carve_out", "active_owner")
"""Names of what every set of books keeps."""


def pool_invariants(accounts: pl.DataFrame, pool: pl.DataFrame) -> list[Invariant]:
    """The pool holds every account once and no carve-out."""
    missing = accounts.select("account_id").join(pool, on="account_id", how="anti")
    free = pool.filter(pl.col("standing") == "free")
    return [
        Invariant("each_once", predicates.each_once(pool), "Every account has one standing."),
        Invariant("complete", missing, "Every account of the source has a standing."),
        Invariant("no_carve_out", predicates.no_carve_out(accounts, free), "No carve-out enters the pool."),
    ]


def lock_invariants(pool: pl.DataFrame, locks: pl.DataFrame, books: pl.DataFrame) -> list[Invariant]:
    """Locks are free accounts, each once, within capacity."""
    free = pool.filter(pl.col("standing") == "free")
    outside = locks.join(free, on="account_id", how="anti").select("account_id", "rep_id")
    owners = locks.select("account_id", current_owner_id="rep_id", owner_id="rep_id")
    return [
        Invariant("locks_in_pool", outside, "Only accounts of the pool are locked."),
        Invariant("each_once", predicates.each_once(locks), "An account is locked once."),
        Invariant("capacity", predicates.capacity(owners, _seats(books, pool)), "Locks never exceed a rep's capacity."),
    ]


def proposal_invariants(
    run_config: pl.DataFrame,
    accounts: pl.DataFrame,
    pool: pl.DataFrame,
    locks: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    proposed: pl.DataFrame,
    overflow: pl.DataFrame,
    families: pl.DataFrame,
) -> list[Invariant]:
    """locked + placed + overflow = pool; capacity and covered states hold; locks are unmoved."""
    config = stored_config(run_config)
    free = pool.filter(pl.col("standing") == "free")
    owners = predicates.proposed_owners(proposed, overflow)
    given = proposed.filter(pl.col("phase") != "kept").select("account_id", owner_id="rep_id")
    placed = proposed.filter(pl.col("phase").is_in(["referring", "value"])).select("account_id", "rep_id")
    kept = pl.concat([fixed_accounts(pool), locks.select("account_id", "rep_id")])
    caps = revenue_caps(config, books)
    members = families_of(accounts, pool, locks, books).filter(pl.lit(config.families == "together"))
    return [
        Invariant(
            "conservation", predicates.conservation(free, proposed, overflow), "Locked + placed + overflow = pool."
        ),
        Invariant("each_once", predicates.each_once(proposed, overflow), "Every account goes to one owner."),
        Invariant("families_whole", families_whole(given, members, families), "Families go where it is said they go."),
        Invariant(
            "revenue_caps",
            within_revenue_caps(placed, kept, accounts, caps),
            "Nothing placed takes a book above an enforced revenue cap.",
        ),
        *_owner_invariants(owners, accounts, pool, locks, books, reps, coverage_overrides(config)),
    ]


def review_invariants(
    run_config: pl.DataFrame,
    accounts: pl.DataFrame,
    pool: pl.DataFrame,
    locks: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    reviewed: pl.DataFrame,
    verdicts: pl.DataFrame,
) -> list[Invariant]:
    """The reviewed books keep every hard rule, and hold exactly the pool."""
    config = stored_config(run_config)
    free = pool.filter(pl.col("standing") == "free")
    owners = predicates.reviewed_owners(reviewed)
    nobody = reviewed.filter(pl.col("review_change") == "withdrawn").select("account_id")
    unmoved = locks.join(nobody, on="account_id", how="anti")
    return [
        Invariant(
            "conservation",
            predicates.conservation(free, reviewed.select("account_id"), OVERFLOW.empty()),
            "The reviewed books hold exactly the pool.",
        ),
        Invariant(
            "within_bounds",
            predicates.within_bounds(reviewed, verdicts, reps, max_adds=config.max_adds, max_drops=config.max_drops),
            "People changed no book beyond the bounds.",
        ),
        *_owner_invariants(owners, accounts, pool, unmoved, books, reps, coverage_overrides(config)),
    ]


def packet_invariants(decided: pl.DataFrame, packets: pl.DataFrame) -> list[Invariant]:
    """What is shown for signing is exactly the moves of the books."""
    return [
        Invariant("diff_equals_books", predicates.diff_equals_books(decided, packets), "The diff is the books' moves.")
    ]


def sign_off_invariants(
    approved: pl.DataFrame, verdicts: pl.DataFrame, reps: pl.DataFrame, digests: pl.DataFrame, log: pl.DataFrame
) -> list[Invariant]:
    """What is approved was signed, move by move, by every region that it touches, and still stands as signed."""
    standing = in_force(approved)
    stale = standing.join(digests, on=["region", "digest"], how="anti").join(
        log.filter(pl.col("outcome").is_in(MOVED + GIVEN_UP)), on=["sign_off_no", "account_id"], how="anti"
    )
    return [
        Invariant(
            "approved_within_signed",
            predicates.approved_within_signed(standing, verdicts, reps),
            "Only signed moves are approved.",
        ),
        Invariant(
            "approved_stands",
            stale.select("account_id", "region"),
            "A move whose region's packet changed is not approved any more; `assignment run sign_off` takes it back.",
        ),
    ]


def log_invariants(approved: pl.DataFrame, log: pl.DataFrame) -> list[Invariant]:
    """The log accounts for exactly the approved diff."""
    return [
        Invariant(
            "log_equals_diff",
            predicates.log_equals_diff(log, _acted_on(approved, log)),
            "The log accounts for the diff.",
        )
    ]


def _acted_on(approved: pl.DataFrame, log: pl.DataFrame) -> pl.DataFrame:
    """What is in force, and earlier approvals that the log has acted on."""
    earlier = approved.join(log, on=["sign_off_no", "account_id"], how="semi")
    return pl.concat([in_force(approved), earlier]).unique(["sign_off_no", "account_id"], maintain_order=True)


def _owner_invariants(
    owners: pl.DataFrame,
    accounts: pl.DataFrame,
    pool: pl.DataFrame,
    locks: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    overrides: pl.DataFrame,
) -> list[Invariant]:
    states = books.select("rep_id", "team", "covered_states")
    return [
        Invariant("capacity", predicates.capacity(owners, _seats(books, pool)), "No book exceeds its capacity."),
        Invariant(
            "covered_states",
            predicates.covered_states(owners, accounts, states, locks, overrides),
            "Reps hold accounts of their states only.",
        ),
        Invariant("locks_unmoved", predicates.locks_unmoved(locks, owners), "Locks stay with their owner."),
        Invariant("no_carve_out", predicates.no_carve_out(accounts, owners), "No carve-out is given away."),
        Invariant("active_owner", predicates.active_owner(owners, reps), "Every account has an active owner."),
    ]


def _seats(books: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    return books.select("rep_id", "team", "capacity", "is_receiver").join(free_seats(books, pool), on="rep_id")
