"""Which column names the owners, told by how it joins the roster; where several do and disagree, it is asked."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.names import plain_names
from assignment_assets.io.proposal.columns import Proposed
from assignment_assets.io.proposal.synonyms import candidates
from assignment_assets.io.proposal.tables import Found

JOINED, FIRST, APART = 0.9, 1_000, 0.01
BY = {"rep_id": "id", "email": "e-mail address", "name": "name"}


@dataclass(frozen=True)
class _Join:
    """A column that joins the roster: the share of its cells that do, its rank, by what, and whose each row is."""

    share: float
    rank: int
    header: str
    field: str
    people: pl.Series


def roster_keys(found: Found, chosen: Proposed) -> dict[str, pl.DataFrame]:
    """By what owners may be found: field → key (as names are compared) and the person's row."""
    keys = {}
    for field in BY:
        cells = chosen.cells(field, found.texts.frame)
        if cells is not None:
            keyed = found.texts.frame.select("row_no", key=plain_names(pl.lit(cells))).drop_nulls()
            keys[field] = keyed.unique("key", keep="none", maintain_order=True)
    return keys


def owners(table: str, found: Found, chosen: Proposed, roster: dict[str, pl.DataFrame]) -> list[str]:
    """Takes the owner's column that joins the roster best, told by its cells where no header is known.

    Raises
    ------
    InvalidInput
        Several columns of accounts join the roster, and name different people.
    """
    joins = _joins(table, found, chosen, roster)
    if not joins:
        return []
    best = max(joins, key=lambda join: (join.share >= JOINED, join.rank if join.share >= JOINED else join.share))
    rivals = [join for join in joins if join.share >= JOINED and _apart(best, join) > APART]
    if table == "accounts" and best.share >= JOINED and rivals:
        raise InvalidInput("Who owns the accounts cannot be told", [_which(found, best, rivals)])
    _take(chosen, best.header, f"{best.share:.0%} of its cells are a rep's {BY[best.field]}")
    if best.share >= JOINED:
        return []
    return [
        f"{found.path.name}, column {best.header}: {best.share:.0%} of its cells are a rep's {BY[best.field]}; "
        f'say --column {table}.owner_id="…" where another column names the owner, or --roster-from-owners for a roster '
        "of those who own accounts."
    ]


def owners_without_roster(found: Found, chosen: Proposed) -> str | None:
    """Takes the owner's column by its header alone, a name before an id that nobody can read; its header."""
    frame = found.texts.frame
    known = [header for header in candidates(frame.columns, "accounts")["owner_id"] if frame[header].count()]
    if "owner_id" not in chosen.columns and known:
        _take(chosen, known[0], "by its header")
    rule = chosen.columns.get("owner_id")
    return rule["from"] if rule else None


def _take(chosen: Proposed, header: str, told_by: str) -> None:
    options = {name: value for name, value in chosen.columns.get("owner_id", {}).items() if name != "from"}
    chosen.put("owner_id", {"from": header, **options}, told_by)


def _joins(table: str, found: Found, chosen: Proposed, roster: dict[str, pl.DataFrame]) -> list[_Join]:
    """Every column that may name owners; those with a known header alone where one of these joins."""
    frame = found.texts.frame
    taken = {rule["from"] for field, rule in chosen.columns.items() if field != "owner_id"}
    known = candidates(frame.columns, table)["owner_id"]
    joins = [join for rank, header in enumerate(known) if (join := _join(frame, header, -rank, roster))]
    if any(join.share >= JOINED for join in joins):
        return joins
    every = pl.concat([each["key"] for each in roster.values()]).implode() if roster else pl.Series([[]])
    for rank, header in enumerate(frame.columns, len(known)):
        if header == "row_no" or header in {*known, *taken}:
            continue
        first = frame.select(plain_names(pl.col(header)))[header].drop_nulls().head(FIRST)
        if first.is_in(every).any() and (join := _join(frame, header, -rank, roster)) and join.share >= JOINED:
            joins.append(join)
    return joins


def _join(frame: pl.DataFrame, header: str, rank: int, roster: dict[str, pl.DataFrame]) -> _Join | None:
    keyed = frame.select(key=plain_names(pl.col(header)))
    filled = keyed["key"].count()
    if not filled:
        return None
    found = [
        (keyed.join(keys, on="key", how="left", maintain_order="left")["row_no"], field)
        for field, keys in roster.items()
    ]
    if not found:
        return None
    people, field = max(found, key=lambda each: each[0].count())
    return _Join(people.count() / filled, rank, header, field, people)


def _apart(one: _Join, other: _Join) -> float:
    """The share of the rows in which the two columns name different people."""
    return int((one.people != other.people).fill_null(False).sum()) / max(one.people.len(), 1)


def _which(found: Found, best: _Join, rivals: list[_Join]) -> Fault:
    differing = (best.people != rivals[0].people).fill_null(False).arg_true()
    row: dict[str, Any] = found.texts.frame.row(int(differing[0]), named=True)
    shown = ", ".join(f"{join.header} ({row[join.header]})" for join in (best, *rivals))
    named = " or ".join(f'--column accounts.owner_id="{join.header}"' for join in (best, *rivals))
    return Fault(
        f"{found.path.name}, the owner",
        f"several columns name reps, and different ones, as in row {row['row_no']}: {shown}",
        "one column that says whose the account is",
        f"Say {named}.",
    )
