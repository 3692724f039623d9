"""Generated reps for any set of accounts: homes near big cities, covered states, tenure, leave, departures."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.domain.tables import REPS
from assignment_assets.sample import geography, names
from assignment_assets.sample.record_ids import USER, record_ids
from assignment_assets.sample.territories import cover_states

PLACEHOLDER_OWNER_ID = complete_id("0055g00000QUEUE")
UNCOVERED_STATES = frozenset({"AK", "HI", "WY"})
INSIDE_SALES = "Inside Sales"
HOME = (36.1627, -86.7816)  # the office of Inside Sales, in degrees
MANY = 8  # from this number of reps on, every special case occurs


def generate_reps(places: pl.DataFrame, num_reps: int, seed: int, as_of: date) -> pl.DataFrame:
    """A sales organisation for accounts at `places`, in the columns of the reps table, one row a user.

    There are `num_reps` active field reps, and beside them a few who have left (inactive), the members of
    the three Inside Sales queues, and one placeholder user who stands for nobody. Some of the active
    ones ramp (capacity below 100, started within five months), some are on leave. A null capacity means the
    run's book size; a null performance means that there is no figure yet.
    States of `UNCOVERED_STATES` are covered by nobody.

    Parameters
    ----------
    places
        One row an account: `state`, `latitude`, `longitude`. Rows of territories or without coordinates are
        left aside.
    num_reps
        Active field reps, at least 1.
    """
    rng = np.random.default_rng([seed, 1])
    usable = places.filter(
        pl.col("state").is_in(list(geography.states())),
        pl.col("latitude").is_not_null(),
        pl.col("longitude").is_not_null(),
    )
    num_departed = max(1, round(0.04 * num_reps))
    homes = _homes(usable, num_reps + num_departed, rng)
    covered = cover_states(homes, usable, UNCOVERED_STATES, rng)
    field = _field_reps(homes, covered, num_departed, as_of, rng)
    office = _office(num_reps, as_of, rng)
    users = pl.concat([field, office], how="vertical")
    people = names.people(users.height + len(geography.regions()) + 1, rng)
    directors = dict(zip([*geography.regions(), INSIDE_SALES], people[users.height :], strict=True))
    everyone = (
        users.with_columns(
            pl.Series("rep_id", record_ids(USER, users.height)),
            pl.Series("name", people[: users.height]),
            pl.col("region")
            .replace_strict({region: names.email(name) for region, name in directors.items()})
            .alias("director_email"),
        )
        .with_columns(
            pl.when(pl.col("team") == "placeholder").then(pl.lit("Unassigned Queue")).otherwise("name").alias("name"),
            pl.when(pl.col("team") == "placeholder")
            .then(pl.lit(PLACEHOLDER_OWNER_ID))
            .otherwise("rep_id")
            .alias("rep_id"),
        )
        .with_columns(pl.col("name").map_elements(names.email, return_dtype=pl.String).alias("email"))
    )
    return REPS.conform(everyone.with_columns(source_id=pl.lit(None, pl.String)))


def _homes(places: pl.DataFrame, count: int, rng: np.random.Generator) -> pl.DataFrame:
    """Where reps live: ZIP codes within some 20 miles of the big cities, as many a city as it has custom."""
    cities = geography.metros().filter(~pl.col("state").is_in(list(UNCOVERED_STATES)))
    sample = places[:: max(1, places.height // 20_000)]
    away = geography.miles(
        sample["latitude"].to_numpy()[:, None],
        sample["longitude"].to_numpy()[:, None],
        cities["latitude"].to_numpy(),
        cities["longitude"].to_numpy(),
    )
    custom = np.bincount(away.argmin(axis=1), minlength=cities.height)
    exact = count * custom / custom.sum()
    seats = np.floor(exact).astype(int)
    seats[np.argsort(seats - exact, kind="stable")[: count - seats.sum()]] += 1
    centroids = geography.zip_centroids().filter(~pl.col("state").is_in(list(UNCOVERED_STATES)))
    lat, lon = centroids["latitude"].to_numpy(), centroids["longitude"].to_numpy()
    picks = []
    for city, num_here in zip(cities.iter_rows(named=True), seats, strict=True):
        chance = np.exp(-((geography.miles(lat, lon, city["latitude"], city["longitude"]) / 12.0) ** 2))
        picks.extend(rng.choice(len(lat), size=num_here, p=chance / chance.sum()))
    return centroids[picks]


def _field_reps(
    homes: pl.DataFrame, covered: list[list[str]], num_departed: int, as_of: date, rng: np.random.Generator
) -> pl.DataFrame:
    count = homes.height
    order = rng.permutation(count)
    num_active = count - num_departed
    departed, active = order[:num_departed], order[num_departed:]
    num_ramping = max(1, round(0.06 * num_active)) if num_active >= MANY else 0
    num_leave = max(1, round(0.02 * num_active)) if num_active >= MANY else 0
    ramping, on_leave = active[:num_ramping], active[num_ramping : num_ramping + num_leave]
    tenure = rng.integers(300, 3600, size=count)
    tenure[ramping] = rng.integers(15, 150, size=num_ramping)
    capacity: list[int | None] = [None] * count
    for rep in ramping:
        capacity[rep] = 25 + 25 * int(tenure[rep] // 60)
    performance: list[float | None] = rng.normal(1.0, 0.18, size=count).clip(0.45, 1.7).round(3).tolist()
    for rep in ramping[:2]:
        performance[rep] = None
    leave: list[date | None] = [None] * count
    for rep in on_leave:
        leave[rep] = as_of + timedelta(days=int(rng.integers(10, 75)))
    is_active = np.ones(count, dtype=bool)
    is_active[departed] = False
    return pl.DataFrame(
        {
            "region": [geography.states()[state].region for state in homes["state"]],
            "team": ["field"] * count,
            "is_active": is_active,
            "on_leave_until": pl.Series(leave, dtype=pl.Date),
            "started_on": [as_of - timedelta(days=int(days)) for days in tenure],
            "covered_states": covered,
            "latitude": homes["latitude"],
            "longitude": homes["longitude"],
            "performance": pl.Series(performance, dtype=pl.Float64),
            "capacity": pl.Series(capacity, dtype=pl.Int64),
        }
    )


def _office(num_reps: int, as_of: date, rng: np.random.Generator) -> pl.DataFrame:
    """The members of the Inside Sales queues, 3 to 5 each, and the placeholder user."""
    members = int(np.clip(num_reps // 25, 3, 5))
    teams = ["arm"] * members + ["growers"] * members + ["activators"] * max(3, members - 1) + ["placeholder"]
    count = len(teams)
    return pl.DataFrame(
        {
            "region": [INSIDE_SALES] * count,
            "team": teams,
            "is_active": [True] * count,
            "on_leave_until": pl.Series([None] * count, dtype=pl.Date),
            "started_on": [as_of - timedelta(days=int(days)) for days in rng.integers(200, 2400, size=count)],
            "covered_states": pl.Series([[]] * count, dtype=pl.List(pl.String)),
            "latitude": [HOME[0]] * count,
            "longitude": [HOME[1]] * count,
            "performance": pl.Series([None] * count, dtype=pl.Float64),
            "capacity": pl.Series([None] * count, dtype=pl.Int64),
        }
    )
