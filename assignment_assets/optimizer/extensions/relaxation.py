"""The problem as it is searched, beside the problem without its extensions, in which bounds are proven."""

from dataclasses import dataclass, replace

import numpy as np

from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.bounds.proof import direction_of
from assignment_assets.optimizer.extensions.families import keep_together
from assignment_assets.optimizer.extensions.revenue_caps import seat_referring
from assignment_assets.optimizer.model.extensions import FamilyOutcomes
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.pareto.front import ReferringFront
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.phases.value import value_phase
from assignment_assets.optimizer.seats.cap_bound import most_within_caps
from assignment_assets.optimizer.seats.max_flow import Selection, select_seats, usable_pairs


@dataclass(frozen=True, eq=False)
class Relaxation:
    """What is searched, and what is proven.

    Parameters
    ----------
    searched, selection
        The problem with families in place, and who has a seat in it, within revenue caps where there are some.
    relaxed
        The same accounts and reps without extensions; whatever holds for all its books holds for all of ours.
    largest
        The largest set of accounts that fits there. In the base model these are `searched` and `selection` themselves.
    most
        No books within seats, states and revenue caps place more accounts.
    is_given
        bool[N]: accounts whose rep is fixed, as members of a family.
    families
        What became of each family, if there are any.
    """

    searched: Instance
    selection: Selection
    relaxed: Instance
    largest: Selection
    most: int
    is_given: np.ndarray
    families: FamilyOutcomes | None = None

    @property
    def is_base(self) -> bool:
        """No extension is in use."""
        return self.searched is self.relaxed


def relax(instance: Instance, settings: Settings) -> Relaxation:
    """The problem to search; the same instance and settings give the same."""
    is_given = np.zeros(instance.num_accounts, dtype=bool)
    if instance.families is None and instance.caps is None:
        selection = select_seats(instance)
        return Relaxation(instance, selection, instance, selection, selection.num_placed, is_given)
    relaxed, outcomes = replace(instance, families=None, caps=None), None
    largest = selection = select_seats(relaxed)
    most, searched = largest.num_placed, replace(instance, families=None)
    if instance.families is not None:
        searched, selection, outcomes = keep_together(instance, settings)
        is_given = selection.is_placed & (searched.account_state < searched.num_states - relaxed.num_states)
    if instance.caps is not None:
        most = min(most, most_within_caps(instance))
        selection = seat_referring(searched, selection, is_given, settings.seed)
    return Relaxation(searched, selection, relaxed, largest, most, is_given, outcomes)


def relaxed_phases(relaxation: Relaxation, assignment: np.ndarray) -> tuple[tuple[Phase, np.ndarray], ...]:
    """Both phases of finished books without the extensions, each with the books as a start (int32[n]).

    The accounts are those that the books place, so that targets are the same; only the reps to choose from are more.
    """
    relaxed, placed = relaxation.relaxed, assignment >= 0
    first = np.where(relaxed.is_referring, assignment, -1).astype(np.int32)
    flow = _by_state(relaxed, assignment, placed)
    seated = Selection(placed, flow, relaxation.largest.is_tight, usable_pairs(relaxed.covers, flow, relaxed.seats))
    second, _ = referring_phase(relaxed, seated)
    third, _ = value_phase(relaxed, seated, first, _by_state(relaxed, assignment, placed & ~relaxed.is_referring))
    return tuple((phase, assignment[phase.accounts]) for phase in (second, third))


def _by_state(instance: Instance, assignment: np.ndarray, which: np.ndarray) -> np.ndarray:
    flow = np.zeros((instance.num_states, instance.num_reps), dtype=np.int64)
    np.add.at(flow, (instance.account_state[which], assignment[which]), 1)
    return flow


def with_proven_bounds(front: ReferringFront, relaxation: Relaxation, settings: Settings) -> ReferringFront:
    """The front with the ideal, the knee and its bound as the problem without extensions proves them.

    A bound of the problem that was searched would hold for books with these families in these places only.
    """
    relaxed, weights = relaxation.relaxed, direction_of(settings.knee_weights)
    flow = _seating(relaxation)
    usable = usable_pairs(relaxed.covers, flow, relaxed.seats)
    seated = Selection(relaxation.selection.is_placed, flow, relaxation.largest.is_tight, usable)
    phase, _ = referring_phase(relaxed, seated)
    ideal = np.maximum([lower_bound(phase, weigh(phase, unit)).bound for unit in np.eye(3)], 0.0)
    scale = NormalisedProblem(phase, np.minimum(ideal, front.ideal), front.reference)
    bound = lower_bound(phase, scale.weighing(weights)).bound - scale.offset(weights)
    knee = int(np.argmin(scale.normalise(front.objectives) @ weights))
    return replace(front, ideal=scale.ideal, knee=knee, knee_bound=bound)


def _seating(relaxation: Relaxation) -> np.ndarray:
    """int64[S, R]: the selection's flow by the classes of the relaxed problem."""
    added = relaxation.searched.num_states - relaxation.relaxed.num_states
    flow = relaxation.selection.flow[added:].copy()
    pinned = np.flatnonzero(relaxation.selection.is_placed & (relaxation.searched.account_state < added))
    if len(pinned):
        reps = relaxation.searched.covers[:, relaxation.searched.account_state[pinned]].argmax(axis=0)
        np.add.at(flow, (relaxation.relaxed.account_state[pinned], reps), 1)
    return flow
