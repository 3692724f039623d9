"""Names of people and accounts where a source has nothing better: how they are compared, and ids made of them."""

import hashlib
import unicodedata

import polars as pl

from assignment_assets.domain.identity.person_keys import is_person

_DIGITS = 8


def plain_names(column: pl.Expr) -> pl.Expr:
    """Names as they are compared: without case, every run of blanks one blank, none around it."""
    return column.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def id_of_name(name: str) -> str:
    """The id of a person of whom a source knows the name alone: `Ana Ruíz` is `ana.ruiz`.

    What can already name a person, such as a user id or an e-mail address, stays as it is. A name without a letter
    from a to z gets digits of its hash, so that it always has the same id.
    """
    if is_person(name):
        return name
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in ascii_only).split()
    made = ".".join(words)[:60]
    return made or f"rep-{hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]}"
