"""Delta-evaluated annealing on one phase: shifts into free seats, exchanges with full books.

Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983, doi:10.1126/science.220.4598.671) with a geometric schedule.
A step proposes another rep for one account. If that rep has a free seat it is a shift. If not, a reserved seat may
make way: a later account of a state that both reps cover changes sides, at no cost. Otherwise an account of the full
book goes the other way, the best of a few drawn at random. Every state visited is feasible, for this phase and for
the accounts that come later.

Where books have revenue caps, `edges` has one measure more than `prices`, the last: revenue, whose target is the cap.
It costs nothing below it, and nothing goes above it.
"""

import numpy as np
from numba import njit

from assignment_assets.optimizer.desk import exchange, lay_open, make_way, shift
from assignment_assets.optimizer.draws import below, fraction, next_word

COOLINGS = 256  # steps of the geometric schedule


@njit(cache=True)
def anneal(assignment, reserve, edges, choices, prices, steps, hot, cold, tries, word):
    """Improves `assignment` (int32[n]) and rearranges `reserve` (int64[S, R]) in place.

    Parameters
    ----------
    choices
        The accounts and reps that are proposed.
    steps
        Proposals.
    hot, cold
        First and last temperature, in units of the weighted objective; at 0 only improvements are accepted.
    tries
        Accounts of a full book that are compared as partners of an exchange.
    word
        uint64, the state of the random numbers.

    Returns
    -------
    delta
        The change of the weighted objective.
    accepted
        Proposals accepted.
    """
    num_measures, num_movable = prices.excess.shape[1], len(choices.account)
    is_capped = edges.amount.shape[1] > num_measures
    if num_movable == 0:
        return 0.0, 0
    desk = lay_open(assignment, reserve, edges)
    over, excess = desk.over, prices.excess
    book_cost = np.zeros(len(edges.seats))
    for rep in range(len(edges.seats)):
        for k in range(num_measures):
            book_cost[rep] += excess[rep, k] * max(0.0, over[rep, k])
    total, accepted = 0.0, 0
    temperature = hot
    block = max(1, steps // COOLINGS)
    cooling = (cold / hot) ** (1.0 / COOLINGS) if hot > 0.0 and cold > 0.0 else 1.0
    for step in range(steps):
        if step % block == 0 and step > 0:
            temperature *= cooling
        word = next_word(word)
        row = below(word, num_movable)
        word = next_word(word)
        begin = choices.start[row]
        rank = choices.rank[begin + below(word, choices.start[row + 1] - begin)]
        account = choices.account[row]
        here, there = assignment[account], edges.reps[edges.state_start[edges.state[account]] + rank]
        if here == there:
            continue
        word = next_word(word)
        limit = -temperature * np.log(fraction(word)) if temperature > 0.0 else -1e-15
        cost = _edge_delta(edges, prices, account, here, there)
        new_here, new_there = 0.0, 0.0
        for k in range(num_measures):
            amount = edges.amount[account, k]
            new_here += excess[here, k] * max(0.0, over[here, k] - amount)
            new_there += excess[there, k] * max(0.0, over[there, k] + amount)
        alone = cost + new_here + new_there - book_cost[here] - book_cost[there]
        fits = not is_capped or over[there, num_measures] + edges.amount[account, num_measures] <= 0.0
        if alone <= limit and fits and make_way(desk, edges, there, here):
            shift(desk, edges, account, there)
            book_cost[here], book_cost[there] = new_here, new_there
            total += alone
            accepted += 1
            continue
        best, partner = np.inf, -1
        for _ in range(tries if desk.count[there] > 0 else 0):
            word = next_word(word)
            other = desk.member[desk.first[there] + below(word, desk.count[there])]
            if edges.rank[edges.state[other], here] < 0:
                continue
            if is_capped:
                gained = edges.amount[account, num_measures] - edges.amount[other, num_measures]
                if over[there, num_measures] + gained > 0.0 or over[here, num_measures] - gained > 0.0:
                    continue
            other_cost = _edge_delta(edges, prices, other, there, here)
            cost_here, cost_there = 0.0, 0.0
            for k in range(num_measures):
                difference = edges.amount[account, k] - edges.amount[other, k]
                cost_here += excess[here, k] * max(0.0, over[here, k] - difference)
                cost_there += excess[there, k] * max(0.0, over[there, k] + difference)
            other_cost += cost_here + cost_there
            if other_cost < best:
                best, partner, new_here, new_there = other_cost, other, cost_here, cost_there
        if partner < 0:
            continue
        both = cost + best - book_cost[here] - book_cost[there]
        if both <= limit:
            exchange(desk, edges, account, partner)
            book_cost[here], book_cost[there] = new_here, new_there
            total += both
            accepted += 1
    return total, accepted


@njit(cache=True, inline="always")
def _edge_delta(edges, prices, account, here, there):
    """What drive time and moves change when an account goes from one rep to another."""
    edge, state = edges.start[account], edges.state[account]
    cost = prices.minute * (np.float64(edges.minutes[edge + edges.rank[state, there]])
                            - np.float64(edges.minutes[edge + edges.rank[state, here]]))
    if edges.owner[account] == here:
        cost += prices.move
    elif edges.owner[account] == there:
        cost -= prices.move
    return cost
