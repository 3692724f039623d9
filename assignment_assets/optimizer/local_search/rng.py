"""Random numbers for the compiled loops: xorshift64* (Vigna 2016, doi:10.1145/2845077), one word of state."""

import numpy as np
from numba import njit


@njit(cache=True, inline="always")
def next_word(word: np.uint64) -> np.uint64:
    """The next state; multiply by the constant below before use."""
    word ^= word >> np.uint64(12)
    word ^= word << np.uint64(25)
    word ^= word >> np.uint64(27)
    return word


@njit(cache=True, inline="always")
def below(word: np.uint64, bound: int) -> int:
    """A whole number in [0, bound), from the upper 32 bits."""
    return np.int64(((word * np.uint64(2685821657736338717)) >> np.uint64(32)) * np.uint64(bound) >> np.uint64(32))


@njit(cache=True, inline="always")
def fraction(word: np.uint64) -> float:
    """A number in (0, 1]."""
    return (np.float64((word * np.uint64(2685821657736338717)) >> np.uint64(11)) + 1.0) * 1.1102230246251565e-16


def seed_word(generator: np.random.Generator) -> np.uint64:
    """A state that is not zero."""
    return np.uint64(generator.integers(1, 2**63, dtype=np.int64))
