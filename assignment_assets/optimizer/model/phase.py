"""One phase as arrays for the inner loops: accounts to place, eligible edges, loads, targets, reserved seats."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.model.drive_time import edge_minutes
from assignment_assets.optimizer.model.extensions import RevenueCaps
from assignment_assets.optimizer.model.hilbert_curve import along_curve
from assignment_assets.optimizer.model.instance import NO_REP, Instance

OPP_BPS_TAM, VALUE = (0, 1, 2), (3,)


class Edges(NamedTuple):
    """The phase's arrays as the compiled loops take them: contiguous and writable, so that they compile once.

    n accounts, R reps, S states, K measures. `reps[state_start[s]:state_start[s+1]]` cover state s; an account's edges
    are those reps in that order, from `start[account]`; `rank[s, r]` is a rep's place among them, or −1.
    """

    state: np.ndarray  # int32[n]
    start: np.ndarray  # int64[n + 1]
    state_start: np.ndarray  # int32[S + 1]
    reps: np.ndarray  # int32[sum of reps per state]
    rank: np.ndarray  # int32[S, R]
    rep_start: np.ndarray  # int32[R + 1]
    rep_states: np.ndarray  # int32[sum of states per rep]
    minutes: np.ndarray  # uint16[edges]
    owner: np.ndarray  # int32[n], rep or −1
    amount: np.ndarray  # float64[n, K], whole numbers
    base: np.ndarray  # float64[R, K], whole numbers: what the rep holds before the phase
    target: np.ndarray  # float64[R, K]
    seats: np.ndarray  # int64[R]

    @property
    def room(self) -> np.ndarray:
        """float64[R, K]: what a book has left below its target."""
        return np.maximum(self.target - self.base, 0.0)


@dataclass(frozen=True, eq=False)
class Phase:
    """Accounts that must all be placed, the seats they compete for, and the seats that others need later.

    Parameters
    ----------
    name
        `referring` or `value`.
    accounts
        int64[n]: indices into the instance, neighbours on the map beside each other.
    edges
        The arrays of the compiled loops.
    totals
        int64[K]: the sum of each measure over the counted reps' books once everything is placed.
    shares
        int64[R]: integer weights of the targets; target = total · share / sum of shares.
    reserve
        int64[S, R]: one feasible way to seat the accounts that a later phase places; the search may rearrange it by
        state, so that no choice here ever costs a placement there.
    num_driven
        Accounts that the mean drive time is over: those of the phase, and those fixed before (`subproblem`).
    num_owned
        Accounts with an active owner: the denominator of the moves.
    num_always_moved
        Those whose owner is none of the reps, and those fixed elsewhere than with their owner.
    minutes_fixed
        Drive minutes of the accounts fixed before.
    capped
        The arrays with one more measure, where books have revenue caps: the revenue, whose base is that of the fixed
        accounts and whose target is what the phase may add to a book. For the loops that must not exceed it.
    """

    name: str
    accounts: np.ndarray
    edges: Edges
    totals: np.ndarray
    shares: np.ndarray
    reserve: np.ndarray
    num_driven: int
    num_owned: int
    num_always_moved: int
    minutes_fixed: int = 0
    capped: Edges | None = None

    @property
    def searched(self) -> Edges:
        """What the search moves accounts on."""
        return self.edges if self.capped is None else self.capped

    @property
    def is_capped(self) -> bool:
        return self.capped is not None

    @property
    def num_accounts(self) -> int:
        return len(self.accounts)

    @property
    def num_reps(self) -> int:
        return len(self.shares)

    @property
    def num_measures(self) -> int:
        return len(self.totals)


class Before(NamedTuple):
    """What books hold when a phase begins, and what they may take."""

    held: np.ndarray  # int64[R, 4], loads of the kept accounts and of earlier phases
    seats: np.ndarray  # int64[R], of this phase and of the reserve together
    reserve: np.ndarray  # int64[S, R], a feasible seating of later phases' accounts within `seats`
    room: np.ndarray | None = None  # int64[R] ≥ 0, revenue that the phase may add, where the instance has caps


def build_phase(
    instance: Instance,
    name: str,
    accounts: np.ndarray,
    measures: tuple[int, ...],
    before: Before,
    usable: np.ndarray | None = None,
) -> Phase:
    """The phase that places `accounts`.

    Parameters
    ----------
    measures
        Which of opp_count, bps, tam, value are balanced.
    before
        What books hold, and what they may take.
    usable
        bool[R, S]: the only pairs of rep and state that the phase may use; all that are covered, unless given.
    """
    amount = np.column_stack([instance.measures, instance.value])[np.ix_(accounts, measures)]
    shares = instance.shares
    counted = shares > 0
    base = np.where(counted[:, None], before.held[:, measures], 0)
    totals = base.sum(axis=0) + amount.sum(axis=0)
    target = np.outer(shares, totals) / max(int(shares.sum()), 1)
    has_owner = instance.has_owner[accounts]
    owner = np.where(has_owner, instance.owner[accounts], NO_REP).astype(np.int32)
    phase = Phase(
        name=name,
        accounts=accounts,
        totals=totals,
        shares=shares,
        reserve=before.reserve,
        num_driven=len(accounts),
        num_owned=int(has_owner.sum()),
        num_always_moved=int((has_owner & (owner == NO_REP)).sum()),
        edges=Edges(
            **_pairs(instance, accounts, instance.covers if usable is None else usable),
            owner=owner,
            **{
                name: np.array(a, dtype=np.float64, order="C")
                for name, a in (("amount", amount), ("base", base), ("target", target))
            },
            seats=before.seats.copy(),
        ),
    )
    if before.room is None:
        return phase
    return replace(phase, capped=_with_revenue(phase.edges, instance.caps, accounts, before.room))


def by_place(instance: Instance, which: np.ndarray) -> np.ndarray:
    """int64[n]: the accounts that are meant (bool[N]), in the order that a phase has them in: along the map."""
    accounts = np.flatnonzero(which)
    return accounts[along_curve(instance.account_latitude[accounts], instance.account_longitude[accounts])]


def opened(phase: Phase, instance: Instance) -> Phase:
    """The phase with every covered pair of rep and state; itself where it has them all."""
    if np.array_equal(phase.edges.rank >= 0, instance.covers.T):
        return phase
    pairs = _pairs(instance, phase.accounts, instance.covers)
    capped = None if phase.capped is None else phase.capped._replace(**pairs)
    return replace(phase, edges=phase.edges._replace(**pairs), capped=capped)


def _pairs(instance: Instance, accounts: np.ndarray, usable: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of `Edges` that depend on who may hold accounts of which state."""
    state_start, reps, rank = _by_state(usable)
    rep_start, rep_states, _ = _by_state(usable.T)
    state = instance.account_state[accounts]
    start = np.zeros(len(accounts) + 1, dtype=np.int64)
    np.cumsum(np.diff(state_start)[state], out=start[1:])
    radians = [
        np.radians(a)
        for a in (
            instance.account_latitude[accounts],
            instance.account_longitude[accounts],
            instance.rep_latitude,
            instance.rep_longitude,
        )
    ]
    minutes = edge_minutes(state, *radians, state_start, reps, start)
    return {
        "state": state,
        "start": start,
        "state_start": state_start,
        "reps": reps,
        "rank": rank,
        "rep_start": rep_start,
        "rep_states": rep_states,
        "minutes": minutes,
    }


def _with_revenue(edges: Edges, caps: RevenueCaps, accounts: np.ndarray, room: np.ndarray) -> Edges:
    columns = (caps.revenue[accounts], np.zeros(len(room)), room)
    amount, base, target = (
        np.ascontiguousarray(np.column_stack([figures, column]), dtype=np.float64)
        for figures, column in zip((edges.amount, edges.base, edges.target), columns, strict=True)
    )
    return edges._replace(amount=amount, base=base, target=target)


def _by_state(covers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """CSR of the rows that cover each column, and each row's place in it (−1 where it does not)."""
    columns, rows = np.nonzero(covers.T)
    start = np.zeros(covers.shape[1] + 1, dtype=np.int32)
    np.cumsum(covers.sum(axis=0), out=start[1:])
    place = np.full(covers.T.shape, -1, dtype=np.int32)
    place[columns, rows] = np.arange(len(rows)) - start[columns]
    return start, rows.astype(np.int32), place
