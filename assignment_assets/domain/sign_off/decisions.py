"""Decisions that Growth Strategy signs: a region's sign-off, a held edit's fate, a conflict taken on.

A decision is a small JSON file in `inbox/<cycle>/sign_offs/<person>/`, signed with the person's own token over
everything else that it says. The review page and the command line write the same file.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from assignment_assets.domain.identity.codes import canonical_json, sign, verify
from assignment_assets.domain.identity.file_names import plain_name


@dataclass(frozen=True)
class SignOff:
    """One region approved or rejected: `digest` is that of the moves that the person was shown."""

    cycle: str
    revision: int
    region: str
    digest: str
    decision: Literal["approve", "reject"]
    signed_by: str
    note: str = ""

    @property
    def subject(self) -> str:
        """What the decision is about, unique within a person's decisions."""
        return self.region


@dataclass(frozen=True)
class HeldEditDecision:
    """One held edit accepted or refused; the edit is named by receipt, account and receiving rep."""

    cycle: str
    revision: int
    receipt_no: int
    account_id: str
    rep_id: str
    decision: Literal["accept", "refuse"]
    signed_by: str
    note: str = ""

    @property
    def subject(self) -> str:
        """What the decision is about, unique within a person's decisions."""
        return f"held {self.receipt_no} {self.account_id} {self.rep_id}"


@dataclass(frozen=True)
class ConflictDecision:
    """One severe conflict taken on by a person, who says why in `note`; named as the table `conflicts` names it."""

    cycle: str
    revision: int
    conflict: str
    signed_by: str
    note: str
    decision: Literal["accept"] = "accept"

    @property
    def subject(self) -> str:
        """What the decision is about, unique within a person's decisions."""
        return f"conflict {self.conflict}"


Decision = SignOff | HeldEditDecision | ConflictDecision
KINDS: dict[str, type[Decision]] = {"sign_off": SignOff, "held_edit": HeldEditDecision, "conflict": ConflictDecision}
WORDS = {"sign_off": ("approve", "reject"), "held_edit": ("accept", "refuse"), "conflict": ("accept",)}


def decision_file(decision: Decision) -> str:
    """The name of its file in its signer's folder: the same subject decided again replaces what was decided before."""
    return f"{plain_name(decision.subject.lower())}.json"


def signed_text(decision: Decision, token: str) -> str:
    """The decision as the text of its file, signed with the person's token."""
    content = _content(decision)
    return canonical_json(content | {"signature": sign(token, content)}) + "\n"


def read_decision(content: dict[str, Any]) -> Decision:
    """The decision that a file's JSON holds.

    Raises
    ------
    ValueError
        It is no decision: an unknown kind or word, or fields missing, too many, or of the wrong type.
    """
    given = {name: value for name, value in content.items() if name not in ("kind", "signature")}
    kind = KINDS.get(str(content.get("kind")))
    if kind is None:
        raise ValueError(f"the kind is {content.get('kind')!r}, expected {' or '.join(KINDS)}")
    wanted = {each.name for each in fields(kind)}
    if set(given) != wanted:
        wrong = sorted(set(given) ^ wanted)
        raise ValueError(f"the fields {', '.join(wrong)} are missing or unknown")
    for name, value in given.items():
        expected = int if name in ("revision", "receipt_no") else str
        if type(value) is not expected:
            raise ValueError(f"{name} is {value!r}, expected {expected.__name__}")
        str(value).encode()  # half a surrogate pair is no text, and could not be signed
    words = WORDS[content["kind"]]
    if given["decision"] not in words:
        raise ValueError(f"the decision is {given['decision']!r}, expected {' or '.join(words)}")
    return kind(**given)


def is_signed(content: dict[str, Any], token: str) -> bool:
    """Whether the file's signature is the person's over exactly this content."""
    unsigned = {name: value for name, value in content.items() if name != "signature"}
    return verify(token, unsigned, content.get("signature", ""))


def _content(decision: Decision) -> dict[str, Any]:
    kind = next(name for name, each in KINDS.items() if isinstance(decision, each))
    return asdict(decision) | {"kind": kind}
