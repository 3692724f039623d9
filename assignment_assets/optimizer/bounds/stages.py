"""The ascents that prices are found by: their stages, and when which of them run."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.model.knobs import ENTRIES, NOT_NEGATIVE, ONE_OR_MORE, POSITIVE, Knobs, knob

EVERY, UNBOUNDED = 1 << 30, np.inf


class Stage(NamedTuple):
    """One ascent. Lengths are in units of an edge's typical cost (`Weighing.unit` and some minutes), those of a stage
    with a box in spreads: within one spread of the least, accounts have `BoundParams.in_spread` reps on average.
    """

    temperature: float
    per_book: float  # so many accounts a rep are looked at
    reach: float  # edges so far above an account's least are looked at
    most: int  # of them, at most so many an account
    iterations: int  # at most: where the bound has stopped rising it ends
    box: float  # how far a price may move


CLOSELY = tuple(
    Stage(temperature, EVERY, UNBOUNDED, EVERY, 200, UNBOUNDED)
    for temperature in (10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01)
)
LONG = (  # fewer stages, longer; the cool ones without the edges that have no share in the softmin
    Stage(2.0, 12, UNBOUNDED, EVERY, 60, UNBOUNDED),
    Stage(0.3, EVERY, UNBOUNDED, EVERY, 200, UNBOUNDED),
    Stage(0.05, EVERY, 8.0, EVERY, 200, UNBOUNDED),
    Stage(0.005, EVERY, 2.0, EVERY, 200, UNBOUNDED),
)
IN_BOXES = (  # long while it is hot, on samples; cool on few edges
    Stage(2.0, 3, UNBOUNDED, EVERY, 80, UNBOUNDED),
    Stage(0.4, 6, UNBOUNDED, EVERY, 120, UNBOUNDED),
    Stage(0.1, 12, UNBOUNDED, EVERY, 80, UNBOUNDED),
    Stage(0.2, EVERY, 25.0, 56, 40, 6.0),
    Stage(0.08, EVERY, 25.0, 48, 60, 6.0),
    Stage(0.03, EVERY, 12.0, 32, 40, 3.0),
)
ROUGHLY_SMALL = tuple(Stage(temperature, EVERY, UNBOUNDED, EVERY, 15, UNBOUNDED) for temperature in (1.0, 0.1))
ROUGHLY = (
    Stage(2.0, 6, UNBOUNDED, EVERY, 20, UNBOUNDED),
    Stage(0.5, 12, UNBOUNDED, EVERY, 25, UNBOUNDED),
    Stage(0.06, 30, 5.0, 48, 15, 0.6),
)
AGAIN = (Stage(0.1, EVERY, 8.0, EVERY, 40, UNBOUNDED), Stage(0.02, EVERY, 3.0, EVERY, 40, UNBOUNDED))


@dataclass(frozen=True)
class BoundParams(Knobs):
    """How prices are found."""

    medium: int = knob(100_000, NOT_NEGATIVE, "edges from which a phase climbs by `long`; more phases by `closely`")
    huge: int = knob(5_000_000, NOT_NEGATIVE, "edges from which it climbs by `in_boxes`, on samples; tighter, slower")
    still: float = knob(3e-6, NOT_NEGATIVE, "relative gain of ten iterations that ends a stage; weaker bounds")
    in_spread: float = knob(4.0, POSITIVE, "reps an account that measure a boxed stage; wider boxes, longer reaches")
    more_minutes: float = knob(9.0, NOT_NEGATIVE, "minutes more in an ascent's unit; hotter where drive dominates")
    closely: tuple[Stage, ...] = knob(CLOSELY, ENTRIES, "stages of a small phase; more are tighter and slower")
    long: tuple[Stage, ...] = knob(LONG, ENTRIES, "stages of a medium phase; the same")
    in_boxes: tuple[Stage, ...] = knob(IN_BOXES, ENTRIES, "stages of a huge phase, the cool ones in boxes; the same")
    roughly: tuple[Stage, ...] = knob(ROUGHLY, ENTRIES, "stages of prices to search by; better lists, slower lattice")
    roughly_small: tuple[Stage, ...] = knob(ROUGHLY_SMALL, ENTRIES, "the same in a small phase")
    again: tuple[Stage, ...] = knob(AGAIN, ENTRIES, "stages after each batch of a dive; better dives, slower")


@dataclass(frozen=True)
class AscentParams(Knobs):
    """How one stage climbs."""

    memory: int = knob(12, ONE_OR_MORE, "steps that L-BFGS remembers; fewer, dearer iterations")
    sufficient: float = knob(1e-4, POSITIVE, "part of the promised gain that a step must keep; shorter, safer steps")
    halvings: int = knob(25, ONE_OR_MORE, "halvings of a step before the ascent gives up")
    precision: float = knob(1e-9, NOT_NEGATIVE, "relative gain of ten iterations that ends it; weaker bounds")
