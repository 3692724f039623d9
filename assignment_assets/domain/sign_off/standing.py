"""What people sign between cycles: a standing policy given in advance, and the answer to a routed account.

Each is a small JSON file in a folder of the person's own, `inbox/policies/<person>/` and
`inbox/acceptances/<person>/`, signed with the person's token over everything else that it says. They are kept
apart from a cycle's decisions: a standing policy in a cycle's inbox is no sign-off of that cycle.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from dataclasses import fields as fields_of
from datetime import date
from typing import Any, Literal

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.gate import GATES, Gate
from assignment_assets.domain.identity.codes import canonical_json, sign, verify
from assignment_assets.domain.segment import WRITE_BACK

UP_TO = ("nothing", *GATES, WRITE_BACK.name)
"""How far an event cycle runs by itself: gates up to and including this one are passed without waiting."""
ROUTING = "routing"
OVERLAYS = "overlays"
"""Kinds of policy beside those of events: new accounts, and the people of roles beside the owner."""


@dataclass(frozen=True)
class StandingPolicy:
    """What may run without a person until it expires: a sign-off given in advance.

    `kinds` names kinds of event, `routing` for new accounts and `overlays` for roles beside the owner. An event cycle
    passes the gates of `UP_TO` by itself. More than `max_moves` accounts (of one event cycle; of 24 hours of routing or
    of overlays) wait for a person. Both days are YYYY-MM-DD and count.
    """

    name: str
    kinds: tuple[str, ...]
    up_to: str
    max_moves: int
    valid_from: str
    expires_on: str
    signed_by: str
    note: str = ""

    def is_in_force(self, kind: str, day: date) -> bool:
        """Whether it covers this kind of event on this day."""
        return kind in self.kinds and date.fromisoformat(self.valid_from) <= day <= date.fromisoformat(self.expires_on)

    def digest(self) -> str:
        """sha256 of what was signed: what every move made under it names."""
        return hashlib.sha256(canonical_json(_content(self)).encode()).hexdigest()


def passes(up_to: str, gate: Gate) -> bool:
    """Whether an event cycle that runs so far by itself passes a gate without waiting for people."""
    return UP_TO.index(up_to) >= UP_TO.index(gate.name)


@dataclass(frozen=True)
class Acceptance:
    """The new owner's answer to a routed account."""

    decision_no: int
    account_id: str
    rep_id: str
    answer: Literal["accepted", "declined"]
    signed_by: str
    note: str = ""


KINDS: dict[str, type[StandingPolicy | Acceptance]] = {"standing_policy": StandingPolicy, "acceptance": Acceptance}
TYPES: dict[str, type] = {"kinds": list, "max_moves": int, "decision_no": int}
WORDS = {"up_to": UP_TO, "answer": ("accepted", "declined")}
DAYS = ("valid_from", "expires_on")
_SHOWN = 80


def signed_text(decision: StandingPolicy | Acceptance, token: str) -> str:
    """The decision as the text of its file, signed with the person's token."""
    content = _content(decision)
    return canonical_json(content | {"signature": sign(token, content)}) + "\n"


def read_standing(content: object) -> StandingPolicy | Acceptance:
    """The decision that a file's JSON holds.

    Raises
    ------
    InvalidInput
        It is none: an unknown kind or word, fields missing or too many, a wrong type, a text that cannot be written
        down, or a day that is none; every one is listed.
    """
    given: dict[str, Any] = content if isinstance(content, dict) else {}
    kind = KINDS.get(str(given.get("kind")))
    if kind is None:
        found = repr(given.get("kind"))[:_SHOWN] if isinstance(content, dict) else type(content).__name__
        raise InvalidInput("A decision", [Fault("kind", found, " or ".join(KINDS), "Sign it again.")])
    fields = {name: value for name, value in given.items() if name not in ("kind", "signature")}
    faults = list(_faults(kind, fields))
    if faults:
        raise InvalidInput("A decision", faults)
    if kind is StandingPolicy:
        fields["kinds"] = tuple(fields["kinds"])
    return kind(**fields)


def _faults(kind: type[StandingPolicy | Acceptance], fields: dict[str, Any]) -> Iterator[Fault]:
    known = {each.name for each in fields_of(kind)}
    for name in known - fields.keys():
        yield Fault(name, "missing", "a value", "Sign it again.")
    for name in sorted(fields.keys() - known):
        yield Fault(repr(name)[:_SHOWN], "given", "no such field", "Sign it again.")
    for name, value in fields.items():
        expected = TYPES.get(name, str)
        texts = value if isinstance(value, list) else [value]
        if name not in known:
            continue
        if type(value) is not expected:
            yield Fault(name, repr(value)[:_SHOWN], expected.__name__, "Sign it again.")
        elif expected is list and not all(type(each) is str for each in texts):
            yield Fault(name, repr(value)[:_SHOWN], "texts", "Sign it again.")
        elif any(type(each) is str and not _is_writable(each) for each in texts):
            yield Fault(name, "letters that no file can hold", "a text", "Sign it again.")
        elif name in WORDS and value not in WORDS[name]:
            yield Fault(name, repr(value)[:_SHOWN], f"one of {', '.join(WORDS[name])}", "Sign it again.")
        elif name in DAYS and not _is_day(str(value)):
            yield Fault(name, repr(value)[:_SHOWN], "a day as YYYY-MM-DD", "Sign it again.")


def _is_writable(text: str) -> bool:
    """Whether the text can be encoded: JSON can name halves of letters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_signed(content: dict[str, Any], token: str) -> bool:
    """Whether the file's signature is the person's over exactly this content."""
    unsigned = {name: value for name, value in content.items() if name != "signature"}
    return verify(token, unsigned, content.get("signature", ""))


def _content(decision: StandingPolicy | Acceptance) -> dict[str, Any]:
    fields = asdict(decision) | {"kind": next(name for name, kind in KINDS.items() if isinstance(decision, kind))}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
