"""What phase 3 hands on: every free account's rep, why, and how near the best possible it is."""

from dataclasses import dataclass

import numpy as np

from assignment_assets.optimizer.model.extensions import FamilyOutcomes

PHASE_OVERFLOW, PHASE_REFERRING, PHASE_VALUE = 0, 2, 3

KEEP_FREE, KEEP_NO_OWNER, KEEP_INACTIVE, KEEP_NOT_COVERED, KEEP_FULL = "", "no_owner", "inactive", "not_covered", "full"
KEEP_CAPPED = "capped"


@dataclass(frozen=True)
class CertificateLine:
    """One line of the certificate; the columns of the table `certificate` but its number.

    `phase` is `seats`, `families`, `referring` or `value`; `gap_pct` is 100·(value / bound − 1).
    """

    phase: str
    metric: str
    state: str | None
    value: float
    bound: float | None
    gap_pct: float | None
    sentence: str


@dataclass(frozen=True, eq=False)
class Explanations:
    """Per account, by delta evaluation on the final books; zeros and −1 where nothing applies.

    Parameters
    ----------
    runner_up
        int32[N]: the rep who would have been second (the least weighted cost of one shift or exchange), −1 when no
        other rep covers the state or the account overflows.
    keep_blocked
        str[N]: why the current owner could not keep it: `` (they could, or do), `no_owner`, `inactive` (not among the
        reps who receive), `not_covered`, `full` (only in exchange for another account), `capped` (above
        their revenue cap).
    keep_balance, keep_minutes, keep_moves
        float[N]: what keeping would change: points of the phase's balance, drive minutes of the accounts involved,
        number of moves; positive is worse. With a full book it is the cheapest exchange.
    tie_with
        int32[N]: the rep from whom a better performer took a tied account, −1 where nothing was tied.
    tie_minutes
        int32[N]: the drive from that rep, −1.
    """

    runner_up: np.ndarray
    keep_blocked: np.ndarray
    keep_balance: np.ndarray
    keep_minutes: np.ndarray
    keep_moves: np.ndarray
    tie_with: np.ndarray
    tie_minutes: np.ndarray


@dataclass(frozen=True, eq=False)
class Books:
    """Where every free account goes.

    Parameters
    ----------
    assignment
        int32[N]: rep index, −1 for overflow.
    phase
        int8[N]: 2 referring, 3 value, 0 overflow.
    drive_minutes
        int32[N], −1 for overflow.
    num_placed, placed_bound
        Accounts placed, and the proven largest number (maximum flow); equal unless families are kept together
        or books have revenue caps, with which it is the bound of a linear programme.
    objectives
        float[2, 3]: balance, mean drive minutes, moves per cent; row 0 the referring accounts, row 1 the others.
    ranges
        float[2, 3]: what the weighted objective of each phase divides them by.
    families
        What became of each family, where the instance has some.
    is_capped
        bool[N]: without a rep, though one who covers the account has a seat for it: a revenue cap keeps it out.
    """

    assignment: np.ndarray
    phase: np.ndarray
    drive_minutes: np.ndarray
    explanations: Explanations
    certificate: tuple[CertificateLine, ...]
    num_placed: int
    placed_bound: int
    objectives: np.ndarray
    ranges: np.ndarray
    is_capped: np.ndarray
    families: FamilyOutcomes | None = None
