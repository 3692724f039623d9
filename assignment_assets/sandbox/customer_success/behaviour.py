"""How the customer-success system behaves: how much it gives, and what goes wrong with its next answers.

Documented are a hundred calls a minute, in a window of the clock's minutes, and at most 5,000 records a call. Neither
what a refused call says besides 429 is, nor whether a read without a hit is an empty list or a refusal, nor whether the
records lie in `data` or in `data.records`: samples show both, so either can be chosen.
"""

import threading
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from assignment_assets.sandbox.customer_success.query import MOST_RECORDS
from assignment_assets.sandbox.customer_success.refused import Refused


class Garbage(StrEnum):
    """What may come with 200 instead of an answer."""

    HTML = "html"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    NULL = "null"
    LIST = "list"
    NO_DATA = "no_data"
    TEXTS = "texts"  # records that are no objects


@dataclass
class Behaviour:
    """All as a test may set it; numbers of next answers count down."""

    calls_a_minute: int = 100  # 0: as many as you like
    page_cap: int = MOST_RECORDS  # fewer records than asked for, without a word
    shape: str = "records"  # or list: they lie in `data` itself
    refuses_empty: bool = False  # no hit: 400 instead of an empty list
    skew_minutes: float = 0.0  # how far the system's clock is ahead
    too_many: int = 0  # so many next answers are 429 …
    retry_after: int | None = 1  # … with these seconds to wait; null: without a word
    unavailable: int = 0  # so many next answers are 503 with a page of HTML
    slow: int = 0  # so many next answers wait …
    slow_seconds: float = 0.0  # … for so long
    garbage: list[str] = field(default_factory=list)  # the kinds of the next answers, one each


NAMES = tuple(each.name for each in fields(Behaviour))


class Conduct:
    """The behaviour in force, and what of it is used up."""

    def __init__(self) -> None:
        self.now = Behaviour()
        self._lock = threading.Lock()
        self._minute, self._calls = "", 0

    def change(self, entries: dict) -> dict:
        """Puts each entry that is given in place of the one before, and tells all.

        Raises
        ------
        Refused
            400 for a name or a kind of garbage that there is not.
        """
        wrong = [*(set(entries) - set(NAMES)), *(set(entries.get("garbage", [])) - set(Garbage))]
        if wrong:
            known = ", ".join((*NAMES, *Garbage))
            raise Refused(400, "INVALID_BEHAVIOUR", f"no {', '.join(sorted(wrong))}; there are {known}")
        with self._lock:
            self.now = Behaviour(**(asdict(self.now) | entries))
            return asdict(self.now)

    def reset(self) -> dict:
        """All as at first; the minute's calls are forgotten."""
        with self._lock:
            self.now = Behaviour()
            self._calls = 0
            return asdict(self.now)

    def wait_for(self, moment: datetime) -> int | None:
        """Counts a call; the seconds to wait where it is one too many, -1 where nothing is said of that."""
        with self._lock:
            minute = moment.strftime("%Y-%m-%dT%H:%M")
            self._calls = self._calls + 1 if minute == self._minute else 1
            self._minute = minute
            if self.now.too_many > 0:
                self.now.too_many -= 1
                return -1 if self.now.retry_after is None else self.now.retry_after
            is_over = 0 < self.now.calls_a_minute < self._calls
            return 60 - moment.second if is_over else None

    def delay(self) -> float:
        """How long the answer waits."""
        with self._lock:
            is_slow = self.now.slow > 0
            self.now.slow -= int(is_slow)
            return self.now.slow_seconds if is_slow else 0.0

    def is_unavailable(self) -> bool:
        """Whether the answer is a page that says so."""
        with self._lock:
            is_down = self.now.unavailable > 0
            self.now.unavailable -= int(is_down)
            return is_down

    def spoils(self) -> Garbage | None:
        """What comes instead of the answer; None for the answer."""
        with self._lock:
            return Garbage(self.now.garbage.pop(0)) if self.now.garbage else None
