"""Personal links to the review pages: who may see which page of which cycle, until when.

A link's text is `<role>~<cycle>~<person>~<expiry>~<hash>`, its hash keyed with a key of its own purpose. Whoever holds
the link is taken for the person, so it expires and is sent to that person alone. Pure: key bytes and times come in.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from assignment_assets.domain.errors import Tampered
from assignment_assets.domain.gate import GATES
from assignment_assets.domain.identity.codes import CYCLE_PATTERN, SHOWN_DIGITS, keyed_hash
from assignment_assets.domain.identity.person_keys import is_person

ROLES = {gate.role: gate.name for gate in GATES.values()}
"""Role → the name of the gate whose page it opens."""
ROUTING, OVERLAYS, BETWEEN = "routing", "overlays", "between-quarters"
"""The roles that read what happens between the quarters, to owners and to the people beside them, and the name that
stands for no cycle in their links."""


class BadLink(Tampered):
    """A link that opens nothing; `rule` is `unreadable`, `altered` or `expired`."""

    def __init__(self, rule: str, sentence: str):
        self.rule = rule
        super().__init__(sentence)


@dataclass(frozen=True)
class Pass:
    """One person's way into one cycle in one role; `expires_at` is UTC without zone."""

    role: str
    cycle: str
    person: str
    expires_at: datetime

    @property
    def gate(self) -> str:
        """The gate that the role answers."""
        return ROLES[self.role]


def is_place(role: str, cycle: str) -> bool:
    """Whether there are pages of this role and cycle: a gate's, or those that belong to no cycle."""
    if role in (ROUTING, OVERLAYS):
        return cycle == BETWEEN
    return role in ROLES and CYCLE_PATTERN.fullmatch(cycle) is not None


def seal_link(key: bytes, granted: Pass) -> str:
    """The text that a personal link carries.

    Raises
    ------
    ValueError
        A part of it could not be read back.
    """
    if not is_place(granted.role, granted.cycle) or not is_person(granted.person):
        raise ValueError(f"no link for role {granted.role!r}, cycle {granted.cycle!r}, person {granted.person!r}")
    expiry = int(granted.expires_at.replace(tzinfo=UTC).timestamp())
    stem = f"{granted.role}~{granted.cycle}~{granted.person}~{expiry}"
    return f"{stem}~{keyed_hash(key, 'link', stem)[:SHOWN_DIGITS]}"


def personal_link(url: str, key: bytes, granted: Pass) -> str:
    """The address at which the pages let a person in; `url` is that of the pages.

    Raises
    ------
    ValueError
        As `seal_link`.
    """
    return f"{url.rstrip('/')}/in?k={seal_link(key, granted)}"


def read_link(key: bytes, text: str, now: datetime) -> Pass:
    """What a link grants, once its hash and its expiry have been checked.

    Raises
    ------
    BadLink
        It is no link of ours, was altered, or has expired.
    """
    parts = text.split("~")
    if len(parts) != 5 or parts[0] not in (*ROLES, ROUTING, OVERLAYS) or not text.isascii() or not parts[3].isdecimal():
        raise BadLink("unreadable", "This is not a link of this engine. Use the link exactly as it was sent to you.")
    stem, _, seal = text.rpartition("~")
    if not hmac.compare_digest(seal, keyed_hash(key, "link", stem)[:SHOWN_DIGITS]):
        raise BadLink("altered", "This link was changed after it was made. Use the link exactly as it was sent to you.")
    expires_at = datetime.fromtimestamp(int(parts[3]), UTC).replace(tzinfo=None)
    if now >= expires_at:
        raise BadLink(
            "expired", f"This link expired on {expires_at:%Y-%m-%d %H:%M} UTC. Ask Growth Strategy for a new one."
        )
    return Pass(parts[0], parts[1], parts[2], expires_at)
