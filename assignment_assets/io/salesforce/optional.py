"""What an org may not have, or may not show to this user: read where it is there, and said where it is not."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.refusals import CallRefused

NOT_THERE = frozenset(
    {
        "INVALID_TYPE",
        "INVALID_FIELD",
        "NOT_FOUND",
        "FUNCTIONALITY_NOT_ENABLED",
        "INSUFFICIENT_ACCESS",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "FORBIDDEN",
        "HTTP_403",
    }
)
"""Codes by which an org says that it does not have what is asked for, or does not show it to us."""
_COLUMN = re.compile(r"[Nn]o such column '(\w+)'")
Read = TypeVar("Read")


def is_not_there(refusal: CallRefused) -> bool:
    """Whether the refusal is about what is asked for, not about the call or the moment."""
    return refusal.code in NOT_THERE


def where_there(org: Org, name: str, read: Callable[[], Read]) -> Read | None:
    """What `read` gives; None where the org does not have it for this user, which is remembered under `name`.

    Raises
    ------
    CallRefused, AnswerLost
        For every other reason.
    """
    if org.lacks(name):
        return None
    try:
        return read()
    except CallRefused as refusal:
        if not is_not_there(refusal):
            raise
        org.note_lack(name)
        return None


def with_fields_there(
    org: Org, name: str, fields: Sequence[str], may_lack: Sequence[str], read: Callable[[list[str]], Read]
) -> Read | None:
    """What `read` gives for those of the fields that are there; None where the object itself is not.

    Parameters
    ----------
    may_lack
        Fields that `read` can do without: one that the org refuses by name is remembered as `Object.Field`.
    """
    for _ in range(len(may_lack) + 1):
        asked = [field for field in fields if not org.lacks(f"{name}.{field}")]
        if org.lacks(name):
            return None
        try:
            return read(asked)
        except CallRefused as refusal:
            if not is_not_there(refusal):
                raise
            named = _COLUMN.search(str(refusal))
            lacking = named.group(1).lower() if named and refusal.code == "INVALID_FIELD" else ""
            known = next((field for field in may_lack if field.lower() == lacking), None)
            org.note_lack(f"{name}.{known}" if known else name)
    return None
