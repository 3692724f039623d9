"""When a run must stop by itself: too many failures, the org's daily limit near, an answer that says so."""

from collections.abc import Callable
from dataclasses import dataclass

BREAKS_AFTER_IN_A_ROW = 20
BREAKS_ABOVE_SHARE = 0.01
SHARE_COUNTS_FROM = 500
"""So many answers are needed before a share of failures means anything."""
MINUTE = 60


@dataclass(frozen=True)
class Pause:
    """Why a run ends before its plan does; `resume_seconds` after which it may go on by itself, null where a person
    must look first."""

    code: str
    sentence: str
    resume_seconds: int | None = None


@dataclass
class CircuitBreaker:
    """Counts answers and failures; says when enough is enough.

    Attributes
    ----------
    reserve_share
        The part of the org's daily calls that is left to everybody else.
    is_open
        False where the effective date or an operator forbids writing.
    """

    reserve_share: float = 0.2
    answers: int = 0
    failures: int = 0
    in_a_row: int = 0
    pause: Pause | None = None

    def answered(self, is_failure: bool) -> None:
        """Counts one account's answer; trips above 1 % of them, or at 20 failures in a row."""
        self.answers += 1
        self.failures += is_failure
        self.in_a_row = self.in_a_row + 1 if is_failure else 0
        too_many = self.answers >= SHARE_COUNTS_FROM and self.failures > BREAKS_ABOVE_SHARE * self.answers
        if self.in_a_row >= BREAKS_AFTER_IN_A_ROW or too_many:
            self.stop(
                Pause(
                    "CIRCUIT_BREAKER",
                    f"{self.failures} of {self.answers} accounts were refused for reasons "
                    f"that a person must look at, {self.in_a_row} of them in a row",
                )
            )

    def used(self, usage: tuple[int, int] | None) -> None:
        """Trips where the org's calls of the day, but for the reserve, are used up."""
        if usage and usage[0] >= (1 - self.reserve_share) * usage[1]:
            self.stop(
                Pause(
                    "API_BUDGET",
                    f"{usage[0]:,} of the org's {usage[1]:,} calls in 24 hours are used and "
                    f"{self.reserve_share:.0%} are left to others",
                    30 * MINUTE,
                )
            )

    def stop(self, pause: Pause) -> None:
        """Ends the run for this reason; the first one stands."""
        self.pause = self.pause or pause


def limit_reached(sentence: str) -> Pause:
    """The pause after the org itself said that its daily limit is reached."""
    return Pause("REQUEST_LIMIT_EXCEEDED", sentence, 30 * MINUTE)


def unreachable(sentence: str) -> Pause:
    """The pause after the org could not be reached."""
    return Pause("ORG_UNREACHABLE", sentence, 5 * MINUTE)


Witness = Callable[[str], None]
"""Is told each point of a run by name, as it is reached: what rehearsals of crashes listen to."""


def nobody(_point: str) -> None:
    """The witness who does not care."""
