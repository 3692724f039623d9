"""One assignment taken towards another one that may break the rules, as far as the rules allow."""

import numpy as np
from numba import njit

from assignment_assets.optimizer.local_search.rng import below, next_word
from assignment_assets.optimizer.local_search.state import build_state, exchange, free_seat_by_augmenting, shift
from assignment_assets.optimizer.model.arrays import IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges


@njit(cache=True)
def repair_towards(
    books: RepArray, reserve: IntArray, wanted: RepArray, edges: Edges, is_capped: bool, word: np.uint64
) -> None:
    """Moves the accounts of `books` (int32[n]) one by one to where `wanted` (int32[n]) has them; always feasible.

    An account goes there when a seat is free or can be made free; otherwise in exchange for an account of that book
    which is wanted elsewhere; otherwise it stays. With `is_capped` the last measure of `edges`
    is revenue, whose target no book may exceed.
    """
    search = build_state(books, reserve, edges)
    over, last = search.over, edges.amount.shape[1] - 1
    for account in range(len(books)):
        there = wanted[account]
        here = books[account]
        word = next_word(word)  # one an account, whether it moves or not: the stream is part of the answer
        if here == there:
            continue
        fits = not is_capped or over[there, last] + edges.amount[account, last] <= 0.0
        if fits and free_seat_by_augmenting(search, edges, there, here):
            shift(search, edges, account, there)
            continue
        word = next_word(word)
        offset = below(word, search.count[there])
        for turn in range(search.count[there]):
            other = search.member[search.first[there] + (offset + turn) % search.count[there]]
            if is_capped:
                gained = edges.amount[account, last] - edges.amount[other, last]
                if over[there, last] + gained > 0.0 or over[here, last] - gained > 0.0:
                    continue
            if wanted[other] != there and edges.rank[edges.state[other], here] >= 0:
                exchange(search, edges, account, other)
                break
