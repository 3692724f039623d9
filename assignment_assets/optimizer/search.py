"""Delta-evaluated annealing on one phase: shifts into free seats, exchanges between books.

Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983, doi:10.1126/science.220.4598.671) with a geometric schedule.
A step proposes another rep for one account. If that rep has a free seat it is a shift. If not, a reserved seat may
make way: a later account of a state that both reps cover changes sides, at no cost. A shift that is not taken becomes
an exchange with an account of the other book which has both reps in question: the best of the first few met. (With an
account that sits where it is not in question, any account of the other book may change places.)

The reps that are proposed for an account are those whose cost at the dual prices is within a window of its least. The
window narrows as the search cools: at first a wide choice, at last only what the prices can hardly tell apart.

Every state visited is feasible, for this phase and for the accounts that come later. Where books have revenue caps,
`edges` has one measure more than `prices`, the last: revenue, whose target is the cap. It costs nothing below it, and
nothing goes above it.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.desk import exchange, lay_open, make_way, shift
from assignment_assets.optimizer.draws import below, fraction, next_word

COOLINGS = 256  # steps of the geometric schedule
TRIES = 4  # partners compared in an exchange


class Schedule(NamedTuple):
    """How a search cools."""

    steps: int  # proposals
    hot: float  # first and last temperature, in units of the weighted objective; at 0 only improvements are accepted
    cold: float
    wide: float  # first and last window, in the same units, above 0
    narrow: float


@njit(cache=True)
def anneal(assignment, reserve, edges, choices, pairs, prices, schedule, word):
    """Improves `assignment` (int32[n]) and rearranges `reserve` (int64[S, R]) in place.

    Parameters
    ----------
    choices, pairs
        The accounts and reps that are proposed, and who could change places (`unpaired`: anybody of the other book).
    word
        uint64, the state of the random numbers.

    Returns
    -------
    delta
        The change of the weighted objective.
    accepted
        Proposals accepted.
    """
    num_accounts, num_measures = len(assignment), prices.excess.shape[1]
    is_capped, has_pairs = edges.amount.shape[1] > num_measures, len(pairs.table) > 0
    desk = lay_open(assignment, reserve, edges)
    over, excess = desk.over, prices.excess
    book_cost = np.zeros(len(edges.seats))
    for rep in range(len(edges.seats)):
        for k in range(num_measures):
            book_cost[rep] += excess[rep, k] * max(0.0, over[rep, k])
    own_cost = np.empty(num_accounts)  # of the edge that an account has
    for account in range(num_accounts):
        own_cost[account] = _edge_price(edges, prices, account, edges.rank[edges.state[account], assignment[account]])
    cost, rep_of, held = _price(assignment, edges, choices, prices)
    proposed = np.empty(num_accounts, dtype=np.int32)
    width = np.empty(num_accounts, dtype=np.int32)
    num_proposed = 0
    total, accepted = 0.0, 0
    temperature, window = schedule.hot, schedule.wide
    is_warm = schedule.hot > 0.0 and schedule.cold > 0.0
    cooling = (schedule.cold / schedule.hot) ** (1.0 / COOLINGS) if is_warm else 1.0
    narrowing = (schedule.narrow / schedule.wide) ** (1.0 / COOLINGS)
    block = max(1, schedule.steps // COOLINGS)
    for step in range(schedule.steps):
        if step % block == 0:
            if step > 0:
                temperature *= cooling
                window *= narrowing
            num_proposed = _look_through(window, choices, held, proposed, width)
            if num_proposed == 0:
                break
        word = next_word(word)
        slot = below(word, num_proposed)
        account = proposed[slot]
        begin = choices.start[account]
        word = next_word(word)
        choice = begin + below(word, width[slot])
        here, there = assignment[account], rep_of[choice]
        if here == there:
            continue
        change = cost[choice] - own_cost[account]
        new_here, new_there = 0.0, 0.0
        for k in range(num_measures):
            amount = edges.amount[account, k]
            new_here += excess[here, k] * max(0.0, over[here, k] - amount)
            new_there += excess[there, k] * max(0.0, over[there, k] + amount)
        alone = change + new_here + new_there - book_cost[here] - book_cost[there]
        limit = -1e-15
        if is_warm:
            word = next_word(word)
            limit = -temperature * np.log(fraction(word))
        fits = not is_capped or over[there, num_measures] + edges.amount[account, num_measures] <= 0.0
        if alone <= limit and fits and make_way(desk, edges, there, here):
            shift(desk, edges, account, there)
            book_cost[here], book_cost[there] = new_here, new_there
            own_cost[account], held[account] = cost[choice], choice
            total += alone
            accepted += 1
            continue
        is_known = has_pairs and held[account] >= 0
        if is_known:
            across = (held[account] - begin) * (choices.start[account + 1] - begin)
            pair = pairs.table[pairs.slot[account] + across + choice - begin]
            first, last = pairs.start[pair], pairs.start[pair + 1]
        else:
            first, last = desk.first[there], desk.first[there] + desk.count[there]
        if first == last:
            continue
        word = next_word(word)
        place = first + below(word, last - first)
        best, partner, partner_cost, partner_choice, met = np.inf, -1, 0.0, -1, 0
        for _ in range(last - first):
            place += 1
            if place == last:
                place = first
            other = pairs.account[place] if is_known else desk.member[place]
            if assignment[other] != there or edges.rank[edges.state[other], here] < 0:
                continue
            if is_capped:
                gained = edges.amount[account, num_measures] - edges.amount[other, num_measures]
                if over[there, num_measures] + gained > 0.0 or over[here, num_measures] - gained > 0.0:
                    continue
            if is_known:
                choice_here = pairs.lower[place] if here < there else pairs.upper[place]
                cost_of_other = cost[choice_here]
            else:
                choice_here = -1
                cost_of_other = _edge_price(edges, prices, other, edges.rank[edges.state[other], here])
            cost_here, cost_there = 0.0, 0.0
            for k in range(num_measures):
                difference = edges.amount[account, k] - edges.amount[other, k]
                cost_here += excess[here, k] * max(0.0, over[here, k] - difference)
                cost_there += excess[there, k] * max(0.0, over[there, k] + difference)
            change_of_other = cost_of_other - own_cost[other] + cost_here + cost_there
            if change_of_other < best:
                best, partner, partner_cost, partner_choice = change_of_other, other, cost_of_other, choice_here
                new_here, new_there = cost_here, cost_there
            met += 1
            if met == TRIES:
                break
        if partner < 0:
            continue
        both = change + best - book_cost[here] - book_cost[there]
        if both <= limit:
            exchange(desk, edges, account, partner)
            book_cost[here], book_cost[there] = new_here, new_there
            own_cost[account], held[account] = cost[choice], choice
            own_cost[partner], held[partner] = partner_cost, partner_choice
            total += both
            accepted += 1
    return total, accepted


@njit(cache=True)
def _price(assignment, edges, choices, prices):
    """What every choice costs but for balance, its rep, and which choice each account holds (−1: none of them)."""
    cost = np.empty(len(choices.rank))
    rep_of = np.empty(len(choices.rank), dtype=np.int32)
    held = np.full(len(assignment), -1, dtype=np.int32)
    for account in range(len(assignment)):
        begin = edges.state_start[edges.state[account]]
        for choice in range(choices.start[account], choices.start[account + 1]):
            rep_of[choice] = edges.reps[begin + choices.rank[choice]]
            cost[choice] = _edge_price(edges, prices, account, choices.rank[choice])
            if rep_of[choice] == assignment[account]:
                held[account] = choice
    return cost, rep_of, held


@njit(cache=True, inline="always")
def _edge_price(edges, prices, account, rank):
    """Drive time and the move, as they count in the weighted objective."""
    cost = prices.minute * np.float64(edges.minutes[edges.start[account] + rank])
    owner = edges.owner[account]
    if owner >= 0 and owner != edges.reps[edges.state_start[edges.state[account]] + rank]:
        cost += prices.move
    return cost


@njit(cache=True)
def _look_through(window, choices, held, proposed, width):
    """Which accounts have something to propose within the window, and how many of their choices; how many accounts."""
    count = 0
    for account in range(len(held)):
        within = 0
        for choice in range(choices.start[account], choices.start[account + 1]):
            if choices.above[choice] > window:
                break
            within += 1
        if within > 1 or held[account] != choices.start[account]:
            proposed[count], width[count] = account, within
            count += 1
    return count
