"""Delta-evaluated annealing on one phase: shifts into free seats, exchanges between books.

Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983, doi:10.1126/science.220.4598.671) with a geometric schedule.
A step proposes another rep for one account. If that rep has a free seat it is a shift. If not, a reserved seat may
make way: a later account of a state that both reps cover changes sides, at no cost. A shift that is not taken becomes
an exchange with an account of the other book which has both reps as candidates: the best of the first few met. (With an
account that sits with none of its candidates, any account of the other book may change places.)

The reps that are proposed for an account are those whose cost at the dual prices is within a window of its least. The
window narrows as the search cools: at first a wide choice, at last only what the prices can hardly tell apart.

In a large phase the accounts that are proposed come from a stretch that moves along their order, which is geographic
(`hilbert_curve`), again and again: what a step needs is then mostly in the processor's cache.

Every state visited is feasible, for this phase and for the accounts that come later. Where books have revenue caps,
`edges` has one measure more than `costs`, the last: revenue, whose target is the cap. It costs nothing below it, and
nothing goes above it.
"""

import numpy as np
from numba import njit

from assignment_assets.optimizer.local_search.annealing_moves import (
    best_member,
    draw_candidate,
    draw_slot,
    look_through,
)
from assignment_assets.optimizer.local_search.candidates import Candidates
from assignment_assets.optimizer.local_search.cooling import Schedule
from assignment_assets.optimizer.local_search.edge_costs import book_costs, candidate_costs, own_costs
from assignment_assets.optimizer.local_search.exchange_candidates import Pairs
from assignment_assets.optimizer.local_search.rng import below, fraction, next_word
from assignment_assets.optimizer.local_search.state import build_state, exchange, free_seat_by_augmenting, shift
from assignment_assets.optimizer.model.arrays import IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges
from assignment_assets.optimizer.model.weighted_sum import Costs


