"""How a search by annealing cools: its temperatures, its window, and where its proposals come from."""

from dataclasses import dataclass
from typing import NamedTuple

from assignment_assets.optimizer.model.knobs import ONE_OR_MORE, SHARE, Knobs, knob


@dataclass(frozen=True)
class AnnealingParams(Knobs):
    """The shape of every schedule."""

    last_temperature: float = knob(0.05, SHARE, "last temperature of a burst over the first; it ends less cooled")
    last_window: float = knob(0.2, SHARE, "last reduced-cost window of a burst over the first; a wider choice")
    coolings: int = knob(256, ONE_OR_MORE, "steps of the temperature; a smoother schedule")
    narrowings: int = knob(16, ONE_OR_MORE, "steps of the window, at most; a smoother narrowing, more passes")
    narrowing_sweeps: int = knob(4, ONE_OR_MORE, "proposals an account between them; fewer of them")
    stretch: int = knob(4096, ONE_OR_MORE, "accounts proposed from at a time; more cache misses, freer choice")
    lap_sweeps: int = knob(2, ONE_OR_MORE, "proposals an account while the stretch passes once; fewer laps")
    partners: int = knob(4, ONE_OR_MORE, "partners that an exchange is the best of; better and fewer exchanges")


ANNEALING = AnnealingParams()


class Schedule(NamedTuple):
    """How a search cools."""

    steps: int  # proposals
    hot: float  # first and last temperature, in units of the weighted objective; at 0 only improvements are accepted
    cold: float
    wide: float  # first and last window, in the same units, above 0
    narrow: float
    coolings: int = ANNEALING.coolings  # and what else `AnnealingParams` says
    narrowings: int = ANNEALING.narrowings
    narrowing_sweeps: int = ANNEALING.narrowing_sweeps
    stretch: int = ANNEALING.stretch
    lap_sweeps: int = ANNEALING.lap_sweeps
    partners: int = ANNEALING.partners


def schedule_of(steps: int, hot: float, wide: float, params: AnnealingParams = ANNEALING) -> Schedule:
    """The schedule of a burst, from its first temperature and window."""
    return Schedule(
        steps,
        hot,
        hot * params.last_temperature,
        wide,
        wide * params.last_window,
        params.coolings,
        params.narrowings,
        params.narrowing_sweeps,
        params.stretch,
        params.lap_sweeps,
        params.partners,
    )
