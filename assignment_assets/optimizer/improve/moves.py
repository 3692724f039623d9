"""The moves that a search is made of: each takes books of a problem and gives other ones, feasible as well.

Books from prices: rounding and the dive. Books from books: annealing bursts, and three descents (pairs of books, worst
books, cyclic exchanges), which together make a local optimum.
"""

import numpy as np

from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.improve.descents import DESCENT, DescentParams
from assignment_assets.optimizer.local_search import cyclic_exchange, pair_exchange, worst_book_descent
from assignment_assets.optimizer.local_search.annealing import anneal
from assignment_assets.optimizer.local_search.cooling import schedule_of
from assignment_assets.optimizer.local_search.exchange_plan import ExchangePlan
from assignment_assets.optimizer.local_search.gap_decomposition import Dual
from assignment_assets.optimizer.local_search.priced_candidates import PricedCandidates, price_candidates
from assignment_assets.optimizer.local_search.repair import repair_towards
from assignment_assets.optimizer.local_search.rng import seed_word
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.rounding import diving
from assignment_assets.optimizer.rounding.auction import seat_by_auction
from assignment_assets.optimizer.seats.feasible_start import fit_reserve


def round_by_auction(
    problem: NormalisedProblem, priced: PricedCandidates, start: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """A feasible assignment near the one that the prices ask for.

    Where seats are kept for later accounts, or revenue is capped, which the prices do not know, or where the auction
    did not come to its end, it is `start` with each account moved as far as that allows.
    """
    return _repaired(problem, seat_by_auction(problem.phase, priced.weighing, priced.duals), start, generator)


def round_by_diving(
    problem: NormalisedProblem, priced: PricedCandidates, start: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, PricedCandidates]:
    """The same with the large accounts placed first, and candidates by the prices that this leaves to the others."""
    wanted, duals = diving.dive(problem.phase, priced.weighing, priced.duals)
    return _repaired(problem, wanted, start, generator), price_candidates(problem, priced.direction, duals)


def dive_to_optimum(
    problem: NormalisedProblem,
    priced: PricedCandidates,
    start: np.ndarray,
    generator: np.random.Generator,
    params: DescentParams = DESCENT,
) -> np.ndarray | None:
    """The dive brought to a local optimum; none for a phase with too many prices.

    Where single accounts weigh as much as part of a book it is far better than a search that begins elsewhere.
    """
    if not diving.is_divable(problem.phase):
        return None
    rounded, dived = round_by_diving(problem, priced, start, generator)
    levelled = exchange_pairs(problem, rounded, dived, params.rising, generator)
    return local_optimum(problem, levelled, priced, generator, params)


def _repaired(
    problem: NormalisedProblem, wanted: np.ndarray, start: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """The assignment wished for (−1: no wish) as far as the rules allow."""
    phase, rounded = problem.phase, start.copy()
    if (wanted >= 0).all() and not phase.is_capped and not phase.reserve.any():
        return wanted
    wanted = np.where(wanted >= 0, wanted, start)
    repair_towards(rounded, fit_reserve(phase, start), wanted, phase.searched, phase.is_capped, seed_word(generator))
    return rounded


def burst(
    problem: NormalisedProblem,
    books: np.ndarray,
    priced: PricedCandidates,
    sweeps: float,
    temperature: float,
    generator: np.random.Generator,
    direction: np.ndarray | None = None,
    reserve: np.ndarray | None = None,
) -> np.ndarray:
    """An annealed copy of `books`.

    Parameters
    ----------
    priced
        The candidates that are proposed.
    sweeps
        Proposals, in multiples of the number of accounts.
    temperature
        First temperature, in the weighing's units.
    direction
        The weights, when they are not those of the candidates.
    reserve
        int64[S, R]: a seating of the later accounts beside `books`, when there is one at hand; afterwards it is one
        beside the copy.
    """
    phase, result = problem.phase, books.copy()
    weighing = priced.weighing
    if direction is not None:
        weighing = weigh(phase, direction / problem.ranges, weighing.size)
    hot, wide = temperature * priced.weighing.unit, min(max(priced.reduced_cost_window, 1e-30), 1e30)
    schedule = schedule_of(int(sweeps * phase.num_accounts), hot, wide)
    reserve = fit_reserve(phase, books) if reserve is None else reserve
    anneal(
        result, reserve, phase.searched, priced.candidates, priced.pairs, weighing.costs, schedule, seed_word(generator)
    )
    return result


def exchange_pairs(
    problem: NormalisedProblem,
    books: np.ndarray,
    priced: PricedCandidates,
    plans: tuple[ExchangePlan, ...],
    generator: np.random.Generator,
) -> np.ndarray:
    """A copy of `books` in which two books at a time exchange accounts, by each plan in turn."""
    phase, result = problem.phase, books.copy()
    reserve, dual = fit_reserve(phase, books), _dual(problem, priced)
    for plan in plans:
        pair_exchange.descend(
            result,
            reserve,
            phase.searched,
            priced.candidates,
            priced.pairs,
            dual,
            plan,
            seed_word(generator),
        )
    return result


def descend_worst_books(
    problem: NormalisedProblem,
    books: np.ndarray,
    priced: PricedCandidates,
    least_share: float,
    most_moves: int = DESCENT.most_moves,
) -> np.ndarray:
    """A copy of `books` after the best exchanges out of those that hold most of the gap, over all reps who cover.

    Parameters
    ----------
    least_share
        What a book that is looked at holds of the gap, over a book's share of the bound.
    """
    result = books.copy()
    worst_book_descent.descend(
        result,
        fit_reserve(problem.phase, result),
        problem.phase.searched,
        _dual(problem, priced),
        _gap_share(problem, priced, least_share),
        most_moves,
    )
    return result


def local_optimum(
    problem: NormalisedProblem,
    books: np.ndarray,
    priced: PricedCandidates,
    generator: np.random.Generator,
    params: DescentParams = DESCENT,
) -> np.ndarray:
    """A copy of `books` after the three descents, the first of them once more at the end."""
    result = exchange_pairs(problem, books, priced, params.full, generator)
    result = descend_worst_books(problem, result, priced, params.least_share, params.most_moves)
    cyclic_exchange.descend(
        result,
        fit_reserve(problem.phase, result),
        problem.phase.searched,
        _dual(problem, priced),
        _gap_share(problem, priced, params.least_share),
        params.cycle_goals,
    )
    return exchange_pairs(problem, result, priced, params.full, generator)


def gap(problem: NormalisedProblem, priced: PricedCandidates, books: np.ndarray) -> float:
    """How far the weighted objective of some books (int32[n]) is above the proven bound."""
    return float(evaluate(problem.phase, books)[0] @ priced.weighing.weights) - priced.duals.bound


def _gap_share(problem: NormalisedProblem, priced: PricedCandidates, of_a_share: float) -> float:
    """In units of the weighted objective; given over a book's share of the bound."""
    return of_a_share * priced.duals.bound / max(problem.phase.num_reps, 1)


def _dual(problem: NormalisedProblem, priced: PricedCandidates) -> Dual:
    return Dual(priced.weighing.costs, problem.phase.edges.room, priced.duals.seat, priced.duals.balance)
