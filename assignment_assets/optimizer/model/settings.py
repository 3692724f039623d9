"""How long the optimiser searches, what the knee weighs, how wide a tie is."""

from dataclasses import dataclass
from typing import Literal

from assignment_assets.domain.errors import Fault, InvalidInput

Preset = Literal["brief", "quick", "standard", "thorough"]


@dataclass(frozen=True)
class Settings:
    """The search's budget, as generations and steps (never seconds, so that a replay gives the same bytes).

    Parameters
    ----------
    preset
        The name that the other figures come from; `Settings.from_preset` fills them.
    lattice_divisions
        Steps of the lattice of weight directions over the three objectives; d steps give (d+1)(d+2)/2 directions.
    generations
        Generations of NSGA-II after the seeded start. With none no front is searched: one long search of the knee, with
        the three extremes beside it.
    offspring
        Children a generation: walks of delta-evaluated bursts, most of them on what neighbouring points disagree about.
    burst_sweeps
        Proposals of one burst, in multiples of the number of accounts; fewer where few accounts are open.
    knee_sweeps
        Proposals of the first long search of phase 2's knee, in multiples of the number of accounts; each later one is
        twice as long, as soon as all of them take no more than a little over a quarter of the proposals.
    value_sweeps
        Proposals spent on phase 3, in multiples of the number of accounts; the descents and a dive come on top.
    front_points
        How many points of the archive are kept for people; the knee always is.
    seed
        Seeds every generator of random numbers.
    knee_weights
        Weights of balance, drive time and disruption, over normalised ranges, in phase 2.
    value_weights
        The same for phase 3 (value balance, drive time, disruption).
    tie_band_minutes
        Two reps within so many drive minutes, with the same imbalance and moves, are a tie: the better performer
        takes the account.
    """

    preset: str = "standard"
    lattice_divisions: int = 8
    generations: int = 70
    offspring: int = 240
    burst_sweeps: int = 8
    knee_sweeps: int = 600
    value_sweeps: int = 150
    front_points: int = 60
    seed: int = 7
    knee_weights: tuple[float, float, float] = (0.5, 0.25, 0.25)
    value_weights: tuple[float, float, float] = (0.5, 0.25, 0.25)
    tie_band_minutes: int = 0

    def __post_init__(self) -> None:
        faults = []
        for name in ("lattice_divisions", "offspring", "burst_sweeps", "knee_sweeps", "value_sweeps", "front_points"):
            if getattr(self, name) < 1:
                faults.append(Fault(f"settings.{name}", str(getattr(self, name)), "1 or more"))
        for name in ("generations", "tie_band_minutes", "seed"):
            if getattr(self, name) < 0:
                faults.append(Fault(f"settings.{name}", str(getattr(self, name)), "0 or more"))
        for name in ("knee_weights", "value_weights"):
            weights = getattr(self, name)
            if len(weights) != 3 or min(weights) < 0 or sum(weights) <= 0:
                faults.append(Fault(f"settings.{name}", str(weights), "three weights, none negative, not all zero"))
        if faults:
            raise InvalidInput("optimiser settings", faults)

    @classmethod
    def from_preset(cls, preset: Preset, **changes) -> "Settings":
        """The preset's figures, with the named fields changed.

        Raises
        ------
        InvalidInput
            The preset is unknown, or a figure is out of its range.
        """
        if preset not in PRESETS:
            raise InvalidInput(
                "optimiser settings",
                [Fault("settings.preset", repr(preset), " or ".join(PRESETS), "Choose one of them.")],
            )
        return cls(**{"preset": preset, **PRESETS[preset], **changes})


PRESETS: dict[str, dict[str, int]] = {
    "brief": {
        "lattice_divisions": 1,
        "generations": 0,
        "offspring": 8,
        "burst_sweeps": 8,
        "knee_sweeps": 600,
        "value_sweeps": 30,
        "front_points": 10,
    },
    "quick": {
        "lattice_divisions": 6,
        "generations": 18,
        "offspring": 160,
        "burst_sweeps": 8,
        "knee_sweeps": 600,
        "value_sweeps": 50,
        "front_points": 30,
    },
    "standard": {
        "lattice_divisions": 8,
        "generations": 70,
        "offspring": 240,
        "burst_sweeps": 8,
        "knee_sweeps": 600,
        "value_sweeps": 150,
        "front_points": 60,
    },
    "thorough": {
        "lattice_divisions": 12,
        "generations": 220,
        "offspring": 320,
        "burst_sweeps": 20,
        "knee_sweeps": 600,
        "value_sweeps": 600,
        "front_points": 120,
    },
}
