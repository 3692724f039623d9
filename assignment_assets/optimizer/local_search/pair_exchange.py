"""Exchanges between two books: of the accounts that either rep could have, up to three a side change places at once.

An annealing step moves one account, or two; where loads must agree in several measures, what still helps is often a
compound of moves none of which helps alone. For a pair of books the accounts that have both reps as candidates are few,
and only the difference that changes sides matters: the subsets of one side, and those of the other sorted by one
measure, are matched from both lists, as in Horowitz and Sahni's partition (1974, doi:10.1145/321812.321823). A match
further from the best possible load, in that measure alone, than the best one found so far costs is not looked at.
Pairs are visited in random order until no pair has anything better.

From prices alone the way to whole accounts is a homotopy: a book's excess costs at first a fraction `force` of its
price and the rest is what the dual prices of balance say, so that only cheap moves pay; then more. `spread` adds a
small square of every difference from target: what one book cannot do without is passed on from neighbour to neighbour
rather than kept where it is.
"""

import numpy as np
from numba import njit

from assignment_assets.optimizer.local_search.candidates import Candidates
from assignment_assets.optimizer.local_search.edge_costs import candidate_costs
from assignment_assets.optimizer.local_search.exchange_candidates import Pairs
from assignment_assets.optimizer.local_search.exchange_plan import ExchangePlan
from assignment_assets.optimizer.local_search.exchange_side import Side, combine, empty_side, gather
from assignment_assets.optimizer.local_search.gap_decomposition import Dual
from assignment_assets.optimizer.local_search.rng import below, next_word
from assignment_assets.optimizer.local_search.state import SearchState, build_state, exchange, shift
from assignment_assets.optimizer.model.arrays import FloatArray, IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges


@njit(cache=True)
def descend(
    assignment: RepArray,
    reserve: IntArray,
    edges: Edges,
    candidates: Candidates,
    pairs: Pairs,
    dual: Dual,
    plan: ExchangePlan,
    word: np.uint64,
) -> tuple[float, int]:
    """Improves `assignment` (int32[n]) in place, two books at a time; seats held for later accounts stay.

    Parameters
    ----------
    dual
        The objective, and the dual prices of balance, which count where `plan.force` is below 1.
    word
        uint64, the state of the random numbers.

    Returns
    -------
    delta
        The change of the plan's objective: the weighted one, at force 1 and spread 0.
    exchanges
        How many were carried out.
    """
    costs = dual.costs
    num_measures, num_pairs = costs.excess.shape[1], len(pairs.start) - 1
    search = build_state(assignment, reserve, edges)
    cost, rep_of, _ = candidate_costs(assignment, edges, candidates, costs)
    prices = (candidates.above, cost)
    excess = plan.force * costs.excess
    square = np.zeros_like(excess)
    for rep in range(len(excess)):
        for k in range(num_measures):
            if edges.target[rep, k] > 0.0:
                square[rep, k] = plan.spread * excess[rep, k] / (plan.square_at * edges.target[rep, k])
    slope = (1.0 - plan.force) * dual.balance
    ours, theirs = empty_side(plan, edges.amount.shape[1]), empty_side(plan, edges.amount.shape[1])
    changed, tried = np.zeros(len(excess), dtype=np.int64), np.full(max(num_pairs, 0), -1, dtype=np.int64)
    order = np.arange(max(num_pairs, 0))
    total, exchanges = 0.0, 0
    for _ in range(plan.rounds):
        exchanges_before = exchanges
        for last in range(len(order) - 1, 0, -1):
            word = next_word(word)
            other = below(word, last + 1)
            order[last], order[other] = order[other], order[last]
        for pair in order:
            entry = pairs.start[pair]
            here, there = rep_of[pairs.lower[entry]], rep_of[pairs.upper[entry]]
            if tried[pair] >= max(changed[here], changed[there]):
                continue
            tried[pair] = exchanges
            num_ours = gather(ours, search, edges, pairs, prices, slope, pair, (here, there))
            num_theirs = gather(theirs, search, edges, pairs, prices, slope, pair, (there, here))
            num_ours = combine(ours, edges.amount, num_ours, plan.together)
            num_theirs = combine(theirs, edges.amount, num_theirs, plan.together)
            change, mine, yours = _best(search, excess, square, ours, num_ours, theirs, num_theirs, (here, there))
            if change < 0.0:
                _carry_out(search, edges, ours, mine, theirs, yours, here, there)
                total += change
                exchanges += 1
                changed[here], changed[there], tried[pair] = exchanges, exchanges, exchanges
        if exchanges == exchanges_before:
            break
    return total, exchanges


