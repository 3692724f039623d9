"""What can be proven about seats: how many are placed, and the overflow that nobody can avoid; overrides and caps."""

from collections.abc import Iterator

import numpy as np

from assignment_assets.optimizer.model.eligibility_classes import plain_class
from assignment_assets.optimizer.model.extensions import NO_CAP
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.solution import CertificateLine
from assignment_assets.optimizer.seats.max_flow import Selection


def certify_seats(
    instance: Instance, selection: Selection, is_placed: np.ndarray, most: int
) -> Iterator[CertificateLine]:
    """Placed against the largest possible number, the overflow that is left, and each state that has some.

    `selection` is the largest by seats alone, `most` bounds it where there are revenue caps; `is_placed` (bool[N]) are
    those that have a rep.

    The proof is a cut: the states that share tight reps, all their accounts, and all the seats of the reps who cover
    any of them. What is above those seats has no seat in any assignment.
    """
    placed, total = int(is_placed.sum()), instance.num_accounts
    proven = (
        "no assignment gives more of them one"
        if placed == most
        else (f"no assignment, even with families apart, gives more than {most:,} of them one")
    )
    yield CertificateLine(
        "seats",
        "placed",
        None,
        placed,
        most,
        gap_pct(placed, most) if placed < most else 0.0,
        f"{placed:,} of {total:,} free accounts have a seat; {proven}.",
    )
    tight = tight_states(instance, selection)
    wanting = int(np.isin(instance.account_state, np.flatnonzero(tight)).sum())
    seats = int(instance.seats[instance.covers[:, tight].any(axis=1)].sum())
    if wanting > seats:
        names = ", ".join(_named(instance, tight))
        yield CertificateLine(
            "seats",
            "least_overflow",
            None,
            total - placed,
            wanting - seats,
            gap_pct(total - placed, wanting - seats),
            f"{names} have {wanting:,} free accounts; everybody who covers one of them has {seats:,} seats together: "
            f"at least {wanting - seats:,} accounts go to Inside Sales.",
        )
    plain = plain_class(instance.states)
    state_of = plain[instance.account_state]
    overflowing = np.bincount(state_of[~is_placed], minlength=instance.num_states)
    in_state = np.bincount(state_of, minlength=instance.num_states)
    for state in np.flatnonzero(overflowing):
        name, count, over = instance.states[state], int(in_state[state]), int(overflowing[state])
        is_covered = instance.covers[:, plain == state].any()
        why = f"{count - over:,} seats were left for it" if is_covered else "nobody covers the state"
        yield CertificateLine(
            "seats",
            "overflow",
            name,
            over,
            None,
            None,
            f"{name}: {count:,} free accounts, {why}, {over:,} go to Inside Sales.",
        )


def certify_overrides(instance: Instance, assignment: np.ndarray) -> Iterator[CertificateLine]:
    """How many accounts are held outside covered states, where anybody may."""
    plain = plain_class(instance.states)
    if (plain == np.arange(instance.num_states)).all():
        return
    placed = np.flatnonzero(assignment >= 0)
    state_of = plain[instance.account_state]
    used = int((~instance.covers[assignment[placed], state_of[placed]]).sum())
    allowed = int((state_of != instance.account_state).sum())
    yield CertificateLine(
        "seats",
        "coverage_overrides",
        None,
        used,
        None,
        None,
        f"{used:,} of {allowed:,} accounts that have a coverage override are with a rep who may hold them by it alone.",
    )


def certify_caps(instance: Instance, assignment: np.ndarray, is_capped: np.ndarray) -> Iterator[CertificateLine]:
    """How full of revenue the books are, whom that kept out, and who keeps more than their cap allows."""
    caps = instance.caps
    if caps is None:
        return
    out = int(is_capped.sum())
    yield CertificateLine(
        "seats",
        "kept_out_by_revenue",
        None,
        out,
        None,
        None,
        f"{out:,} accounts have no rep because of revenue caps alone: somebody who covers them has a "
        "seat, and no room for their revenue.",
    )
    placed = np.flatnonzero(assignment >= 0)
    added = np.bincount(assignment[placed], caps.revenue[placed], minlength=instance.num_reps)
    meant = (caps.above == 0) & (caps.cap > 0) & (caps.room < NO_CAP // 2)
    if meant.any():
        filled = 100.0 * float((1.0 - (caps.room[meant] - added[meant]) / caps.cap[meant]).max())
        yield CertificateLine(
            "seats",
            "fullest_of_revenue",
            None,
            filled,
            100.0,
            None,
            f"The book nearest its revenue cap is filled to {filled:.1f} % of it.",
        )
    for rep in np.flatnonzero(caps.above):
        yield CertificateLine(
            "seats",
            "kept_above_cap",
            None,
            caps.above[rep] / 100.0,
            None,
            None,
            f"What {instance.rep_ids[rep]} keeps is ${caps.above[rep] / 100:,.0f} above the revenue cap of "
            f"${caps.cap[rep] / 100:,.0f} already; nothing is added to it.",
        )


def _named(instance: Instance, classes: np.ndarray) -> Iterator[str]:
    """The states of the classes (bool[S]); with how many of their accounts are meant, where it is not all."""
    plain = plain_class(instance.states)
    heads = np.bincount(instance.account_state, minlength=instance.num_states)
    for state in np.unique(plain[classes]):
        meant, every = int(heads[classes & (plain == state)].sum()), int(heads[plain == state].sum())
        yield instance.states[state] + (f" ({meant:,} of its {every:,} accounts)" if meant < every else "")


def tight_states(instance: Instance, selection: Selection) -> np.ndarray:
    """bool[S]: the classes from which no path leads to a free seat, those with overflow and all that they reach."""
    reached = selection.is_tight.copy()
    while True:
        reps = instance.covers[:, reached].any(axis=1)
        grown = reached | (selection.flow[:, reps] > 0).any(axis=1)
        if (grown == reached).all():
            return reached
        reached = grown


def gap_pct(found: float, bound: float) -> float | None:
    """How far a figure is above its bound, in per cent; none above a bound of zero."""
    return 100.0 * (float(found) / float(bound) - 1.0) if bound > 1e-12 else None
