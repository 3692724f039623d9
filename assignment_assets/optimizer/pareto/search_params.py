"""How a front is searched: the sweep of the lattice, the walks between neighbours, the polishes of the knee."""

from dataclasses import dataclass

from assignment_assets.optimizer.model.knobs import (
    NOT_NEGATIVE,
    ONE_OR_MORE,
    POSITIVE,
    PROBABILITY,
    SHARE,
    Knobs,
    Range,
    knob,
)


@dataclass(frozen=True)
class SweepParams(Knobs):
    """How the lattice is walked first."""

    ranges: int = knob(4, ONE_OR_MORE, "ranges of the lattice, one a worker; more workers in the sweep, other seeds")
    temperature: float = knob(0.7, NOT_NEGATIVE, "first temperature of the sweep's bursts; wider seeds")


@dataclass(frozen=True)
class WalkParams(Knobs):
    """How children are made."""

    children: int = knob(8, ONE_OR_MORE, "children a walk; fewer, longer walks")
    mates: int = knob(8, ONE_OR_MORE, "neighbours that a walk disagrees with, at most; larger subproblems")
    reach: float = knob(3.0, POSITIVE, "how far a walk leads, in cells of the lattice; longer steps between children")
    fresh_rate: float = knob(0.15, PROBABILITY, "of the walks that search all candidates first; dearer generations")
    fresh_temperature: float = knob(0.3, NOT_NEGATIVE, "of a fresh walk's first burst; more new, less good")
    first_length: float = knob(0.5, POSITIVE, "a walk's first search over a burst's length; dearer children")
    first_temperature: float = knob(0.05, NOT_NEGATIVE, "its temperature; wider children")
    step_length: float = knob(0.125, POSITIVE, "a walk's other searches over a burst's length; dearer children")
    step_temperature: float = knob(0.015, NOT_NEGATIVE, "their temperature; wider children")
    disagreeing: float = knob(0.35, SHARE, "accounts of a walk, as proposals are counted; polishes are due earlier")


@dataclass(frozen=True)
class PolishParams(Knobs):
    """How the knee is searched longest."""

    temperature: float = knob(3.0, NOT_NEGATIVE, "first temperature of its searches; needs longer polishes")
    search_sweeps: float = knob(800, ONE_OR_MORE, "sweeps of a polish for one search; fewer, longer searches")
    most_searches: int = knob(8, ONE_OR_MORE, "searches of a polish; more to merge")
    merging_sweeps: float = knob(200, NOT_NEGATIVE, "of each search on what they disagree about; better merges")
    merging_temperature: float = knob(1.0, NOT_NEGATIVE, "its first temperature; wider merges")
    merge_within: float = knob(2.0, ONE_OR_MORE, "times the best search's gap: who is merged; poorer ones as well")
    share: float = knob(0.28, Range(0, 0.99), "of all proposals, the knee's; a smaller gap there, a thinner front")
    growth: float = knob(2.0, ONE_OR_MORE, "each polish over the last; fewer, longer polishes")


@dataclass(frozen=True)
class SearchParams(Knobs):
    """All of them, and what every worker keeps."""

    sweep: SweepParams = SweepParams()
    walk: WalkParams = WalkParams()
    polish: PolishParams = PolishParams()
    candidate_bytes: int = knob(150_000_000, NOT_NEGATIVE, "candidate lists kept; memory for fewer rebuilds")


SEARCH = SearchParams()
