"""Ids and names as other files write them: lost zeros, decimals, case, order of names; Salesforce ids are exact."""

import re
import unicodedata

import polars as pl

from assignment_assets.domain.sources.ids import looks_like_salesforce

_INITIAL = re.compile(r"(?<=\s)[A-Za-z]\.?\s")


def loose_id(text: str) -> str:
    """What stays of an id where a tool has changed how it is written; empty where that would be a guess.

    Numbers lose leading zeros, `.0` and separators of thousands; letters their case, links all but their end.
    Salesforce ids tell case apart, and stay.
    """
    plain = re.sub(r"^https?://.*/([^/?#]+)/?(view)?/?([?#].*)?$", r"\1", text.strip())
    if looks_like_salesforce(plain):
        return plain
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.0+)?", plain):
        plain = plain.replace(",", "")
    if re.fullmatch(r"\d+(\.0+)?", plain):
        return plain.split(".")[0].lstrip("0")
    return plain.casefold().strip("{}")


def loose_name(text: str) -> str:
    """A person's name without accents, middle initials and what stands in parentheses, the first name first."""
    ascii_only = unicodedata.normalize("NFKD", re.sub(r"\(.*?\)", "", text))
    plain = " ".join("".join(each for each in ascii_only if not unicodedata.combining(each)).split())
    last, comma, first = plain.partition(",")
    whole = f"{first.strip()} {last.strip()}" if comma and first.strip() else plain
    return " ".join(_INITIAL.sub(" ", whole).replace(".", " ").split()).casefold()


def loose_ids(column: pl.Expr) -> pl.Expr:
    """The ids of a column, loosely; null where nothing is left."""
    loose = column.map_elements(loose_id, return_dtype=pl.String)
    return pl.when(loose != "").then(loose)


def loose_names(column: pl.Expr) -> pl.Expr:
    """The names of a column, loosely."""
    return column.map_elements(loose_name, return_dtype=pl.String)
