"""A proposed mapping as TOML for people: commented, and what stays unmapped with what that means."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from assignment_assets.io.mapping.headers import plain_name
from assignment_assets.io.proposal.columns import Proposed
from assignment_assets.io.proposal.tables import Found

OWNERS_OF_DEALS = 'owners = "from opportunities"'
MEANS = {
    "accounts.owner_id": "every account counts as one that nobody owns",
    "accounts.carve_out": "no account is carved out",
    "accounts.parent_id": "families are not known",
    "accounts.opp_count": "books are not balanced by opportunities",
    "accounts.bps": "books are not balanced by BPS",
    "accounts.tam": "books are not balanced by market potential",
    "accounts.value": "accounts without referrals all weigh the same",
    "accounts.revenue": "revenue caps and conflicts of revenue are off",
    "accounts.referrals_l3m": "told by the last referral where there is one; else nobody locks automatically",
    "accounts.referrals_l12m": "told by the last referral where there is one; else no account counts as referring",
    "accounts.referrals_ever": "told by the other counts; else every account counts as never referred",
    "accounts.last_referral_on": "referrals of three months are not known but by their count",
    "accounts.keep_with_owner": "nothing is kept with its owner by hand",
    "accounts.is_house": "there are no house accounts",
    "reps.email": "nobody can be written to; the field reps' addresses are needed",
    "reps.director_email": 'nobody can review; --constant reps.director_email="you@example.com" names one for all',
    "reps.region": 'regions sign separately; --constant reps.region="All" makes one of all',
    "reps.covered_states": 'nobody covers a state; --constant reps.covered_states="NY;NJ" gives all the same',
    "reps.is_active": "every rep counts as active",
    "reps.team": "everybody counts as a field rep",
    "reps.capacity": "every book may hold what the run config says",
    "opportunities.is_closed": "told by the stage where there is one; else every deal counts as open",
    "opportunities.close_on": "no deal protects its account",
    "opportunities.amount": "deals have no amount",
    "opportunities.account_id": "deals cannot be joined to their accounts",
}
"""What it means where no column holds the field; fields that are not named here mean little."""


def unmapped(table: str, chosen: Proposed, options: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Fields that no column and no constant gives, each with what that means."""
    given = {*chosen.columns, *chosen.constants, *(["owner_id"] if OWNERS_OF_DEALS in options else [])}
    if table == "reps" and "latitude" not in given and "postal_code" not in given:
        yield "postal_code", "it is not known where reps live, and nobody can receive"
    if table == "accounts" and "state" not in given:
        yield "state", "no account has a state; --states-from-zip takes it from the ZIP code"
    for field, meaning in MEANS.items():
        name, _, column = field.partition(".")
        if name == table and column not in given:
            yield column, meaning


def mapping_text(
    found: dict[str, Found], chosen: dict[str, Proposed], folder: Path, options: dict[str, list[str]]
) -> str:
    """The mapping as a file in `folder` would hold it; `options` are lines by table."""
    lines = [
        "# How these files are read; proposed by `assignment source look`, to be checked and kept.",
        "# Money is in dollars. Headers are matched in any case.",
    ]
    for table, where in found.items():
        mapped = chosen[table]
        lines += ["", f"[{table}]", _place(where, folder)]
        lines += [f"sheet = {toml(where.sheet)}"] if where.sheet else []
        lines += options.get(table, [])
        lines += ["", f"[{table}.columns]"]
        for field, rule in mapped.columns.items():
            written = toml(rule["from"]) if len(rule) == 1 else toml(rule)
            lines.append(f"{field} = {written}  # {mapped.told_by[field]}")
        for field, meaning in unmapped(table, mapped, options.get(table, [])):
            lines.append(f"# {field}: no column; {meaning}")
        used = {plain_name(name) for rule in mapped.columns.values() for name in (rule["from"], *rule.get("and", []))}
        idle = [name for name in where.header if plain_name(name) not in used]
        lines += [f"# not used: {', '.join(map(toml, idle))}"] if idle else []
        if mapped.constants:
            lines += ["", f"[{table}.constants]"]
            lines += [f"{field} = {toml(value)}" for field, value in mapped.constants.items()]
    return "\n".join(lines) + "\n"


def _place(where: Found, folder: Path) -> str:
    if where.object:
        return f"object = {toml(where.object)}"
    return f"path = {toml(where.place or _path(where.path, folder))}"


def _path(path: Path, folder: Path) -> str:
    whole, home = path.resolve(), folder.resolve()
    return (whole.relative_to(home) if whole.is_relative_to(home) else whole).as_posix()


def toml(value: Any) -> str:
    """The value as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() and key.isascii() else toml(key)
