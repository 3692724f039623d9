"""How many of a cycle's accounts are in place with their new owner, and how many were given back: for every surface."""

from dataclasses import dataclass
from typing import Self

import polars as pl

BY_HAND = ("loaded", "confirmed")
"""Outcomes that nobody read back: a result file of the user's system says so, or a person who signed that they loaded
it."""
MOVED = ("verified", "skipped_already", *BY_HAND)
"""Outcomes of a write after which the account has its new owner."""
GIVEN_BACK = "given_back"
"""The outcome of a rollback: the account was written, and has its earlier owner again."""


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
