"""The certificate: what can be proven about the books, line by line, as sentences."""

from collections.abc import Iterator

import numpy as np

from assignment_assets.optimizer.bounds.proof import Proof
from assignment_assets.optimizer.extensions.relaxation import Relaxation
from assignment_assets.optimizer.model.extensions import NO_BOOK, NO_SEAT, SPLIT, WHOLE, FamilyOutcomes
from assignment_assets.optimizer.model.objectives import book_loads
from assignment_assets.optimizer.model.solution import CertificateLine
from assignment_assets.optimizer.result.seat_certificate import certify_caps, certify_overrides, certify_seats, gap_pct

OBJECTIVES = ("balance", "drive_minutes", "moves_pct")
MEASURES = {"referring": ("opp_count", "bps", "tam"), "value": ("value",)}
PEOPLE_SAY = {"opp_count": "opportunities differ", "bps": "BPS differ", "tam": "TAM differs", "value": "value differs"}
"""Measure → its name and its verb."""
ACCOUNTS = {"referring": "referring accounts", "value": "other accounts"}
FOUND = {
    ("referring", "balance"): "The imbalance of opportunities, BPS and TAM is {:.2f} % on average",
    ("value", "balance"): "The imbalance of value is {:.2f} %",
    ("referring", "drive_minutes"): "The mean drive to a referring account takes {:.2f} minutes",
    ("value", "drive_minutes"): "The mean drive to any other account takes {:.2f} minutes",
    ("referring", "moves_pct"): "{:.2f} % of the referring accounts with an owner move to another rep",
    ("value", "moves_pct"): "{:.2f} % of the other accounts with an owner move to another rep",
}
"""Phase and objective → what was found, in words."""


def certify(
    relaxation: Relaxation,
    assignment: np.ndarray,
    is_capped: np.ndarray,
    proofs: tuple[Proof, Proof],
    objectives: np.ndarray,
) -> tuple[CertificateLine, ...]:
    """Every line: seats, overrides, families, revenue caps, then both phases.

    Parameters
    ----------
    is_capped
        bool[N]: the accounts that only revenue keeps out.
    objectives
        float64[2, 3]: those of both phases' books.
    """
    lines = [
        *certify_seats(relaxation.relaxed, relaxation.largest, assignment >= 0, relaxation.most),
        *certify_overrides(relaxation.relaxed, assignment),
        *certify_families(relaxation.families),
        *certify_caps(relaxation.searched, assignment, is_capped),
    ]
    for proof, found in zip(proofs, objectives, strict=True):
        lines += certify_phase(proof, assignment[proof.problem.phase.accounts], found)
    return tuple(lines)


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
        gap_pct(whole, every),
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


def certify_phase(proof: Proof, assignment: np.ndarray, objectives: np.ndarray) -> Iterator[CertificateLine]:
    """Each objective against its own proven bound, the weighted one against its own, and the spread of the books.

    Parameters
    ----------
    assignment
        int32[n].
    objectives
        float64[3] of the assignment.
    """
    problem, weights, bound = proof.problem, proof.direction, proof.duals.bound
    phase = problem.phase
    for metric, found, ideal in zip(OBJECTIVES, objectives, problem.ideal, strict=True):
        unit = " minutes" if metric == "drive_minutes" else " %"
        yield CertificateLine(
            phase.name,
            metric,
            None,
            float(found),
            float(ideal),
            gap_pct(found, ideal),
            f"{FOUND[phase.name, metric].format(found)}; less than {ideal:.2f}{unit} is impossible, whatever the other "
            "two aims.",
        )
    weighted = float(weights @ (objectives / problem.ranges))
    offset = problem.offset(weights)
    gap, strict = gap_pct(weighted, bound), gap_pct(weighted - offset, bound - offset)
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


def _per_cent(gap: float | None) -> str:
    return "at no distance that can be given" if gap is None else f"{gap:.2f} %"
