"""What may be asked of the books besides seats and states: families kept together, caps on revenue."""

from dataclasses import dataclass

import numpy as np

from assignment_assets.domain.errors import Fault

WHOLE, SPLIT, NO_BOOK, NO_SEAT = "whole", "split", "no_book", "no_seat"
NO_CAP = 2**52  # cents: room for everything


@dataclass(frozen=True, eq=False)
class Families:
    """Accounts that go to one rep together: a parent and its subsidiaries.

    F families. A family is of free accounts; members that are kept elsewhere only show in its anchor.

    Parameters
    ----------
    member
        int[N]: the account's family, −1 where it has none.
    anchor
        int[F]: the rep who keeps other members of the family and so has to take these, −1 where nobody does.
    may_split
        What becomes of a family that no rep can hold whole: its members are placed one by one (true), or all of them
        overflow.
    """

    member: np.ndarray
    anchor: np.ndarray
    may_split: bool = True

    def __post_init__(self) -> None:
        for name in ("member", "anchor"):
            array = np.array(getattr(self, name), dtype=np.int32)
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def num_families(self) -> int:
        return len(self.anchor)

    def faults(self, num_accounts: int, num_reps: int) -> list[Fault]:
        """What does not fit the instance that these families are of."""
        faults = []
        if self.member.shape != (num_accounts,):
            faults.append(Fault("instance.families", f"{len(self.member)} members", f"{num_accounts}, one an account"))
        if ((self.member < -1) | (self.member >= self.num_families)).any():
            faults.append(Fault("instance.families", f"family {self.member.max()}", f"−1 to {self.num_families - 1}"))
        if ((self.anchor < -1) | (self.anchor >= num_reps)).any():
            faults.append(Fault("instance.families", f"anchor {self.anchor.max()}", f"−1 to {num_reps - 1}"))
        return faults


@dataclass(frozen=True, eq=False)
class RevenueCaps:
    """How much revenue each book may still take.

    Parameters
    ----------
    revenue
        int[N] ≥ 0, cents.
    room
        int[R] ≥ 0, cents: the book's cap less what the rep keeps; 0 where that is above the cap already.
    cap
        int[R] ≥ 0, cents; `NO_CAP` where the rep has none.
    above
        int[R] ≥ 0, cents: by how much what the rep keeps is above the cap. Nothing that is placed can mend that, so
        such a rep is to have no seats.
    """

    revenue: np.ndarray
    room: np.ndarray
    cap: np.ndarray
    above: np.ndarray

    def __post_init__(self) -> None:
        for name in ("revenue", "room", "cap", "above"):
            array = np.array(getattr(self, name), dtype=np.int64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def faults(self, num_accounts: int, num_reps: int) -> list[Fault]:
        """What does not fit the instance that these caps are of."""
        faults = []
        for name, length in (("revenue", num_accounts), ("room", num_reps), ("cap", num_reps), ("above", num_reps)):
            figures = getattr(self, name)
            if figures.shape != (length,):
                faults.append(Fault(f"instance.caps.{name}", f"{len(figures)} figures", f"{length}"))
            if (figures < 0).any():
                faults.append(Fault(f"instance.caps.{name}", f"{figures.min()}", "0 or more"))
        if float(self.revenue.sum(dtype=np.float64)) >= 2.0**53:
            faults.append(Fault("instance.caps.revenue", "a total of 2^53 or more", "less", "Use a coarser unit."))
        return faults


@dataclass(frozen=True, eq=False)
class FamilyOutcomes:
    """What became of each family.

    Parameters
    ----------
    outcome
        F codes: `whole` (in one book), `split` (no rep can hold it whole; its members went one by one), `no_book` (no
        rep can; all of it overflows), `no_seat` (none of its members is among the accounts that have a seat).
    rep
        int32[F]: who holds it, −1 where it is not whole.
    """

    outcome: tuple[str, ...]
    rep: np.ndarray
