"""Which states each generated rep covers: contiguous, 1 to 6, no state left out by accident."""

import numpy as np
import polars as pl

from assignment_assets.sample import geography

MOST_STATES = 6
HOW_MANY = [0.16, 0.27, 0.25, 0.17, 0.10, 0.05]  # chances of 1 to 6 states


def cover_states(
    homes: pl.DataFrame, places: pl.DataFrame, uncovered: frozenset[str], rng: np.random.Generator
) -> list[list[str]]:
    """Covered states per home, in alphabetical order; each list begins from the home's state and is contiguous.

    A rep takes on the neighbouring state where most custom waits per rep, less for far ones.
    States in `uncovered` are given to nobody; every other state with places gets a rep where one borders on it
    and has fewer than six.
    """
    centres = places.group_by("state").agg(pl.len().alias("custom"), pl.col("latitude", "longitude").mean())
    custom = {row["state"]: row for row in centres.sort("state").iter_rows(named=True) if row["state"] not in uncovered}
    covered = [[state] for state in homes["state"]]
    reps_in = dict.fromkeys(geography.states(), 0)
    for state in homes["state"]:
        reps_in[state] += 1
    wanted = rng.choice(np.arange(1, MOST_STATES + 1), size=homes.height, p=HOW_MANY)
    coordinates = list(homes.select("latitude", "longitude").iter_rows())
    for rep, how_many in enumerate(wanted):
        while len(covered[rep]) < how_many:
            candidates = _bordering(covered[rep]) & custom.keys()
            if not candidates:
                break
            best = max(
                sorted(candidates),
                key=lambda state: (
                    custom[state]["custom"]
                    / (1 + reps_in[state])
                    / (1 + _away(coordinates[rep], custom[state]) / 150.0)
                ),
            )
            covered[rep].append(best)
            reps_in[best] += 1
    _fill_gaps(covered, coordinates, custom, reps_in)
    return [sorted(states) for states in covered]


def _fill_gaps(
    covered: list[list[str]], coordinates: list[tuple[float, float]], custom: dict[str, dict], reps_in: dict[str, int]
) -> None:
    """Gives each state that nobody covers to the nearest rep who borders on it, until nothing changes."""
    changed = True
    while changed:
        changed = False
        for state in [state for state in custom if not reps_in[state]]:
            able = [
                rep for rep, states in enumerate(covered) if len(states) < MOST_STATES and state in _bordering(states)
            ]
            if able:
                nearest = min(able, key=lambda rep, state=state: _away(coordinates[rep], custom[state]))
                covered[nearest].append(state)
                reps_in[state] += 1
                changed = True


def _bordering(states: list[str]) -> set[str]:
    return {neighbour for state in states for neighbour in geography.states()[state].neighbours} - set(states)


def _away(home: tuple[float, float], centre: dict) -> float:
    return float(geography.miles(home[0], home[1], centre["latitude"], centre["longitude"]))