@njit(cache=True)
def anneal(
    assignment: RepArray,
    reserve: IntArray,
    edges: Edges,
    candidates: Candidates,
    pairs: Pairs,
    costs: Costs,
    schedule: Schedule,
    word: np.uint64,
) -> tuple[float, int]:
    """Improves `assignment` (int32[n]) and rearranges `reserve` (int64[S, R]) in place.

    Parameters
    ----------
    candidates, pairs
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
    num_accounts, num_measures = len(assignment), costs.excess.shape[1]
    is_capped, has_pairs = edges.amount.shape[1] > num_measures, len(pairs.table) > 0
    search = build_state(assignment, reserve, edges)
    # Fields of tuples are named once: a compiled loop that reaches through a tuple counts references at every step.
    over, excess, free, book_start, book_size = search.over, costs.excess, search.free, search.first, search.count
    amount_of, candidate_start, above = edges.amount, candidates.start, candidates.above
    table, slots, pair_start = pairs.table, pairs.slot, pairs.start
    paired, lower, upper = pairs.account, pairs.lower, pairs.upper
    cost, rep_of, held = candidate_costs(assignment, edges, candidates, costs)
    book_cost, own_cost = book_costs(over, excess), own_costs(assignment, edges, costs)
    proposed, width = np.empty(num_accounts, dtype=np.int32), np.empty(num_accounts, dtype=np.int32)
    num_proposed, total, accepted = 0, 0.0, 0
    coolings, stretch, partners = schedule.coolings, schedule.stretch, schedule.partners
    temperature, window = schedule.hot, schedule.wide
    is_warm = schedule.hot > 0.0 and schedule.cold > 0.0
    cooling = (schedule.cold / schedule.hot) ** (1.0 / coolings) if is_warm else 1.0
    windows = min(max(schedule.steps // (schedule.narrowing_sweeps * max(num_accounts, 1)), 1), schedule.narrowings)
    narrowing = (schedule.narrow / schedule.wide) ** (1.0 / windows)
    window *= np.sqrt(narrowing)
    lap = max(schedule.steps // max(schedule.steps // (schedule.lap_sweeps * max(num_accounts, 1)), 1), 1)
    block, span = max(1, schedule.steps // coolings), schedule.steps // windows + 1
    for step in range(schedule.steps):
        if step % block == 0 and step > 0:
            temperature *= cooling
        if step % span == 0:
            window *= narrowing if step > 0 else 1.0
            num_proposed = look_through(window, candidate_start, above, held, proposed, width)
            if num_proposed == 0:
                break
        word = next_word(word)
        slot = draw_slot(word, num_proposed, stretch, step, lap)
        account = proposed[slot]
        begin = candidate_start[account]
        word = next_word(word)
        candidate = draw_candidate(word, begin, width[slot], held[account])
        if candidate < 0:
            continue
        here, there = assignment[account], rep_of[candidate]
        if here == there:
            continue
        change = cost[candidate] - own_cost[account]
        new_here, new_there = 0.0, 0.0
        for k in range(num_measures):
            amount = amount_of[account, k]
            new_here += excess[here, k] * max(0.0, over[here, k] - amount)
            new_there += excess[there, k] * max(0.0, over[there, k] + amount)
        alone = change + new_here + new_there - book_cost[here] - book_cost[there]
        limit = -1e-15
        if is_warm:
            word = next_word(word)
            limit = -temperature * np.log(fraction(word))
        fits = not is_capped or over[there, num_measures] + amount_of[account, num_measures] <= 0.0
        if alone <= limit and fits and (free[there] > 0 or free_seat_by_augmenting(search, edges, there, here)):
            shift(search, edges, account, there)
            book_cost[here], book_cost[there] = new_here, new_there
            own_cost[account], held[account] = cost[candidate], candidate
            total += alone
            accepted += 1
            continue
        is_known = has_pairs and held[account] >= 0
        if is_known:
            across = (held[account] - begin) * (candidate_start[account + 1] - begin)
            pair = table[slots[account] + across + candidate - begin]
            first, last = pair_start[pair], pair_start[pair + 1]
        else:
            first, last = book_start[there], book_start[there] + book_size[there]
        if first == last:
            continue
        word = next_word(word)
        place = first + below(word, last - first)
        if is_known:  # kept here: handing its arrays to a function at every step costs a quarter of the search
            listed = lower if here < there else upper
            best, partner, partner_cost, partner_candidate, met = np.inf, -1, 0.0, -1, 0
            for _ in range(last - first):
                place += 1
                if place == last:
                    place = first
                other = paired[place]
                if assignment[other] != there:
                    continue
                if is_capped:
                    gained = amount_of[account, num_measures] - amount_of[other, num_measures]
                    if over[there, num_measures] + gained > 0.0 or over[here, num_measures] - gained > 0.0:
                        continue
                cost_here, cost_there = 0.0, 0.0
                for k in range(num_measures):
                    difference = amount_of[account, k] - amount_of[other, k]
                    cost_here += excess[here, k] * max(0.0, over[here, k] - difference)
                    cost_there += excess[there, k] * max(0.0, over[there, k] + difference)
                change_of_other = cost[listed[place]] - own_cost[other] + cost_here + cost_there
                if change_of_other < best:
                    best, partner, partner_candidate = change_of_other, other, listed[place]
                    partner_cost, new_here, new_there = cost[listed[place]], cost_here, cost_there
                met += 1
                if met == partners:
                    break
        else:
            found = best_member(search, edges, costs, own_cost, account, (here, there), (place, first, last, partners))
            best, partner, partner_cost, partner_candidate, new_here, new_there = found
        if partner < 0:
            continue
        both = change + best - book_cost[here] - book_cost[there]
        if both <= limit:
            exchange(search, edges, account, partner)
            book_cost[here], book_cost[there] = new_here, new_there
            own_cost[account], held[account] = cost[candidate], candidate
            own_cost[partner], held[partner] = partner_cost, partner_candidate
            total += both
            accepted += 1
    return total, accepted
