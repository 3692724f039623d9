"""One assignment problem as arrays: who may hold which account, and what each choice weighs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from math import gcd

import numpy as np

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.optimizer.model.extensions import Families, RevenueCaps

LARGEST_EXACT = 2**53  # whole numbers below it are exact in float64
NO_REP = -1
MOST_REPS = 32_767  # archive and columns keep 16 bits of a rep


@dataclass(frozen=True, eq=False)
class Instance:
    """Free accounts, the reps who may receive them, and what those reps hold already.

    N accounts, R reps, S states. Arrays are copied to the types below and made read-only.

    Parameters
    ----------
    account_ids
        N ids in ascending order.
    rep_ids
        R ids in ascending order.
    states
        S labels of the classes of accounts that the same reps may hold. A class is a state; accounts that further reps
        may hold by an override have classes of their own, after the states, under their state's name. A class may have
        no account and no rep.
    account_state
        int[N], index into `states`.
    covers
        bool[R, S], rep may hold accounts of the state (hard).
    seats
        int[R] ≥ 0: capacity minus what is locked or fixed; 0 for a rep who receives nothing.
    is_referring
        bool[N], phase 2's accounts; the others are phase 3's.
    measures
        int[N, 3] ≥ 0: opp_count, bps, tam.
    value
        int[N] ≥ 0.
    owner
        int[N]: index of the current owner among the reps, −1 when it is none of them.
    has_owner
        bool[N]: somebody active owns the account, so that giving it to anybody else counts as a move.
    base_load
        int[R, 4] ≥ 0: opp_count, bps, tam and value of the accounts that the rep keeps outside this problem.
    weight
        int[R] ≥ 0: the rep's share of the targets (equal for full reps, smaller while ramping). A rep with 0 takes no
        part in the targets and their loads are not counted.
    performance
        float[R], higher is better, no nulls.
    account_latitude, account_longitude
        float[N], degrees.
    rep_latitude, rep_longitude
        float[R], degrees.
    families
        Accounts that go to one rep together; none unless they are asked for.
    caps
        Caps on the books' revenue; none unless they are asked for.

    Raises
    ------
    InvalidInput
        With every fault: wrong lengths, indexes out of range, ids not ascending, negative figures, coordinates that
        are not on the globe, totals too large for exact arithmetic.
    """

    account_ids: Sequence[str]
    rep_ids: Sequence[str]
    states: Sequence[str]
    account_state: np.ndarray
    covers: np.ndarray
    seats: np.ndarray
    is_referring: np.ndarray
    measures: np.ndarray
    value: np.ndarray
    owner: np.ndarray
    has_owner: np.ndarray
    base_load: np.ndarray
    weight: np.ndarray
    performance: np.ndarray
    account_latitude: np.ndarray
    account_longitude: np.ndarray
    rep_latitude: np.ndarray
    rep_longitude: np.ndarray
    families: Families | None = None
    caps: RevenueCaps | None = None

    def __post_init__(self) -> None:
        for name in ("account_ids", "rep_ids", "states"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        n, r, s = self.num_accounts, self.num_reps, self.num_states
        faults: list[Fault] = []
        for name, (dtype, shape) in _arrays(n, r, s).items():
            array = np.array(getattr(self, name), dtype=dtype, order="C")
            if array.size == 0 and 0 in shape:
                array = array.reshape(shape)
            if array.shape != shape:
                faults.append(Fault(f"instance.{name}", f"shape {array.shape}", f"shape {shape}"))
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        for extension in (self.families, self.caps):
            if extension is not None:
                faults += extension.faults(n, r)
        if not faults:
            faults = _content_faults(self)
        if faults:
            raise InvalidInput("instance", faults)

    @property
    def num_accounts(self) -> int:
        return len(self.account_ids)

    @property
    def num_reps(self) -> int:
        return len(self.rep_ids)

    @property
    def num_states(self) -> int:
        return len(self.states)

    @property
    def referring_accounts(self) -> np.ndarray:
        """int[n_referring]: the indices of phase 2's accounts, in order; columns of `ReferringFront.assignments`."""
        return np.flatnonzero(self.is_referring)

    @property
    def shares(self) -> np.ndarray:
        """int[R]: the weights divided by their greatest common divisor."""
        divisor = reduce(gcd, (int(w) for w in self.weight), 0)
        return self.weight // max(divisor, 1)


