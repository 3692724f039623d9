"""Names for generated people and health-care accounts; the accounts' names are put together from invented words."""

import json
import re
from functools import cache
from importlib import resources

import numpy as np
import polars as pl


@cache
def words() -> dict[str, list[str]]:
    """What names are put together from: first and last names, halves of place-like words, kinds of practice."""
    return json.loads(resources.files(__package__).joinpath("words.json").read_text("utf-8"))


def people(count: int, rng: np.random.Generator) -> list[str]:
    """`count` names of people, different from one another while there are fewer than 9,000."""
    first_names, last_names = words()["first_names"], words()["last_names"]
    pairs = rng.permutation(len(first_names) * len(last_names))
    rounds = ["", *(f" {numeral}" for numeral in ("II", "III", "IV", "V", "VI"))]
    names = []
    for number in range(count):
        turn, place = divmod(number, len(pairs))
        first, last = divmod(int(pairs[place]), len(last_names))
        names.append(f"{first_names[first]} {last_names[last]}{rounds[turn]}")
    return names


def email(name: str) -> str:
    """The person's address, at a domain that can never receive mail."""
    return re.sub(r"[^a-z]+", ".", name.lower()) + "@example.com"


def stems(count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` invented place-like words, such as Larkmere; as numbers that `account_names` spells out."""
    return rng.integers(len(words()["stem_starts"]) * len(words()["stem_ends"]), size=count)


def account_names(stem: np.ndarray, is_parent: np.ndarray, cities: pl.Series, rng: np.random.Generator) -> pl.Series:
    """One name an account, e.g. 'Larkmere Pediatrics of Tulsa' or, for parents, 'Larkmere Health System'."""
    spelled = np.array([start + end for start in words()["stem_starts"] for end in words()["stem_ends"]])[stem]
    kinds = rng.choice(words()["kinds"], size=len(stem))
    systems = rng.choice(words()["system_kinds"], size=len(stem))
    frame = pl.DataFrame({"word": spelled, "kind": kinds, "system": systems, "is_parent": is_parent, "city": cities})
    parent = pl.format("{} {}", "word", "system")
    return frame.select(
        pl.when("is_parent").then(parent).otherwise(pl.format("{} {} of {}", "word", "kind", "city")).alias("name")
    ).to_series()
