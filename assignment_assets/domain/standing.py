"""What people sign between cycles: a standing policy given in advance, and the answer to a routed account.

Each is a small JSON file in a folder of the person's own, `inbox/policies/<person>/` and
`inbox/acceptances/<person>/`, signed with the person's token over everything else that it says. They are kept
apart from a cycle's decisions: a standing policy in a cycle's inbox is no sign-off of that cycle.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from assignment_assets.domain.identity import canonical_json, sign, verify

UP_TO = ("nothing", "lock_lists", "review_edits", "sign_offs", "write_back")
"""How far an event cycle runs by itself: gates up to and including this one are passed without waiting."""
ROUTING = "routing"


@dataclass(frozen=True)
class StandingPolicy:
    """What may run without a person until it expires: a sign-off given in advance.

    `kinds` names kinds of event, and `routing` for new accounts. An event cycle passes the gates of `UP_TO` by
    itself. More than `max_moves` accounts (of one event cycle; of 24 hours of routing) wait for a person. Both
    days are YYYY-MM-DD and count.
    """

    name: str
    kinds: tuple[str, ...]
    up_to: Literal["nothing", "lock_lists", "review_edits", "sign_offs", "write_back"]
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


@dataclass(frozen=True)
class Acceptance:
    """The new owner's answer to a routed account."""

    decision_no: int
    account_id: str
    rep_id: str
    answer: Literal["accepted", "declined"]
    signed_by: str
    note: str = ""


KINDS = {"standing_policy": StandingPolicy, "acceptance": Acceptance}
TYPES = {"kinds": list, "max_moves": int, "decision_no": int}
WORDS = {"up_to": UP_TO, "answer": ("accepted", "declined")}


def signed_text(decision: StandingPolicy | Acceptance, token: str) -> str:
    """The decision as the text of its file, signed with the person's token."""
    content = _content(decision)
    return canonical_json(content | {"signature": sign(token, content)}) + "\n"


def read_standing(content: dict) -> StandingPolicy | Acceptance:
    """The decision that a file's JSON holds.

    Raises
    ------
    ValueError
        It is none: an unknown kind or word, fields missing or too many, a wrong type, or a day that is none.
    """
    fields = {name: value for name, value in content.items() if name not in ("kind", "signature")}
    kind = KINDS.get(content.get("kind"))
    if kind is None:
        raise ValueError(f"the kind is {content.get('kind')!r}, expected {' or '.join(KINDS)}")
    if set(fields) != set(kind.__dataclass_fields__):
        wrong = sorted(set(fields) ^ set(kind.__dataclass_fields__))
        raise ValueError(f"the fields {', '.join(wrong)} are missing or unknown")
    for name, value in fields.items():
        if type(value) is not TYPES.get(name, str):
            raise ValueError(f"{name} is {value!r}, expected {TYPES.get(name, str).__name__}")
        if name in WORDS and value not in WORDS[name]:
            raise ValueError(f"{name} is {value!r}, expected one of {', '.join(WORDS[name])}")
    if kind is StandingPolicy:
        for day in (fields["valid_from"], fields["expires_on"]):
            date.fromisoformat(day)
        fields["kinds"] = tuple(str(each) for each in fields["kinds"])
    return kind(**fields)


def is_signed(content: dict, token: str) -> bool:
    """Whether the file's signature is the person's over exactly this content."""
    unsigned = {name: value for name, value in content.items() if name != "signature"}
    return verify(token, unsigned, content.get("signature", ""))


def _content(decision: StandingPolicy | Acceptance) -> dict:
    fields = asdict(decision) | {"kind": next(name for name, kind in KINDS.items() if isinstance(decision, kind))}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