def _arrays(n: int, r: int, s: int) -> dict[str, tuple[type, tuple[int, ...]]]:
    return {
        "account_state": (np.int32, (n,)),
        "covers": (np.bool_, (r, s)),
        "seats": (np.int64, (r,)),
        "is_referring": (np.bool_, (n,)),
        "measures": (np.int64, (n, 3)),
        "value": (np.int64, (n,)),
        "owner": (np.int32, (n,)),
        "has_owner": (np.bool_, (n,)),
        "base_load": (np.int64, (r, 4)),
        "weight": (np.int64, (r,)),
        "performance": (np.float64, (r,)),
        "account_latitude": (np.float64, (n,)),
        "account_longitude": (np.float64, (n,)),
        "rep_latitude": (np.float64, (r,)),
        "rep_longitude": (np.float64, (r,)),
    }


def _content_faults(instance: Instance) -> list[Fault]:
    faults = []

    def demand(holds: np.ndarray, name: str, ids: Sequence[str], expected: str) -> None:
        wrong = np.flatnonzero(~(holds if holds.ndim == 1 else holds.all(axis=1)))
        if len(wrong):
            first = ", ".join(str(ids[row]) for row in wrong[:5])
            more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
            faults.append(Fault(f"instance.{name}", f"other figures for {first}{more}", expected))

    for name in ("account_ids", "rep_ids"):
        ids = getattr(instance, name)
        if any(a >= b for a, b in pairwise(ids)):
            faults.append(Fault(f"instance.{name}", "ids out of order or twice", "ascending, each once", "Sort them."))
    accounts, reps = instance.account_ids, instance.rep_ids
    if len(reps) > MOST_REPS:
        faults.append(Fault("instance.rep_ids", f"{len(reps)} reps", f"at most {MOST_REPS}", "Solve regions apart."))
    state, owner = instance.account_state, instance.owner
    demand((state >= 0) & (state < instance.num_states), "account_state", accounts, "an index into states")
    demand((owner >= NO_REP) & (owner < instance.num_reps), "owner", accounts, "a rep's index, or −1")
    for name in ("measures", "value"):
        demand(getattr(instance, name) >= 0, name, accounts, "0 or more")
    for name in ("seats", "base_load", "weight"):
        demand(getattr(instance, name) >= 0, name, reps, "0 or more")
    demand((instance.seats == 0) | (instance.weight > 0), "weight", reps, "more than 0 for a rep who has seats")
    demand(np.isfinite(instance.performance), "performance", reps, "a number")
    for name, ids, limit in (
        ("account_latitude", accounts, 90),
        ("account_longitude", accounts, 180),
        ("rep_latitude", reps, 90),
        ("rep_longitude", reps, 180),
    ):
        demand(np.abs(getattr(instance, name)) <= limit, name, ids, f"degrees between −{limit} and {limit}")
    for name, totals in (
        ("measures", instance.measures.sum(axis=0, dtype=np.float64)),
        ("value", instance.value.sum(dtype=np.float64)),
        ("base_load", instance.base_load.sum(axis=0, dtype=np.float64)),
    ):
        if (
            np.max(totals, initial=0.0) * max(float(instance.shares.sum()), 1.0) >= 2.0**62
            or np.max(totals, initial=0.0) >= LARGEST_EXACT
        ):
            faults.append(
                Fault(
                    f"instance.{name}",
                    f"a total of {np.max(totals):.3g}",
                    "totals below 2^53, and below 2^62 when multiplied by the sum of the weights",
                    "Use a coarser unit.",
                )
            )
    return faults