@njit(cache=True)
def _best(
    search: SearchState,
    excess: FloatArray,
    square: FloatArray,
    ours: Side,
    num_ours: int,
    theirs: Side,
    num_theirs: int,
    ends: tuple[int, int],
) -> tuple[float, int, int]:
    """The change of the objective at best, below zero or else zero, and the subsets that change sides."""
    here, there = ends
    over, num_measures = search.over, excess.shape[1]
    our_total, our_cost, our_parts = ours.total, ours.total_cost, ours.parts
    their_total, their_cost, their_parts = theirs.total, theirs.total_cost, theirs.parts
    key = num_measures - 1
    order = np.argsort(their_total[:num_theirs, key])
    keys = their_total[:num_theirs, key][order]
    now, floor = 0.0, their_cost[:num_theirs].min()
    for k in range(num_measures):
        now += _load_cost(excess, square, here, there, k, over[here, k], over[there, k])
        if k != key:
            both = over[here, k] + over[there, k]
            floor += min(excess[here, k], excess[there, k]) * max(0.0, both)
            floor += 0.5 * min(square[here, k], square[there, k]) * both * both
    least, best_mine, best_yours = now - 1e-12 * abs(now) - 1e-15, 0, 0
    middle = 0.5 * (over[there, key] - over[here, key])
    for mine in range(num_ours):
        opening = np.searchsorted(keys, our_total[mine, key] + middle)
        for upwards in (True, False):
            turn = opening if upwards else opening - 1
            while 0 <= turn < num_theirs:
                yours = order[turn]
                turn += 1 if upwards else -1
                gain = their_total[yours, key] - our_total[mine, key]
                value = our_cost[mine] + _load_cost(
                    excess, square, here, there, key, over[here, key] + gain, over[there, key] - gain
                )
                if value + floor >= least:
                    break
                value += their_cost[yours]
                if value >= least or not _fits(
                    search,
                    num_measures,
                    our_parts[mine],
                    our_total[mine],
                    their_parts[yours],
                    their_total[yours],
                    here,
                    there,
                ):
                    continue
                for k in range(num_measures):
                    if k != key:
                        gain = their_total[yours, k] - our_total[mine, k]
                        value += _load_cost(excess, square, here, there, k, over[here, k] + gain, over[there, k] - gain)
                if value < least:
                    least, best_mine, best_yours = value, mine, yours
    return (least - now if best_mine + best_yours > 0 else 0.0), best_mine, best_yours


@njit(cache=True, inline="always")
def _load_cost(
    excess: FloatArray, square: FloatArray, here: int, there: int, k: int, over_here: float, over_there: float
) -> float:
    return (
        excess[here, k] * max(0.0, over_here)
        + square[here, k] * over_here * over_here
        + excess[there, k] * max(0.0, over_there)
        + square[there, k] * over_there * over_there
    )


@njit(cache=True)
def _fits(
    search: SearchState,
    num_measures: int,
    mine: RepArray,
    our_total: FloatArray,
    yours: RepArray,
    their_total: FloatArray,
    here: int,
    there: int,
) -> bool:
    """Whether both books have the seats, and stay below their revenue caps where they have any."""
    leave = 0
    for place in range(3):
        leave += (1 if mine[place] >= 0 else 0) - (1 if yours[place] >= 0 else 0)
    if leave > max(search.free[there], 0) or -leave > max(search.free[here], 0):
        return False
    for k in range(num_measures, len(our_total)):
        gain = their_total[k] - our_total[k]
        if search.over[here, k] + gain > 0.0 or search.over[there, k] - gain > 0.0:
            return False
    return True


@njit(cache=True)
def _carry_out(
    search: SearchState, edges: Edges, ours: Side, mine: int, theirs: Side, yours: int, here: int, there: int
) -> None:
    for place in range(3):
        one, other = ours.parts[mine, place], theirs.parts[yours, place]
        if one >= 0 and other >= 0:
            exchange(search, edges, ours.account[one], theirs.account[other])
        elif one >= 0:
            shift(search, edges, ours.account[one], there)
        elif other >= 0:
            shift(search, edges, theirs.account[other], here)
