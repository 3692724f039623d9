"""Drive time between an account and a rep: an estimate from the great circle, in whole minutes."""

import polars as pl

from assignment_assets.domain.tables import RepsFrame

EARTH_RADIUS_MILES = 3959.0
CIRCUITY = 1.25  # road miles over straight miles
MILES_AN_HOUR = 52.0
HANDLING_MINUTES = 5.0  # parking, walking
LONGEST_MINUTES = 60000


def drive_minutes(latitude: str, longitude: str, other_latitude: str, other_longitude: str) -> pl.Expr:
    """Whole minutes between two points given by the names of four columns in degrees; null where one is missing.

    Great-circle distance (spherical law of cosines) × circuity ÷ speed, plus handling, at most `LONGEST_MINUTES`.
    The optimiser's arrays follow the same formula.
    """
    phi, other_phi = pl.col(latitude).radians(), pl.col(other_latitude).radians()
    delta = (pl.col(longitude) - pl.col(other_longitude)).radians()
    cosine = phi.sin() * other_phi.sin() + phi.cos() * other_phi.cos() * delta.cos()
    miles = EARTH_RADIUS_MILES * cosine.clip(-1.0, 1.0).arccos()
    minutes = HANDLING_MINUTES + miles * CIRCUITY / MILES_AN_HOUR * 60.0
    return minutes.round(0).clip(upper_bound=LONGEST_MINUTES).cast(pl.Int64)


def with_drive_minutes(rows: pl.DataFrame, reps: RepsFrame) -> pl.DataFrame:
    """The rows (with rep_id, latitude, longitude) and their `drive_minutes` to that rep; null for unknown reps."""
    places = reps.select("rep_id", rep_latitude="latitude", rep_longitude="longitude")
    joined = rows.drop("drive_minutes", strict=False).join(places, on="rep_id", how="left", maintain_order="left")
    minutes = drive_minutes("latitude", "longitude", "rep_latitude", "rep_longitude")
    return joined.with_columns(drive_minutes=minutes).drop("rep_latitude", "rep_longitude")
