"""The org's clock: the real one unless a test puts another in its place or moves it on."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta


def utc_now() -> datetime:
    """The real time in UTC."""
    return datetime.now(UTC)


class OrgClock:
    """Tells the org's time in UTC; `advance` moves it on without anybody having to wait."""

    def __init__(self, source: Callable[[], datetime] = utc_now):
        self._source = source
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The moment, with its microseconds; records keep whole seconds of it."""
        return self._source() + self._ahead

    def today(self) -> date:
        """The UTC day, for date literals such as TODAY."""
        return self.now().date()

    def advance(self, seconds: float) -> datetime:
        """Moves the clock on and tells the new time."""
        self._ahead += timedelta(seconds=seconds)
        return self.now()
