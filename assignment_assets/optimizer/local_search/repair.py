"""Crossing without repair: one assignment takes over another one's choices as far as the rules allow."""

from numba import njit

from assignment_assets.optimizer.local_search.rng import below, fraction, next_word
from assignment_assets.optimizer.local_search.state import exchange, lay_open, make_way, shift


@njit(cache=True)
def adopt(child, reserve, mate, edges, is_capped, rate, word):
    """Crosses `mate` into `child` (int32[n]), account by account; feasible after every step.

    An account goes where the mate has it when a seat is free or can be made free there; otherwise in exchange for an
    account of that book which the mate has elsewhere; otherwise it stays. With `is_capped` the last measure of `edges`
    is revenue, whose target no book may exceed.
    """
    desk = lay_open(child, reserve, edges)
    over, last = desk.over, edges.amount.shape[1] - 1
    for account in range(len(child)):
        there = mate[account]
        here = child[account]
        word = next_word(word)
        if here == there or fraction(word) > rate:
            continue
        fits = not is_capped or over[there, last] + edges.amount[account, last] <= 0.0
        if fits and make_way(desk, edges, there, here):
            shift(desk, edges, account, there)
            continue
        word = next_word(word)
        offset = below(word, desk.count[there])
        for turn in range(desk.count[there]):
            other = desk.member[desk.first[there] + (offset + turn) % desk.count[there]]
            if is_capped:
                gained = edges.amount[account, last] - edges.amount[other, last]
                if over[there, last] + gained > 0.0 or over[here, last] - gained > 0.0:
                    continue
            if mate[other] != there and edges.rank[edges.state[other], here] >= 0:
                exchange(desk, edges, account, other)
                break
