"""Where a row's account is: country, state, ZIP code and coordinates checked against each other."""

from collections.abc import Collection

import polars as pl

from assignment_assets.domain.sources.contract import LEFT_OUT, UNREAD
from assignment_assets.domain.sources.states import STATE_CODES
from assignment_assets.domain.tables import TEXT
from assignment_assets.io.mapping.headers import plain_name
from assignment_assets.io.mapping.zip_centroids import zip_places

COUNTRY_HEADERS = (
    *("billing country", "country", "shipping country", "billing country/region", "country/region"),
    *("country/territory", "country code", "billing country code", "billingcountry", "billing_country"),
    *("billingcountrycode", "shippingcountry", "account country", "address1_country", "address 1: country/region"),
)
"""Headers that are read as the country where the mapping names none."""
HOME = frozenset(
    {
        *("us", "usa", "u.s.", "u.s.a.", "united states", "united states of america", "the united states"),
        *("america", "estados unidos", "840", "pr", "pri", "puerto rico", "gu", "guam", "vi", "us virgin islands"),
        *("american samoa", "northern mariana islands"),
    }
)
FAR_KM, NEARER_KM = 400.0, 600.0
_EARTH_KM = 6371.0


def country_header(there: Collection[str]) -> str | None:
    """The source's column that holds the country, by its name; null where none is called so."""
    named = {plain_name(name): name for name in reversed(list(there))}
    return next((named[each] for each in COUNTRY_HEADERS if each in named), None)


def is_abroad(country: pl.Expr) -> pl.Expr:
    """Whether a country is given and is not the United States."""
    plain = country.str.strip_chars().str.to_lowercase()
    return (country.is_not_null() & ~plain.is_in(sorted(HOME))).fill_null(False)


def abroad_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows outside the covered country (LEFT_OUT), each with its country, state and ZIP code."""
    parts = [pl.col(name).cast(TEXT) for name in ("country", "state", "postal_code") if name in frame.columns]
    return (
        frame.filter(is_abroad(pl.col("country")))
        .select(
            "row_no",
            record_id="account_id",
            column_name=pl.lit("country"),
            found=pl.concat_str(parts, separator=", ", ignore_nulls=True),
            expected=pl.lit("an account in the United States, which reps cover"),
        )
        .select(list(LEFT_OUT))
    )


def contradictions(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame with coordinates that its ZIP codes contradict taken from the ZIP code, and what was met (UNREAD).

    Coordinates more than 400 km from the ZIP code's centroid contradict it: they are swapped or lack their sign where
    that brings them near. A state that is not the ZIP code's is listed and stands.
    """
    placed = frame.join(
        zip_places(),
        left_on=pl.col("postal_code").str.extract(r"^(\d{5})"),
        right_on="zip_code",
        how="left",
        maintain_order="left",
    ).with_columns(
        as_given=_km("latitude", "longitude"),
        swapped=_km("longitude", "latitude"),
        unsigned=pl.min_horizontal(_km("latitude", -pl.col("longitude")), _km(-pl.col("latitude"), "longitude")),
    )
    is_far = (pl.col("as_given") > FAR_KM).fill_null(False) & ~((pl.col("latitude") == 0) & (pl.col("longitude") == 0))
    found = pl.format("{}, {}", "latitude", "longitude")
    kind = (
        pl.when((pl.col("swapped") < NEARER_KM) & (2 * pl.col("swapped") < pl.col("as_given")))
        .then(pl.lit("latitude and longitude in their own columns; they are swapped"))
        .when((pl.col("unsigned") < NEARER_KM) & (2 * pl.col("unsigned") < pl.col("as_given")))
        .then(pl.lit("coordinates with their sign; the minus is missing"))
        .otherwise(pl.format("coordinates within {} km of ZIP code {}", pl.lit(int(FAR_KM)), "postal_code"))
    )
    far = placed.filter(is_far).select(
        "row_no", column_name=pl.lit("latitude"), found=found, expected=kind, remedy=pl.lit(_FROM_ZIP)
    )
    differ = placed.filter(
        pl.col("zip_state").is_not_null()
        & pl.col("state").is_in(sorted(STATE_CODES))
        & (pl.col("zip_state") != pl.col("state"))
    ).select(
        "row_no",
        column_name=pl.lit("state"),
        found=pl.format("{} with ZIP code {}", "state", "postal_code"),
        expected=pl.format("{}, where the ZIP code is", "zip_state"),
        remedy=pl.lit("Correct the state or the ZIP code; meanwhile the state counts."),
    )
    corrected = placed.with_columns(
        pl.when(is_far).then(f"zip_{name}").otherwise(name).alias(name) for name in ("latitude", "longitude")
    ).select(frame.columns)
    return corrected, pl.concat([far.select(list(UNREAD)), differ.select(list(UNREAD))])


_FROM_ZIP = "Correct the coordinates; meanwhile those of the ZIP code count."


def _km(latitude: str | pl.Expr, longitude: str | pl.Expr) -> pl.Expr:
    """The great-circle distance between given coordinates and the ZIP code's."""
    north, east = (pl.col(each) if isinstance(each, str) else each for each in (latitude, longitude))
    a, b = north.radians(), pl.col("zip_latitude").radians()
    chord = ((b - a) / 2).sin() ** 2 + a.cos() * b.cos() * ((pl.col("zip_longitude") - east).radians() / 2).sin() ** 2
    return 2 * _EARTH_KM * chord.clip(0, 1).sqrt().arcsin()
