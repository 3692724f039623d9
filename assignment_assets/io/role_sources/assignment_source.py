"""A system of truth for one role: who each account's person is there, and what changed since a moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Assignment:
    """Whom the system of truth has for an account.

    Attributes
    ----------
    account_id
        As it is written there; 15 or 18 characters for an org's.
    person_key
        E-mail address or user id; null for nobody.
    changed_at
        UTC without zone; null where the system does not say.
    """

    account_id: str
    person_key: str | None
    changed_at: datetime | None


class AssignmentSource(Protocol):
    """Where the assignments of one role are read."""

    def assignments(self, since: datetime | None) -> Iterator[Assignment]:
        """Those that changed from `since` on (UTC, by the system's own time), or all.

        Raises
        ------
        SourceUnavailable, InvalidInput
        """
