"""What people are called in files, folders, links and commands: their id or e-mail address where that is safe, else a
key that is derived from it and stays the same."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

PERSON_PATTERN = re.compile(r"[0-9A-Za-z][0-9A-Za-z.@+_'-]{0,99}")
READABLE, DIGITS, MORE_DIGITS = 48, 8, 32
"""Characters of the id that a derived key shows, digits of its digest, and those where two ids would share a key."""


def is_person(text: str) -> bool:
    """Whether the text can name a person: a rep id or an e-mail address, safe as a folder's name."""
    return PERSON_PATTERN.fullmatch(text) is not None and ".." not in text


def safe_key(text: str) -> str:
    """The text itself where it is safe, else its readable part and a digest: `Ann Ames` → `Ann-Ames-` and 8 digits.

    An e-mail address gives the same key in any case. A key is its own key.
    """
    return text if is_person(text) else _derived(text)


def safe_keys(texts: Iterable[str]) -> dict[str, str]:
    """Text → its key, no two alike in any case: some disks tell no case apart.

    Of texts that differ in case alone the first keeps its key, one in small letters where there is one; the others get
    a longer digest.
    """
    given = sorted(set(texts), key=lambda text: (text != text.casefold(), text))
    keys = {text: safe_key(text) for text in given}
    first: dict[str, str] = {}
    for text, key in keys.items():
        first.setdefault(key.casefold(), text)
    return {text: key if first[key.casefold()] == text else _derived(text, exactly=True) for text, key in keys.items()}


def _derived(text: str, exactly: bool = False) -> str:
    plain = unicodedata.normalize("NFC", " ".join(text.split()))
    plain = plain.casefold() if "@" in plain else plain
    letters = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    shown = re.sub(r"[^0-9A-Za-z@+_'.-]+|\.{2,}", "-", letters)[:READABLE].strip("-._'+@") or "person"
    digest = hashlib.sha256((text if exactly else plain).encode()).hexdigest()
    return f"{shown}-{digest[: MORE_DIGITS if exactly else DIGITS]}"
