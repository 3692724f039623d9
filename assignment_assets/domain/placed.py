"""What the outcomes of writes mean, and how many of a cycle's accounts are in place: for every surface."""

from dataclasses import dataclass
from typing import Self

import polars as pl

READ_BACK = ("verified", "skipped_already")
"""Outcomes of a write after which the account was read with its new owner."""
BY_HAND = ("loaded", "confirmed")
"""Outcomes that nobody read back: a result file of the user's system says so, or a person who signed that they loaded
it."""
MOVED = (*READ_BACK, *BY_HAND)
"""Outcomes of a write after which the account has its new owner."""
GIVEN_BACK = "given_back"
"""The outcome of a rollback: the account was written, and has its earlier owner again."""
LEFT_ALONE = ("drift", "drift_rule", "gone", "left_out")
"""Outcomes after which the account keeps the owner that it was found with."""
ENDED = (*MOVED, *LEFT_ALONE, GIVEN_BACK)
"""Outcomes after which nothing of an account is written or loaded any more."""
UNENDED = ("deferred", "failed", "unknown", "held", "not_visible")
"""Outcomes after which a move still waits: for a seat, for another try, for a look, for a decision."""


@dataclass(frozen=True)
class Placed:
    """What a cycle's writes have come to, a rollback included."""

    in_place: int
    given_back: int

    @classmethod
    def of(cls, log: pl.DataFrame) -> Self:
        """What WRITE_BACK_LOG, or the last line of it on each account, comes to."""
        last = log.sort("sign_off_no", "attempt").group_by("account_id", maintain_order=True).last()
        outcome = last["outcome"]
        return cls(int(outcome.is_in(MOVED).sum()), int((outcome == GIVEN_BACK).sum()))

    def __str__(self) -> str:
        back = f", {self.given_back:,} given back" if self.given_back else ""
        return f"{self.in_place:,} in place{back}"
