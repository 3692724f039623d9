"""What each asset of the waterfall keeps, judged over its tables."""

import polars as pl

from assignment_assets.domain.assignment.families import families_whole
from assignment_assets.domain.assignment.revenue import revenue_caps, within_revenue_caps
from assignment_assets.domain.invariants import predicates
from assignment_assets.domain.invariants.checked import (
    LocksChecked,
    LogChecked,
    PacketsChecked,
    PoolChecked,
    ProposalChecked,
    ReviewChecked,
    Setting,
    SignOffChecked,
)
from assignment_assets.domain.invariants.invariant import Invariant
from assignment_assets.domain.invariants.predicates import BOOK_SEATS, OWNERS, BookSeatsFrame, OwnersFrame
from assignment_assets.domain.lock_facts import FreeSeatsFrame
from assignment_assets.domain.placed import MOVED
from assignment_assets.domain.setup.eligible_pool import HOLDINGS, fixed_accounts, free_accounts
from assignment_assets.domain.setup.frozen_config import stored_config
from assignment_assets.domain.setup.overrides import CoverageOverridesFrame, coverage_overrides
from assignment_assets.domain.sign_off.approval import GIVEN_UP, in_force
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    LOCKS,
    OVERFLOW,
    ApprovedDiffFrame,
    CurrentBooksFrame,
    LocksFrame,
    WriteBackLogFrame,
)

OWNER_INVARIANTS = ("capacity", "covered_states", "locks_unmoved", "no_carve_out", "active_owner")
"""Names of what every set of books keeps."""


def pool_invariants(given: PoolChecked) -> list[Invariant]:
    """The pool holds every account once and no carve-out."""
    accounts, pool = given.accounts, given.pool
    missing = accounts.select("account_id").join(pool, on="account_id", how="anti")
    return [
        Invariant("each_once", predicates.each_once(pool), "Every account has one standing."),
        Invariant("complete", missing, "Every account of the source has a standing."),
        Invariant(
            "no_carve_out", predicates.no_carve_out(accounts, free_accounts(pool)), "No carve-out enters the pool."
        ),
    ]


def lock_invariants(given: LocksChecked) -> list[Invariant]:
    """Locks are free accounts, each once, within capacity."""
    locks = given.locks
    outside = locks.join(free_accounts(given.pool), on="account_id", how="anti").select("account_id", "rep_id")
    owners = OWNERS.conform(locks.select("account_id", owner_id="rep_id"))
    seats = _seats(given.books, given.seats)
    return [
        Invariant("locks_in_pool", outside, "Only accounts of the pool are locked."),
        Invariant("each_once", predicates.each_once(locks), "An account is locked once."),
        Invariant("capacity", predicates.capacity(owners, seats), "Locks never exceed a rep's capacity."),
    ]


def proposal_invariants(given: ProposalChecked) -> list[Invariant]:
    """locked + placed + overflow = pool; capacity and covered states hold; locks are unmoved."""
    setting, proposed, overflow = given.setting, given.proposed, given.overflow
    config = stored_config(setting.run_config)
    owners = predicates.proposed_owners(proposed, overflow)
    received = proposed.filter(pl.col("phase") != "kept").select("account_id", owner_id="rep_id")
    placed = HOLDINGS.conform(proposed.filter(pl.col("phase").is_in(["referring", "value"])))
    kept = HOLDINGS.conform(pl.concat([fixed_accounts(setting.pool), setting.locks.select("account_id", "rep_id")]))
    caps = revenue_caps(config, setting.books)
    split = families_whole(received, given.members, given.families) if config.families == "together" else pl.DataFrame()
    return [
        Invariant(
            "conservation",
            predicates.conservation(free_accounts(setting.pool), proposed, overflow),
            "Locked + placed + overflow = pool.",
        ),
        Invariant("each_once", predicates.each_once(proposed, overflow), "Every account goes to one owner."),
        Invariant("families_whole", split, "Families go where it is said they go."),
        Invariant(
            "revenue_caps",
            within_revenue_caps(placed, kept, setting.accounts, caps),
            "Nothing placed takes a book above an enforced revenue cap.",
        ),
        *_owner_invariants(owners, setting, setting.locks, coverage_overrides(config)),
    ]


