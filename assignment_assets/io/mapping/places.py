"""Where a row's account is: country, state, ZIP code and coordinates checked against each other."""

from collections.abc import Collection

import polars as pl

from assignment_assets.domain.sources.source_table import LEFT_OUT, UNREAD
from assignment_assets.domain.sources.states import STATE_CODES
from assignment_assets.domain.tables import TEXT
from assignment_assets.io.mapping.headers import plain_name
from assignment_assets.io.mapping.zip_centroids import zip_of, zip_places

COUNTRY_HEADERS = (
    *("billing country", "country", "shipping country", "billing country/region", "country/region"),
    *("country/territory", "country code", "billing country code", "billingcountry", "billing_country"),
    *("billingcountrycode", "shippingcountry", "account country", "address1_country", "address 1: country/region"),
)
"""Headers that are read as the country where the mapping names none."""
HOME = frozenset(
    {
        *("us", "usa", "unitedstates", "unitedstatesofamerica", "theunitedstates", "unitedstatesus", "unitedstatesusa"),
        *("america", "840", "estadosunidos", "eeuu", "\u00e9tatsunis", "etatsunis", "vereinigtestaaten", "statiuniti"),
        *("estadosunidosdeam\u00e9rica", "vereinigtestaatenvonamerika", "verenigdestaten", "pr", "pri", "puertorico"),
        *("gu", "guam", "vi", "usvirginislands", "americansamoa", "northernmarianaislands"),
    }
)
"""The covered country and its territories, their letters and digits alone."""
ELSEWHERE = r"(?i)^([A-Z]\d[A-Z][ -]?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})$"
"""Postal codes of Canada and the United Kingdom."""
FAR_KM, NEARER_KM = 400.0, 600.0
_EARTH_KM = 6371.0


def country_header(there: Collection[str]) -> str | None:
    """The source's column that holds the country, by its name; null where none is called so."""
    named = {plain_name(name): name for name in reversed(list(there))}
    return next((named[each] for each in COUNTRY_HEADERS if each in named), None)


def is_country(text: str) -> bool:
    """Whether a cell can name a country: it holds letters and no digits, or a number of the covered one."""
    return (text.isdecimal() and text in HOME) or not any(each.isdigit() for each in text)


def is_abroad(country: pl.Expr, postal_code: pl.Expr) -> pl.Expr:
    """Whether the country is not the United States, or where none is given the postal code is of another."""
    plain = country.str.to_lowercase().str.replace_all(r"[^\p{L}\d]", "")
    is_elsewhere = country.is_null() & postal_code.str.contains(ELSEWHERE)
    return ((country.is_not_null() & ~plain.is_in(sorted(HOME))) | is_elsewhere).fill_null(False)


def at_home(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows inside the covered country without their country, and those outside (LEFT_OUT).

    These come with their country, state and postal code.
    """
    if "account_id" not in frame.columns or not {"country", "postal_code"} & set(frame.columns):
        return frame, pl.DataFrame(schema=LEFT_OUT)
    given = [pl.col(each) if each in frame.columns else pl.lit(None, TEXT) for each in ("country", "postal_code")]
    parts = [pl.col(name).cast(TEXT) for name in ("country", "state", "postal_code") if name in frame.columns]
    outside = (
        frame.filter(is_abroad(*given))
        .select(
            "row_no",
            record_id="account_id",
            column_name=pl.lit("country"),
            found=pl.concat_str(parts, separator=", ", ignore_nulls=True),
            expected=pl.lit("an account in the United States, which reps cover"),
        )
        .select(list(LEFT_OUT))
    )
    home = frame.filter(~is_abroad(*given))
    return home.drop("country") if "country" in frame.columns else home, outside


def contradictions(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame with coordinates that its ZIP codes contradict taken from the ZIP code, and what was met (UNREAD).

    Coordinates more than 400 km from the ZIP code's centroid contradict it: they are swapped or lack their sign where
    that brings them near. A state that is not the ZIP code's is listed and stands.
    """
    placed = frame.join(
        zip_places(),
        left_on=zip_of(pl.col("postal_code")),
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
    is_lost = _is_off_the_map()
    lost = placed.filter(is_lost).select(
        "row_no", column_name=pl.lit("latitude"), found=found, expected=_off_the_map(), remedy=pl.lit(_FROM_ZIP_CODE)
    )
    corrected = placed.with_columns(
        pl.when(is_far | is_lost).then(f"zip_{name}").otherwise(name).alias(name) for name in ("latitude", "longitude")
    ).select(frame.columns)
    return corrected, pl.concat(each.select(list(UNREAD)) for each in (far, differ, lost))


def _is_off_the_map() -> pl.Expr:
    """Whether an account of the contiguous states has coordinates elsewhere, and no ZIP code to tell them by."""
    is_mainland = pl.col("state").is_in(sorted(STATE_CODES - _OFF_MAINLAND))
    is_zero = (pl.col("latitude") == 0) & (pl.col("longitude") == 0)
    off = ~_on_mainland(pl.col("latitude"), pl.col("longitude"))
    return (pl.col("zip_latitude").is_null() & is_mainland & off & ~is_zero).fill_null(False)


def _off_the_map() -> pl.Expr:
    north, east = pl.col("latitude"), pl.col("longitude")
    return (
        pl.when(_on_mainland(east, north))
        .then(pl.lit("latitude and longitude in their own columns; they are swapped"))
        .when(_on_mainland(north.abs(), -east.abs()))
        .then(pl.lit("coordinates with their sign; the minus is missing"))
        .otherwise(pl.format("coordinates in {}", "state"))
    )


def _on_mainland(north: pl.Expr, east: pl.Expr) -> pl.Expr:
    return north.is_between(*_NORTH) & east.is_between(*_EAST)


_NORTH, _EAST = (24.0, 50.0), (-125.5, -66.0)
_OFF_MAINLAND = frozenset({"AK", "HI", "AS", "FM", "GU", "MH", "MP", "PR", "PW", "VI"})
_FROM_ZIP_CODE = "Correct the coordinates, or give the ZIP code that tells them."


_FROM_ZIP = "Correct the coordinates; meanwhile those of the ZIP code count."


def _km(latitude: str | pl.Expr, longitude: str | pl.Expr) -> pl.Expr:
    """The great-circle distance between given coordinates and the ZIP code's."""
    north, east = (pl.col(each) if isinstance(each, str) else each for each in (latitude, longitude))
    a, b = north.radians(), pl.col("zip_latitude").radians()
    chord = ((b - a) / 2).sin() ** 2 + a.cos() * b.cos() * ((pl.col("zip_longitude") - east).radians() / 2).sin() ** 2
    return 2 * _EARTH_KM * chord.clip(0, 1).sqrt().arcsin()
