"""What tells rows apart, and what people are called, where an export has no id and no full name."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from assignment_assets.io.proposal.synonyms import squeezed

Rule = dict[str, Any]
_ENDINGS = ("id", "number", "no", "key", "code", "guid")
_MOST_COLUMNS = 8
_CHANGING = ("stage", "amount", "close_on", "is_closed", "is_won", "owner_id")
"""What changes while a deal goes on: such columns tell deals apart last."""


def key_rule(table: str, texts: pl.DataFrame, columns: Mapping[str, Rule]) -> tuple[Rule, str] | None:
    """The rule of the table's id, and how it was told; null where nothing tells the rows apart.

    An account's id is a column of ids that each stand once, else its name, with ZIP code and city where names stand
    twice. A rep's is the e-mail address, else made of the name; a deal's, as many columns as it takes.
    """
    there = [name for name in texts.columns if name != "row_no"]
    unique = [name for name in there if _tells(texts, [name])]
    taken = {rule["from"] for rule in columns.values()}
    ids = [name for name in unique if name not in taken and squeezed(name).endswith(_ENDINGS)]
    if ids:
        return {"from": ids[0]}, "by its cells, each of which stands once"
    if table == "reps":
        return _person_key(texts, columns)
    if table == "opportunities":
        changing = {columns[field]["from"] for field in _CHANGING if field in columns}
        rich = sorted(there, key=lambda name: (name in changing, -texts[name].n_unique()))[:_MOST_COLUMNS]
        tried = [rich[:count] for count in range(1, len(rich) + 1)]
    else:
        named = [columns[field]["from"] for field in ("name", "postal_code", "city") if field in columns]
        tried = [named[:count] for count in range(1, len(named) + 1)] + [[name] for name in unique]
    return next(((_joined(names), f"no column of ids; {_WHY[table]}") for names in tried if _tells(texts, names)), None)


_WHY = {"accounts": "the name stands for it", "opportunities": "told apart by these"}


def _person_key(texts: pl.DataFrame, columns: Mapping[str, Rule]) -> tuple[Rule, str] | None:
    email, name = columns.get("email"), columns.get("name")
    if email and _tells(texts, [email["from"]]):
        return {"from": email["from"]}, "no column of ids; the e-mail address stands for it"
    if name and _tells(texts, [name["from"], *name.get("and", [])]):
        return {**name, "id_of_name": True}, "no column of ids; made of the name"
    return None


def full_name(texts: pl.DataFrame) -> Rule | None:
    """First and last names, where they stand in columns of their own."""
    there = {squeezed(name): name for name in texts.columns if name != "row_no"}
    first, last = (next((there[name] for name in names if name in there), None) for names in (_FIRST, _LAST))
    if last is None:
        return None
    return {"from": first, "and": [last]} if first else {"from": last}


_FIRST, _LAST = ("firstname", "givenname"), ("lastname", "surname", "familyname")


def _joined(names: Sequence[str]) -> Rule:
    return {"from": names[0], "and": list(names[1:])} if len(names) > 1 else {"from": names[0]}


def _tells(texts: pl.DataFrame, names: Sequence[str]) -> bool:
    """Whether the columns together are never empty and never the same twice."""
    if not names or not texts.height:
        return False
    held = texts.select(pl.concat_str(names, separator=" ", ignore_nulls=True).alias("key"))["key"]
    return not (held == "").any() and held.null_count() == 0 and held.n_unique() == held.len()