def review_invariants(given: ReviewChecked) -> list[Invariant]:
    """The reviewed books keep every hard rule, and hold exactly the pool."""
    setting, reviewed = given.setting, given.reviewed
    config = stored_config(setting.run_config)
    owners = predicates.reviewed_owners(reviewed)
    nobody = reviewed.filter(pl.col("review_change") == "withdrawn").select("account_id")
    unmoved = LOCKS.conform(setting.locks.join(nobody, on="account_id", how="anti"))
    return [
        Invariant(
            "conservation",
            predicates.conservation(free_accounts(setting.pool), reviewed, OVERFLOW.empty()),
            "The reviewed books hold exactly the pool.",
        ),
        Invariant(
            "within_bounds",
            predicates.within_bounds(
                reviewed, given.verdicts, setting.reps, max_adds=config.max_adds, max_drops=config.max_drops
            ),
            "People changed no book beyond the bounds.",
        ),
        *_owner_invariants(owners, setting, unmoved, coverage_overrides(config)),
    ]


def packet_invariants(given: PacketsChecked) -> list[Invariant]:
    """What is shown for signing is exactly the moves of the books."""
    different = predicates.diff_equals_books(given.decided, given.packets)
    return [Invariant("diff_equals_books", different, "The diff is the books' moves.")]


def sign_off_invariants(given: SignOffChecked) -> list[Invariant]:
    """What is approved was signed, move by move, by every region that it touches, and still stands as signed."""
    standing = APPROVED_DIFF.conform(in_force(given.approved))
    stale = standing.join(given.digests, on=["region", "digest"], how="anti").join(
        given.log.filter(pl.col("outcome").is_in(MOVED + GIVEN_UP)), on=["sign_off_no", "account_id"], how="anti"
    )
    return [
        Invariant(
            "approved_within_signed",
            predicates.approved_within_signed(standing, given.verdicts, given.reps),
            "Only signed moves are approved.",
        ),
        Invariant(
            "approved_stands",
            stale.select("account_id", "region"),
            "A move whose region's packet changed is not approved any more; `assignment run sign_off` takes it back.",
        ),
    ]


def log_invariants(given: LogChecked) -> list[Invariant]:
    """The log accounts for exactly the approved diff; where people load by hand, for what came of it so far."""
    different = predicates.log_equals_diff(given.log, _acted_on(given.approved, given.log))
    if given.is_by_hand:
        different = different.join(given.log, on=["sign_off_no", "account_id"], how="semi")
    return [Invariant("log_equals_diff", different, "The log accounts for the diff.")]


def _acted_on(approved: ApprovedDiffFrame, log: WriteBackLogFrame) -> ApprovedDiffFrame:
    """What is in force, and earlier approvals that the log has acted on."""
    earlier = approved.join(log, on=["sign_off_no", "account_id"], how="semi")
    rows = pl.concat([in_force(approved), earlier]).unique(["sign_off_no", "account_id"], maintain_order=True)
    return APPROVED_DIFF.conform(rows)


def _owner_invariants(
    owners: OwnersFrame, setting: Setting, locks: LocksFrame, overrides: CoverageOverridesFrame
) -> list[Invariant]:
    seats = _seats(setting.books, setting.seats)
    return [
        Invariant("capacity", predicates.capacity(owners, seats), "No book exceeds its capacity."),
        Invariant(
            "covered_states",
            predicates.covered_states(owners, setting.accounts, setting.books, locks, overrides),
            "Reps hold accounts of their states only.",
        ),
        Invariant("locks_unmoved", predicates.locks_unmoved(locks, owners), "Locks stay with their owner."),
        Invariant("no_carve_out", predicates.no_carve_out(setting.accounts, owners), "No carve-out is given away."),
        Invariant("active_owner", predicates.active_owner(owners, setting.reps), "Every account has an active owner."),
    ]


def _seats(books: CurrentBooksFrame, seats: FreeSeatsFrame) -> BookSeatsFrame:
    return BOOK_SEATS.conform(books.select("rep_id", "team").join(seats, on="rep_id"))
