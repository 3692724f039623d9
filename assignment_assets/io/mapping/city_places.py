"""Coordinates of cities and states, for accounts whose source has a city, but neither ZIP code nor coordinates."""

from functools import cache

import polars as pl

from assignment_assets.domain.sources.names import plain_names
from assignment_assets.io.mapping.zip_centroids import places_of_zips

_PLACE = ("latitude", "longitude")
_LONG = {r"^st\.? ": "saint ", r"^ft\.? ": "fort ", r"^mt\.? ": "mount "}


def with_city_places(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The frame without its `city`, coordinates completed by city and state, and sentences on that.

    Where the city is unknown, the middle of the state stands for it.
    """
    if "latitude" in frame.columns and not frame["latitude"].null_count():
        return frame.drop("city"), ()
    absent = [pl.lit(None, pl.Float64).alias(name) for name in _PLACE if name not in frame.columns]
    joined = (
        frame.with_columns(absent)
        .with_columns(city_key=_city_key(pl.col("city")), is_open=pl.col("latitude").is_null())
        .join(_places(), left_on=["city_key", "state"], right_on=["place", "code"], how="left", maintain_order="left")
        .join(_middles(), left_on="state", right_on="code", how="left", maintain_order="left")
    )
    completed = joined.with_columns(
        pl.when("is_open").then(pl.coalesce(f"city_{name}", f"state_{name}")).otherwise(name).alias(name)
        for name in _PLACE
    )
    by_city = joined.filter(pl.col("is_open") & pl.col("city_latitude").is_not_null()).height
    by_state = joined.filter(
        pl.col("is_open") & pl.col("city_latitude").is_null() & pl.col("state_latitude").is_not_null()
    ).height
    said = (
        (by_city, f"Coordinates taken from the city: {by_city} of {frame.height} rows."),
        (by_state, f"Coordinates taken from the middle of the state, for no such city is known: {by_state} rows."),
    )
    columns = [name for name in [*frame.columns, *_PLACE] if name != "city"]
    return completed.select(list(dict.fromkeys(columns))), tuple(sentence for count, sentence in said if count)


def _city_key(city: pl.Expr) -> pl.Expr:
    key = plain_names(city)
    for short, long in _LONG.items():
        key = key.str.replace(short, long)
    return key


@cache
def _places() -> pl.DataFrame:
    """place, code, city_latitude and city_longitude: the middle of the city's ZIP codes."""
    places = [
        (name, place["state"], float(place["lat"]), float(place["long"]))
        for place in places_of_zips()
        for name in (place["city"], *place["acceptable_cities"])
    ]
    columns = ["place", "code", "city_latitude", "city_longitude"]
    whole = pl.DataFrame(places, columns, orient="row").with_columns(_city_key(pl.col("place")))
    return whole.group_by("place", "code").agg(pl.col("city_latitude", "city_longitude").median())


@cache
def _middles() -> pl.DataFrame:
    """code, state_latitude and state_longitude: the middle of the state's cities."""
    middles = _places().group_by("code").agg(pl.col("city_latitude", "city_longitude").median())
    return middles.rename({f"city_{name}": f"state_{name}" for name in _PLACE})
