"""Who a file comes from and what it answers: packet codes on files, signatures under decisions.

A packet code is one line of text that names a cycle, its revision, a gate and a person, and ends in a
keyed hash over all four. A signature is a keyed hash over the canonical JSON of a decision; its key is a
personal token derived from the engine's own key. All functions are pure: key bytes come in as arguments.

Keyed hashes are HMAC-SHA-256 (RFC 2104), cut to 128 bits where people see them.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assignment_assets.domain.errors import Tampered
from assignment_assets.domain.gate import GATES
from assignment_assets.domain.identity.person_keys import is_person, safe_key

CYCLE_PATTERN = re.compile(r"[0-9a-z][0-9a-z_-]{2,63}")
SHOWN_DIGITS = 32  # of a keyed hash, where people see it
_PREFIX = "aae1"


class BadCode(Tampered):
    """A packet code that this engine did not issue as it stands; `rule` says in which way.

    `rule` is `missing_code` (nothing there), `unreadable_code` (not a packet code at all),
    `foreign_code` (issued under another key) or `altered_code` (ours, but changed since).
    """

    def __init__(self, rule: str, sentence: str):
        self.rule = rule
        super().__init__(sentence)


@dataclass(frozen=True)
class Identity:
    """What a packet code says: the cycle, its revision, the gate and the person addressed."""

    cycle: str
    revision: int
    gate: str
    person: str


def packet_code(key: bytes, cycle: str, revision: int, gate: str, person: str) -> str:
    """The one line that identifies a packet, `aae1:<key>:<cycle>:<revision>:<gate>:<person>:<hash>`.

    Raises ValueError where a part could not be read back: such a packet must not be issued.
    """
    if not (CYCLE_PATTERN.fullmatch(cycle) and revision >= 1 and gate in GATES and is_person(person)):
        raise ValueError(f"no packet code for cycle {cycle!r}, revision {revision}, gate {gate!r}, person {person!r}")
    stem = f"{_PREFIX}:{_key_name(key)}:{cycle}:{revision}:{gate}:{person}"
    return f"{stem}:{keyed_hash(key, 'packet code', stem)[:SHOWN_DIGITS]}"


def read_packet_code(key: bytes, code: str | None) -> Identity:
    """The identity that a packet code carries, once its hash has been checked.

    Raises
    ------
    BadCode
        The code is missing, is no packet code, was issued under another key, or was altered.
    """
    text = (code or "").strip()
    if not text:
        raise BadCode(
            "missing_code",
            "no packet code: expected the code on the packet's Summary. Return the workbook that was sent to you.",
        )
    parts = text.split(":")
    if len(parts) != 7 or parts[0] != _PREFIX or not parts[3].isdecimal() or not text.isascii():
        raise BadCode(
            "unreadable_code",
            f"packet code {text[:120]!r} is not one of ours, expected aae1:…:…. "
            "Return the workbook that was sent to you.",
        )
    stem, seal = text.rsplit(":", 1)
    if not hmac.compare_digest(parts[1], _key_name(key)):
        raise BadCode(
            "foreign_code",
            "the packet code was issued by another engine (its key differs). "
            "Return the workbook that this engine sent to you.",
        )
    if not hmac.compare_digest(seal, keyed_hash(key, "packet code", stem)[:SHOWN_DIGITS]):
        raise BadCode(
            "altered_code",
            "the packet code was changed after it was issued. "
            "Copy your answers into a fresh copy of the workbook that was sent to you.",
        )
    return Identity(cycle=parts[2], revision=int(parts[3]), gate=parts[4], person=parts[5])


def signer_token(key: bytes, person: str) -> str:
    """The person's own signing secret, 64 hexadecimal digits; e-mail addresses in any case give the same."""
    name = safe_key(person.strip())
    name = name.lower() if "@" in name else name
    return keyed_hash(key, "signer token", name)


def is_token_of(key: bytes, person: str, token: str) -> bool:
    """Whether this is the person's own token, compared in constant time."""
    return token.isascii() and hmac.compare_digest(token, signer_token(key, person))


def sign(token: str, payload: Mapping[str, Any]) -> str:
    """The signature, 64 hexadecimal digits, under a decision; the order of the payload's keys is free."""
    return hmac.new(bytes.fromhex(token), canonical_json(payload).encode(), hashlib.sha256).hexdigest()


def verify(token: str, payload: Mapping[str, Any], signature: str) -> bool:
    """Whether the signature belongs to exactly this payload and token, compared in constant time."""
    return isinstance(signature, str) and signature.isascii() and hmac.compare_digest(sign(token, payload), signature)


def seal(key: bytes, purpose: str, payload: Mapping[str, Any]) -> str:
    """The engine's own keyed hash over a payload, 64 hexadecimal digits; one purpose's seal is worth nothing
    for another."""
    return keyed_hash(key, purpose, canonical_json(payload))


def is_sealed(key: bytes, purpose: str, payload: Mapping[str, Any], shown: str) -> bool:
    """Whether the seal is the engine's over exactly this payload and purpose, compared in constant time."""
    return isinstance(shown, str) and shown.isascii() and hmac.compare_digest(seal(key, purpose, payload), shown)


def keyed_hash(key: bytes, purpose: str, text: str) -> str:
    """64 hexadecimal digits over the text; each purpose has a key of its own, derived from the engine's."""
    return hmac.new(_subkey(key, purpose), text.encode(), hashlib.sha256).hexdigest()


def canonical_json(payload: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces, so that equal payloads give equal text.

    Raises ValueError for numbers that JSON cannot carry (not-a-number, infinity).
    """
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _subkey(key: bytes, purpose: str) -> bytes:
    return hmac.new(key, f"assignment engine, {purpose}, 1".encode(), hashlib.sha256).digest()


def _key_name(key: bytes) -> str:
    return _subkey(key, "key name").hex()[:8]
