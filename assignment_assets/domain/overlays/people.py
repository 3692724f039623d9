"""Who a name from a system of truth is in the CRM: an e-mail address or a user id becomes a user with a standing.

Standings: known, nobody (no name), unknown_person, inactive_person. Only the first two travel.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NewType

import polars as pl

from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import OverlayPeopleFrame
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.domain.tables import TEXT, Table

ResolvedPeopleFrame = NewType("ResolvedPeopleFrame", pl.DataFrame)
RESOLVED_PEOPLE: Table[ResolvedPeopleFrame] = Table(
    "resolved_people",
    ("person_key",),
    {"person_key": TEXT, "person_id": TEXT, "standing": TEXT, "sentence": TEXT},
)
TRAVELS = ("known", "nobody")
"""Standings that reach the CRM; the others are listed."""


@dataclass(frozen=True)
class _User:
    person_id: str
    profile: str | None
    is_active: bool


def resolved(keys: Iterable[str | None], people: OverlayPeopleFrame, role: OverlayRole) -> ResolvedPeopleFrame:
    """One row a key: person, standing, and a sentence where it is not known; a null or blank key is nobody.

    E-mail addresses are compared without case, ids in their one spelling of 18 characters. An address of several
    users is that of the one who is active; of several active ones nobody can tell, so it is an unknown person. Where
    the role lists profiles, users of others are unknown to it.
    """
    by_id: dict[str, list[_User]] = {}
    by_email: dict[str, list[_User]] = {}
    columns = ["person_id", "email", "profile", "is_active"]
    for person_id, email, profile, is_active in people.select(columns).iter_rows():
        user = _User(person_id, profile, bool(is_active))
        by_id.setdefault(complete_id(person_id), []).append(user)
        if email:
            by_email.setdefault(email.strip().casefold(), []).append(user)
    rows: list[tuple[str | None, str | None, str, str | None]] = [(None, None, "nobody", None)]
    for key in sorted({key for key in keys if key is not None}):
        plain = key.strip()
        found = by_email.get(plain.casefold(), []) if "@" in plain else by_id.get(complete_id(plain), [])
        rows.append((key, *_standing(plain, found, role)))
    return RESOLVED_PEOPLE.conform(pl.DataFrame(rows, schema=RESOLVED_PEOPLE.columns, orient="row"))


def names_of(people: OverlayPeopleFrame) -> dict[str, str]:
    """User id → the name that sentences call them by."""
    return {person_id: name or person_id for person_id, name in people.select("person_id", "name").iter_rows()}


def called(person_id: str | None, names: Mapping[str, str]) -> str:
    """A person in a sentence; null is nobody, and a user who is not in the list is named by the id."""
    return "nobody" if person_id is None else names.get(person_id, person_id)


def who(user_id: str | None, names: Mapping[str, str]) -> str:
    """Who did something, in a sentence; null is not known."""
    return "somebody unknown" if user_id is None else names.get(user_id, user_id)


def _standing(key: str, found: list[_User], role: OverlayRole) -> tuple[str | None, str, str | None]:
    if not key:
        return None, "nobody", None
    if not found:
        return None, "unknown_person", f"No user of the CRM has {key}; correct it there, or create the user."
    entitled = [user for user in found if not role.person_profiles or user.profile in role.person_profiles]
    if not entitled:
        profiles = ", ".join(sorted({user.profile or "no profile" for user in found}))
        return None, "unknown_person", f"{key} has the profile {profiles}, which no {role.label} has."
    active = [user for user in entitled if user.is_active]
    if len(active) > 1:
        ids = ", ".join(sorted(user.person_id for user in active))
        return None, "unknown_person", f"{key} is the address of several users ({ids}); name one of them by id."
    if active:
        return active[0].person_id, "known", None
    person_id = entitled[0].person_id if len(entitled) == 1 else None
    return person_id, "inactive_person", f"{key} is a user of the CRM who is not active."
