"""The phase with its objectives brought to one scale: zero at the proven ideal, one at the reference corner."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.bounds.dual import exact_value
from assignment_assets.optimizer.bounds.lagrangian import MEDIUM, Duals, lower_bound
from assignment_assets.optimizer.bounds.single_objective import least_imbalance, least_moves
from assignment_assets.optimizer.local_search.annealing import Schedule, anneal
from assignment_assets.optimizer.local_search.candidates import Choices, choices_among, priced_choices
from assignment_assets.optimizer.local_search.cyclic_exchange import ring
from assignment_assets.optimizer.local_search.exchange_candidates import Pairs, pair_up
from assignment_assets.optimizer.local_search.gap_decomposition import Dual
from assignment_assets.optimizer.local_search.pair_exchange import Plan, split
from assignment_assets.optimizer.local_search.repair import adopt
from assignment_assets.optimizer.local_search.rng import seed_word
from assignment_assets.optimizer.local_search.worst_book_descent import relieve
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.subproblem import remainder
from assignment_assets.optimizer.model.weighted_sum import Weighing, weigh
from assignment_assets.optimizer.rounding.auction import seat_by_auction
from assignment_assets.optimizer.rounding.diving import dive, is_divable
from assignment_assets.optimizer.seats.feasible_start import fit_reserve

PER_ACCOUNT = 4.0  # choices in question, on average
NARROW = 0.2  # last window of the search over the first
COOL = 0.05  # last temperature over the first
EXTREME_HEAT = 1.0  # first temperature of each extreme's search
EXTREME_SWEEPS, MOST_PROPOSALS = (5, 200), 2_000_000  # its length: fewest and most, and the proposals between them
SLIGHT = 0.002  # weight of the objectives that an extreme solution is not about
MARGIN = 0.05  # of the range, beyond the worst extreme
RISING = tuple(Plan(force, 0.3, 24, 2, 10) for force in (0.1, 0.3, 1.0))  # from prices to whole accounts
COARSE, FINE = 0.25, 0.005  # waste of a book that is relieved, over a book's share of the bound
GOALS = 5  # reps that a ring tries for its first account
SETTLING = (Plan(1.0, 0.0, 16, 3, 20),)


class Guide(NamedTuple):
    """A direction with what its dual prices say."""

    direction: np.ndarray  # float64[3], weights of the normalised objectives
    weighing: Weighing
    duals: Duals
    choices: Choices
    slack: float  # how far above the least cost they are, in units of the weighted objective
    pairs: Pairs

    @property
    def num_bytes(self) -> int:
        """Memory of its arrays."""
        return sum(array.nbytes for array in (*self.choices, *self.pairs))


@dataclass(frozen=True, eq=False)
class Landscape:
    """A phase and its scale.

    Parameters
    ----------
    ideal, reference
        float64[3]: normalised objectives are (f − ideal) / (reference − ideal).
    """

    phase: Phase
    ideal: np.ndarray
    reference: np.ndarray

    @property
    def ranges(self) -> np.ndarray:
        """float64[3], positive."""
        return np.maximum(self.reference - self.ideal, 1e-9)

    def normalise(self, objectives: np.ndarray) -> np.ndarray:
        return (objectives - self.ideal) / self.ranges

    def weighing(self, direction: np.ndarray) -> Weighing:
        """The weighted objective of a direction over the normalised ranges."""
        return weigh(self.phase, np.asarray(direction) / self.ranges)

    def offset(self, direction: np.ndarray) -> float:
        """What the ideal point contributes to that weighted objective."""
        return float(np.dot(direction, self.ideal / self.ranges))

    def guide(self, direction: np.ndarray) -> Guide:
        """Prices and choices of a direction."""
        return self.guided_by(direction, self.prove(direction))

    def prove(self, direction: np.ndarray) -> Duals:
        """The bound of a direction, and its prices."""
        return lower_bound(self.phase, self.weighing(direction))

    def prices_near(self, direction: np.ndarray, near: Duals) -> Duals:
        """Coarse prices, quickly found from a neighbour's."""
        return lower_bound(self.phase, self.weighing(direction), near, roughly=True)

    def prices_between(self, direction: np.ndarray, one: Duals, other: Duals) -> Duals:
        """The means of two neighbours' prices, and what they prove."""
        phase, weighing = self.phase, self.weighing(direction)
        (seat, balance), (seat_too, balance_too) = one.carried(weighing), other.carried(weighing)
        seat, balance = 0.5 * (seat + seat_too), 0.5 * (balance + balance_too)
        nobody = np.zeros(len(phase.edges.rank), dtype=np.int64)
        proven = exact_value(phase.edges, weighing.prices, phase.edges.room, nobody, seat, balance)
        return Duals(seat, balance, float(proven + weighing.constant), weighing)

    def guided_by(self, direction: np.ndarray, duals: Duals) -> Guide:
        """The choices that given prices leave in question."""
        weighing = self.weighing(direction)
        choices, slack = priced_choices(self.phase, weighing.prices, duals, PER_ACCOUNT)
        return Guide(np.asarray(direction), weighing, duals, choices, slack, pair_up(self.phase.edges, choices))

    def among(self, guide: Guide, assignments: np.ndarray) -> "Part":
        """What the assignments (int32[m, n]) leave open, with only those choices that any of them takes.

        All else is settled as the first of them has it.
        """
        accounts, choices = choices_among(self.phase, guide.choices, assignments)
        settled = assignments[0].copy()
        settled[accounts] = -1
        part = Landscape(remainder(self.phase, settled), self.ideal, self.reference)
        pairs = pair_up(part.phase.edges, choices)
        return Part(assignments[0], accounts, part, guide._replace(choices=choices, pairs=pairs))

    def round_prices(self, guide: Guide, start: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """A feasible assignment near the one that the prices ask for.

        Where seats are kept for later accounts, or revenue is capped, which the prices do not know, or where the
        auction did not come to its end, it is `start` with each account moved as far as that allows.
        """
        return self._towards(seat_by_auction(self.phase, guide.weighing, guide.duals), start, generator)

    def dive(self, guide: Guide, start: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, Guide]:
        """The same with the large accounts placed first, and a guide by the prices that this leaves to the others."""
        wish, duals = dive(self.phase, guide.weighing, guide.duals)
        return self._towards(wish, start, generator), self.guided_by(guide.direction, duals)

    def settled_dive(self, guide: Guide, start: np.ndarray, generator: np.random.Generator) -> np.ndarray | None:
        """The dive with its books split and settled; none for a phase with too many prices.

        Where single accounts weigh as much as part of a book it is far better than a search that begins elsewhere.
        """
        if not is_divable(self.phase):
            return None
        rounded, dived = self.dive(guide, start, generator)
        return self.settle(self.split(rounded, dived, RISING, generator), guide, generator)

    def _towards(self, wish: np.ndarray, start: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """The assignment wished for (−1: no wish) as far as the rules allow."""
        phase, rounded = self.phase, start.copy()
        if (wish >= 0).all() and not phase.is_capped and not phase.reserve.any():
            return wish
        wish = np.where(wish >= 0, wish, start)
        adopt(rounded, fit_reserve(phase, start), wish, phase.searched, phase.is_capped, 1.0, seed_word(generator))
        return rounded

    def burst(
        self,
        assignment: np.ndarray,
        guide: Guide,
        sweeps: float,
        heat: float,
        generator: np.random.Generator,
        direction: np.ndarray | None = None,
        reserve: np.ndarray | None = None,
    ) -> np.ndarray:
        """An annealed copy of `assignment`.

        Parameters
        ----------
        guide
            Whose choices are proposed.
        sweeps
            Proposals, in multiples of the number of accounts.
        heat
            First temperature, in the weighing's units.
        direction
            The weights, when they are not the guide's own.
        reserve
            int64[S, R]: a seating of the later accounts beside `assignment`, when there is one at hand; afterwards it
            is one beside the copy.
        """
        phase, result = self.phase, assignment.copy()
        weighing = guide.weighing
        if direction is not None:
            weighing = weigh(phase, direction / self.ranges, weighing.size)
        hot, wide = heat * guide.weighing.unit, min(max(guide.slack, 1e-30), 1e30)
        schedule = Schedule(int(sweeps * phase.num_accounts), hot, hot * COOL, wide, wide * NARROW)
        reserve = fit_reserve(phase, assignment) if reserve is None else reserve
        anneal(
            result, reserve, phase.searched, guide.choices, guide.pairs, weighing.prices, schedule, seed_word(generator)
        )
        return result

    def split(
        self, assignment: np.ndarray, guide: Guide, plans: tuple[Plan, ...], generator: np.random.Generator
    ) -> np.ndarray:
        """A copy of `assignment` whose books are split anew, two at a time, by each plan in turn."""
        phase, result = self.phase, assignment.copy()
        reserve = fit_reserve(phase, assignment)
        for plan in plans:
            split(
                result,
                reserve,
                phase.searched,
                guide.choices,
                guide.pairs,
                guide.weighing.prices,
                guide.duals.balance,
                plan,
                seed_word(generator),
            )
        return result

    def relieve(self, assignment: np.ndarray, guide: Guide, least_waste: float) -> np.ndarray:
        """A copy of `assignment` whose wasteful books are relieved, over all reps who cover their accounts.

        Parameters
        ----------
        least_waste
            Of a book that is looked at, over a book's share of the bound.
        """
        result = assignment.copy()
        relieve(
            result,
            fit_reserve(self.phase, result),
            self.phase.searched,
            self._dual(guide),
            self._waste(guide, least_waste),
        )
        return result

    def settle(self, assignment: np.ndarray, guide: Guide, generator: np.random.Generator) -> np.ndarray:
        """A copy of `assignment` that no split of two books, no relief and no ring makes better."""
        settled = self.relieve(self.split(assignment, guide, SETTLING, generator), guide, FINE)
        ring(
            settled,
            fit_reserve(self.phase, settled),
            self.phase.searched,
            self._dual(guide),
            self._waste(guide, FINE),
            GOALS,
        )
        return self.split(settled, guide, SETTLING, generator)

    def gap(self, guide: Guide, books: np.ndarray) -> float:
        """How far the weighted objective of some books (int32[n]) is above the proven bound."""
        return float(evaluate(self.phase, books)[0] @ guide.weighing.weights) - guide.duals.bound

    def _waste(self, guide: Guide, of_a_share: float) -> float:
        """In units of the weighted objective; given over a book's share of the bound."""
        return of_a_share * guide.duals.bound / max(self.phase.num_reps, 1)

    def _dual(self, guide: Guide) -> Dual:
        return Dual(guide.weighing.prices, self.phase.edges.room, guide.duals.seat, guide.duals.balance)


class Part(NamedTuple):
    """A landscape of some of the accounts: what the others do is settled. Its objectives are those of the whole."""

    first: np.ndarray  # int32[n], what it begins with: where the others are settled
    accounts: np.ndarray  # int64[m], which of the whole's
    landscape: Landscape
    guide: Guide

    @property
    def start(self) -> np.ndarray:
        """int32[m]: where the accounts are at first."""
        return self.first[self.accounts]

    def whole(self, found: np.ndarray) -> np.ndarray:
        """int32[points, n]: books of its accounts (int32[points, m]) with those of the others."""
        books = np.repeat(self.first[None, :], len(found), axis=0)
        books[:, self.accounts] = found
        return books


def survey(phase: Phase, start: np.ndarray, generator: np.random.Generator) -> tuple[Landscape, np.ndarray]:
    """The scale of a phase, and the three extreme solutions (int32[3, n]) that it comes from.

    The ideal is the proven bound of each objective alone. The reference lies a little beyond the worst figure of the
    three extremes, each found with almost all weight on one objective.
    """
    drive = lower_bound(phase, weigh(phase, np.eye(3)[1]))
    ideal = np.maximum([least_imbalance(phase), drive.bound, least_moves(phase)], 0.0)
    if phase.edges.start[-1] < MEDIUM:
        ideal[0] = max(ideal[0], lower_bound(phase, weigh(phase, np.eye(3)[0])).bound)  # sees whole accounts: tighter
    rough = Landscape(phase, ideal, np.maximum(evaluate(phase, start)[0], ideal + 1e-6))
    extremes = _extremes(rough, start, generator, drive)
    worst = evaluate(phase, extremes).max(axis=0)
    reference = worst + MARGIN * (worst - ideal)
    return Landscape(phase, ideal, np.where(reference > ideal + 1e-9, reference, ideal + 1.0)), extremes


def _extremes(landscape: Landscape, start: np.ndarray, generator: np.random.Generator, drive: Duals) -> np.ndarray:
    """int32[3, n]: solutions with almost all weight on one objective; `drive` are the prices of drive time alone."""
    middle = lower_bound(landscape.phase, landscape.weighing(np.full(3, 1.0 / 3.0)), roughly=True)
    return np.array([_extreme(landscape, k, drive if k == 1 else middle, start, generator) for k in range(3)])


def _extreme(
    landscape: Landscape, k: int, near: Duals, start: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """One of them; its guide, which is large, does not outlive it."""
    direction = np.where(np.arange(3) == k, 1.0, SLIGHT)
    guide = landscape.guided_by(direction, landscape.prices_near(direction, near))
    sweeps = np.clip(MOST_PROPOSALS / max(landscape.phase.num_accounts, 1), *EXTREME_SWEEPS)
    return landscape.burst(landscape.round_prices(guide, start, generator), guide, sweeps, EXTREME_HEAT, generator)
