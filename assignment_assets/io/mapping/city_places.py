"""Coordinates of cities, for accounts whose source has a city and a state, but neither ZIP code nor coordinates."""

from functools import cache

import polars as pl
import zipcodes

from assignment_assets.domain.sources.names import plain_names


def with_city_places(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The frame without its `city`, coordinates completed by it and the state, and how many rows that concerns."""
    absent = [pl.lit(None, pl.Float64).alias(name) for name in ("latitude", "longitude") if name not in frame.columns]
    joined = (
        frame.with_columns(absent)
        .with_columns(city_key=plain_names(pl.col("city")))
        .join(
            _city_places(),
            left_on=["city_key", "state"],
            right_on=["place_name", "place_state"],
            how="left",
            maintain_order="left",
        )
        .with_columns(is_taken=pl.col("latitude").is_null() & pl.col("place_latitude").is_not_null())
    )
    count = int(joined["is_taken"].sum())
    completed = joined.with_columns(
        pl.when("is_taken").then(f"place_{name}").otherwise(name).alias(name) for name in ("latitude", "longitude")
    )
    return completed.drop("city", "city_key", "is_taken", "place_latitude", "place_longitude"), count


@cache
def _city_places() -> pl.DataFrame:
    """place_name, place_state, place_latitude and place_longitude: the middle of the city's ZIP codes."""
    places = [
        (name, place["state"], float(place["lat"]), float(place["long"]))
        for place in zipcodes.list_all()
        if float(place["lat"]) or float(place["long"])
        for name in (place["city"], *place["acceptable_cities"])
    ]
    columns = ["place_name", "place_state", "place_latitude", "place_longitude"]
    whole = pl.DataFrame(places, columns, orient="row").with_columns(plain_names(pl.col("place_name")))
    return whole.group_by("place_name", "place_state").agg(pl.col("place_latitude", "place_longitude").median())
