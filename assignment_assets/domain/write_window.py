"""The hours of a day within which the engine may write owners by itself."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

_TEXT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class WriteWindow:
    """From `begins` until just before `ends` by the clocks of `timezone`; past midnight where `ends` is the earlier."""

    begins: time
    ends: time
    timezone: str

    @classmethod
    def of(cls, text: str, timezone: str) -> Self | None:
        """The window that `06:00-09:00` names; None where the text names none, or one without a length."""
        found = _TEXT.fullmatch(text)
        if found is None:
            return None
        hours = [int(part) for part in found.groups()]
        begins, ends = time(hours[0], hours[1]), time(hours[2], hours[3])
        return cls(begins, ends, timezone) if begins != ends else None

    def is_open(self, now: datetime) -> bool:
        """Whether a moment (UTC without zone) lies within it."""
        at = self.local(now).time()
        if self.begins < self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends

    def local(self, now: datetime) -> datetime:
        """A moment (UTC without zone) by the window's clocks."""
        return now.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone))

    def __str__(self) -> str:
        return f"between {self.begins:%H:%M} and {self.ends:%H:%M} ({self.timezone})"
