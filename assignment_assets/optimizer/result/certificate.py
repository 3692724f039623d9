"""What can be proven about the result: seats, bounds, gaps, and the overflow that nobody can avoid."""

from collections.abc import Iterator

import numpy as np

from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.model.eligibility_classes import plain_class
from assignment_assets.optimizer.model.extensions import NO_BOOK, NO_CAP, NO_SEAT, SPLIT, WHOLE, FamilyOutcomes
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.objectives import book_loads
from assignment_assets.optimizer.model.solution import CertificateLine
from assignment_assets.optimizer.seats.max_flow import Selection

OBJECTIVES = ("balance", "drive_minutes", "moves_pct")
MEASURES = {"referring": ("opp_count", "bps", "tam"), "value": ("value",)}
PEOPLE_SAY = {"opp_count": "opportunities differ", "bps": "BPS differ", "tam": "TAM differs", "value": "value differs"}
"""Measure → its name and its verb."""
ACCOUNTS = {"referring": "referring accounts", "value": "other accounts"}
FOUND = {
    ("referring", "balance"): "On average {:.2f} % of opportunities, BPS and TAM sit in the wrong book",
    ("value", "balance"): "{:.2f} % of the value sits in the wrong book",
    ("referring", "drive_minutes"): "The mean drive to a referring account takes {:.2f} minutes",
    ("value", "drive_minutes"): "The mean drive to any other account takes {:.2f} minutes",
    ("referring", "moves_pct"): "{:.2f} % of the referring accounts with an owner move to another rep",
    ("value", "moves_pct"): "{:.2f} % of the other accounts with an owner move to another rep",
}
"""Phase and objective → what was found, in words."""


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
        _gap(placed, most) if placed < most else 0.0,
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
            _gap(total - placed, wanting - seats),
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


def certify_families(families: FamilyOutcomes | None) -> Iterator[CertificateLine]:
    """How many families are whole, and how many of the others have which end."""
    if families is None:
        return
    every, whole = len(families.outcome), families.outcome.count(WHOLE)
    yield CertificateLine(
        "families",
        "whole",
        None,
        whole,
        every,
        _gap(whole, every),
        f"{whole:,} of {every:,} families are in one book each.",
    )
    for outcome, words in (
        (SPLIT, "fit into no receiving rep's states and seats whole; their members were placed one by one"),
        (NO_BOOK, "fit into no receiving rep's states and seats whole; they go to Inside Sales"),
        (NO_SEAT, "have no member among the accounts that have a seat; they go to Inside Sales"),
    ):
        count = families.outcome.count(outcome)
        if count:
            yield CertificateLine("families", outcome, None, count, None, None, f"{count:,} families {words}.")


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


def certify_phase(
    problem: NormalisedProblem, assignment: np.ndarray, objectives: np.ndarray, weights: np.ndarray, bound: float
) -> Iterator[CertificateLine]:
    """Each objective against its own proven bound, the weighted one against its own, and the spread of the books.

    Parameters
    ----------
    assignment
        int32[n].
    objectives
        float64[3] of the assignment.
    weights
        float64[3]: the configured weights, summing to 1.
    bound
        Proven bound of the weighted objective over normalised ranges, ideal point included.
    """
    phase = problem.phase
    for metric, found, ideal in zip(OBJECTIVES, objectives, problem.ideal, strict=True):
        unit = " minutes" if metric == "drive_minutes" else " %"
        yield CertificateLine(
            phase.name,
            metric,
            None,
            float(found),
            float(ideal),
            _gap(found, ideal),
            f"{FOUND[phase.name, metric].format(found)}; less than {ideal:.2f}{unit} is impossible, whatever the other "
            "two aims.",
        )
    weighted = float(weights @ (objectives / problem.ranges))
    offset = problem.offset(weights)
    gap, strict = _gap(weighted, bound), _gap(weighted - offset, bound - offset)
    ratio = " : ".join(f"{100 * weight:.0f}" for weight in weights)
    yield CertificateLine(
        phase.name,
        "weighted",
        None,
        weighted,
        bound,
        gap,
        f"Balance, drive time and moves of the {ACCOUNTS[phase.name]}, weighted {ratio} and each over its range, are "
        f"together {_per_cent(gap)} above the proven bound"
        f"{'' if strict is None else f', {strict:.2f} % when measured from the ideal point'}.",
    )
    loads = book_loads(phase, assignment)[0][phase.shares > 0]
    fair = phase.edges.target[phase.shares > 0]
    for k, measure in enumerate(MEASURES[phase.name]):
        if not len(loads) or phase.totals[k] == 0:
            continue
        relative = loads[:, k] / fair[:, k]
        spread, width = 100.0 * float(relative.std()), 100.0 * float(relative.max() - relative.min())
        yield CertificateLine(
            phase.name,
            f"{measure}_cv",
            None,
            spread,
            None,
            None,
            f"From book to book {PEOPLE_SAY[measure]} by {spread:.1f} % of a fair share (standard deviation).",
        )
        yield CertificateLine(
            phase.name,
            f"{measure}_max_min",
            None,
            width,
            None,
            None,
            f"Between the book with the most {PEOPLE_SAY[measure].split()[0]} and the one with the "
            f"least lie {width:.1f} % of a fair share.",
        )


def _gap(found: float, bound: float) -> float | None:
    return 100.0 * (float(found) / float(bound) - 1.0) if bound > 1e-12 else None


def _per_cent(gap: float | None) -> str:
    return "at no distance that can be given" if gap is None else f"{gap:.2f} %"
