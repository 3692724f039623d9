"""Refusals of an org in words: Salesforce's own first, the address short, and what else a code may mean."""

import re
from urllib.parse import urlsplit

LONGEST_WORDS, LONGEST_PATH = 400, 120
_WHERE = re.compile(r"^.*?ERROR at Row:\d+:Column:\d+ ")
"""What a refused query repeats of itself before the reason."""
HINTS = {
    "INVALID_FIELD": " Correct the field's name; where it is right, field-level security hides the field from the "
    "integration user: give it access.",
    "INVALID_TYPE": " Correct the object's name; where it is right, the org does not have it or the integration user "
    "may not see it.",
}
"""What a code may mean beside what Salesforce's words say."""


def told(said: object, code: str, status: int, url: str) -> str:
    """One sentence on a refusal.

    Parameters
    ----------
    said
        What the org said; all kinds of things where a server on the way answered in its place.
    """
    words = _WHERE.sub("", " ".join(str(said).split())).rstrip(".")
    words = words if len(words) <= LONGEST_WORDS else words[:LONGEST_WORDS] + "…"
    return (
        f"{words or 'No words'}: the org answered {status} {code} at {place(url)}, expected success."
        f"{HINTS.get(code, '')}"
    )


def redirected(url: str, target: str) -> str:
    """One sentence on an answer that leads elsewhere, whither no secret is sent."""
    return (
        f"{place(url)}: the answer leads to {place(target)}, expected one from here. Nothing was sent there, for every "
        "call carries a secret. Where that is the org's new address, set ASSIGNMENT_SF_URL to it."
    )


def place(url: str) -> str:
    """An address without its query, as short as a sentence bears."""
    parts = urlsplit(url)
    path = parts.path if len(parts.path) <= LONGEST_PATH else parts.path[:LONGEST_PATH] + "…"
    return f"{parts.scheme}://{parts.netloc}{path}" if parts.netloc else path
