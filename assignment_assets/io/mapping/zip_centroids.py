"""Coordinates of ZIP codes, for rows that have none of their own, and the state that each lies in."""

from functools import cache
from typing import Any

import polars as pl
import zipcodes

_HAS_PLACE = (
    pl.col("latitude").is_not_null()
    & pl.col("longitude").is_not_null()
    & ~((pl.col("latitude") == 0) & (pl.col("longitude") == 0))
)


def zip_of(postal_code: pl.Expr) -> pl.Expr:
    """The five digits of a ZIP code, with or without four more; null for codes of other countries."""
    return postal_code.str.extract(r"^(\d{5})(?:[ -].*)?$")


def with_coordinates(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The frame with latitude and longitude completed from `postal_code`, and how many rows that concerns.

    Rows keep coordinates of their own; 0, 0 counts as none. The centroid of the first five digits is taken;
    rows whose ZIP code is unknown stay without coordinates. All three columns must be there.
    """
    completed = frame.join(
        zip_places(),
        left_on=zip_of(pl.col("postal_code")),
        right_on="zip_code",
        how="left",
        maintain_order="left",
    ).with_columns(is_completed=~_HAS_PLACE.fill_null(False) & pl.col("zip_latitude").is_not_null())
    count = int(completed["is_completed"].sum())
    completed = completed.with_columns(
        pl.when("is_completed").then(f"zip_{name}").otherwise(name).alias(name) for name in ("latitude", "longitude")
    )
    return completed.select(frame.columns), count


@cache
def places_of_zips() -> list[dict[str, Any]]:
    """Every ZIP code that has a place, as the package lists them."""
    return [place for place in zipcodes.list_all() if float(place["lat"]) or float(place["long"])]


@cache
def zip_places() -> pl.DataFrame:
    """zip_code, zip_state, and zip_latitude and zip_longitude of its centroid, of every ZIP code that has one."""
    places = [
        (place["zip_code"], place["state"], float(place["lat"]), float(place["long"])) for place in places_of_zips()
    ]
    columns = ["zip_code", "zip_state", "zip_latitude", "zip_longitude"]
    return pl.DataFrame(places, columns, orient="row").unique("zip_code", keep="first", maintain_order=True)
