"""Crossing without repair: one assignment takes over another one's choices as far as the rules allow."""

from numba import njit

from assignment_assets.optimizer.desk import exchange, lay_open, make_way, shift
from assignment_assets.optimizer.draws import below, fraction, next_word


@njit(cache=True)
def adopt(child, reserve, mate, edges, rate, word):
    """Crosses `mate` into `child` (int32[n]), account by account; feasible after every step.

    An account goes where the mate has it when a seat is free or can be made free there; otherwise in exchange for an
    account of that book which the mate has elsewhere; otherwise it stays.
    """
    desk = lay_open(child, reserve, edges)
    for account in range(len(child)):
        there = mate[account]
        here = child[account]
        word = next_word(word)
        if here == there or fraction(word) > rate:
            continue
        if make_way(desk, edges, there, here):
            shift(desk, edges, account, there)
            continue
        word = next_word(word)
        offset = below(word, desk.count[there])
        for turn in range(desk.count[there]):
            other = desk.member[desk.first[there] + (offset + turn) % desk.count[there]]
            if mate[other] != there and edges.rank[edges.state[other], here] >= 0:
                exchange(desk, edges, account, other)
                break
