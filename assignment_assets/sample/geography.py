"""Real US geography for generated companies: ZIP centroids, states and their neighbours, big cities."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import polars as pl
import zipcodes

from assignment_assets.domain.assignment.drive_time import EARTH_RADIUS_MILES

CITY_REACH_MILES = 22.0
COUNTRYSIDE_SHARE = 0.22


@dataclass(frozen=True)
class State:
    """A US state or DC: its region of the sample company, its residents in 2020, the states that it touches."""

    code: str
    name: str
    region: str
    population: int
    neighbours: tuple[str, ...]


@cache
def states() -> dict[str, State]:
    """The 50 states and DC by USPS code, in alphabetical order."""
    entries = json.loads(resources.files(__package__).joinpath("states.json").read_text("utf-8"))
    return {
        code: State(code, entry["name"], entry["region"], entry["population"], tuple(entry["neighbours"]))
        for code, entry in entries.items()
    }


def regions() -> list[str]:
    """The sample company's regions, in alphabetical order."""
    return sorted({state.region for state in states().values()})


@cache
def zip_centroids() -> pl.DataFrame:
    """One row a ZIP code where people live: `postal_code`, `city`, `state`, `latitude`, `longitude` in degrees.

    Post-box, single-addressee and military codes are left out; so are the territories.
    """
    rows = [
        (entry["zip_code"], entry["city"], entry["state"], float(entry["lat"]), float(entry["long"]))
        for entry in zipcodes.list_all()
        if entry["active"] and entry["zip_code_type"] == "STANDARD" and entry["state"] in states()
    ]
    columns = ["postal_code", "city", "state", "latitude", "longitude"]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    return frame.filter(pl.col("latitude") != 0).sort("postal_code")


@cache
def metros() -> pl.DataFrame:
    """Big cities, most residents first: `city`, `state`, `population` of the metropolitan area, coordinates."""
    entries = json.loads(resources.files(__package__).joinpath("metros.json").read_text("utf-8"))
    centres = zip_centroids().group_by("city", "state").agg(pl.col("latitude", "longitude").median())
    return (
        pl.DataFrame(entries)
        .join(centres, on=["city", "state"], how="inner", validate="1:1")
        .sort("population", "city", descending=[True, False])
    )


def miles(latitude: np.ndarray, longitude: np.ndarray, to_latitude: np.ndarray, to_longitude: np.ndarray) -> np.ndarray:
    """Great-circle miles between places given in degrees; arrays broadcast."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    to_lat, to_lon = np.radians(to_latitude), np.radians(to_longitude)
    cosine = (
        np.sin(lat) * np.sin(to_lat)
        + np.cos(lat) * np.cos(lon) * (np.cos(to_lat) * np.cos(to_lon))
        + np.cos(lat) * np.sin(lon) * (np.cos(to_lat) * np.sin(to_lon))
    )
    return EARTH_RADIUS_MILES * np.arccos(np.clip(cosine, -1.0, 1.0))


@cache
def zip_weights() -> np.ndarray:
    """How much of the country's custom each ZIP of `zip_centroids` holds; sums to 1.

    A state's share is its share of residents; within it most lies around the big cities,
    falling off with the square of the distance, and the rest is spread over the countryside.
    """
    places, cities = zip_centroids(), metros()
    near = np.zeros(places.height)
    for city in cities.iter_rows(named=True):
        away = miles(places["latitude"].to_numpy(), places["longitude"].to_numpy(), city["latitude"], city["longitude"])
        near += city["population"] * np.exp(-((away / CITY_REACH_MILES) ** 2) / 2)
    frame = (
        places.select("state")
        .with_columns(near=pl.Series(near))
        .with_columns(urban=pl.col("near") / pl.col("near").sum().over("state"), rural=1.0 / pl.len().over("state"))
    )
    residents = pl.Series([states()[code].population for code in places["state"]], dtype=pl.Float64)
    urban = frame["urban"].fill_nan(0.0)
    raw = residents * ((1 - COUNTRYSIDE_SHARE) * urban + COUNTRYSIDE_SHARE * frame["rural"])
    return (raw / raw.sum()).to_numpy()


def draw_places(count: int, rng: np.random.Generator) -> pl.DataFrame:
    """`count` places of business on real ZIP codes, as `zip_centroids` columns, a mile or two off the centroid."""
    picks = rng.choice(zip_centroids().height, size=count, p=zip_weights())
    offsets = rng.normal(0.0, 0.02, size=(count, 2)).round(5)
    return zip_centroids()[picks].with_columns(
        (pl.col("latitude") + pl.Series(offsets[:, 0])).round(5),
        (pl.col("longitude") + pl.Series(offsets[:, 1])).round(5),
    )
