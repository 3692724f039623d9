"""When a run must stop by itself: too much that is new goes wrong, the org's daily limit is near, or it says so."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from assignment_assets.io.salesforce.field_changes import Answer
from assignment_assets.write_back.codes import cause
from assignment_assets.write_back.refusal_groups import group_of

MINUTE = 60
LAST_ROWS = 200
"""A share of refusals is one of so many rows, and means nothing before that."""
MOST_ON_END = 40
"""So many rows refused on end, whatever for, stop a run."""
LOST_CALLS_ON_END = 3
UNREACHABLE = "ORG_UNREACHABLE"
WARY_FROM = 5
"""From so many refusals on end only one call goes out at a time."""


@dataclass(frozen=True)
class Budget:
    """How much that is new may go wrong in a run before a person must look.

    Attributes
    ----------
    on_end, share, at_most
        Rows refused one after the other; as a part of the last 200 rows; in all.
    access_on_end, access_receivers, access_share
        The same of rows to which access was denied; on end they count from so many receivers on.
    """

    on_end: int = 20
    share: float = 0.25
    at_most: int = 200
    access_on_end: int = 20
    access_receivers: int = 3
    access_share: float = 0.05


@dataclass(frozen=True)
class Pause:
    """Why a run ends before its plan does; `resume_seconds` after which it may go on by itself, null where a person
    must look first."""

    code: str
    sentence: str
    resume_seconds: int | None = None


@dataclass
class CircuitBreaker:
    """Counts what goes wrong; says when enough is enough.

    Attributes
    ----------
    reserve_share
        The part of the org's daily calls that is left to everybody else.
    decided
        Groups of refusals (`refusal_groups`) that a person has decided on: their rows are not counted.
    pause
        Why the run must stop; null as long as it need not.
    listed_by
        The command that lists what was refused.
    """

    reserve_share: float = 0.2
    budget: Budget = field(default_factory=Budget)
    decided: frozenset[str] = frozenset()
    pause: Pause | None = None
    listed_by: str = "assignment write-back set-aside CYCLE"
    _on_end: list[tuple[str, str]] = field(default_factory=list)
    _rows: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_ROWS))
    _looks: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_ROWS))
    _unseen_on_end: int = 0
    _lost_calls: int = 0
    _groups: Counter[str] = field(default_factory=Counter)
    _has_accepted: bool = False

    @property
    def is_wary(self) -> bool:
        """Whether only one call may be under way: nothing was accepted yet, or much was refused of late."""
        return not self._has_accepted or len(self._on_end) >= WARY_FROM

    def accepted(self) -> None:
        """Counts a row that the org took."""
        self._has_accepted = True
        self._on_end.clear()
        self._rows.append("")

    def refused(self, kind: str, receiver: str, answer: Answer) -> None:
        """Counts a row that was refused for the first time, `kind` being what its answer calls for; trips where the
        budget is used up. A row of a group that was decided is not counted."""
        group = group_of(answer.code, answer.message)
        if group in self.decided:
            return
        self._on_end.append((kind, receiver))
        self._rows.append(kind)
        self._groups[f"{answer.code} ({group})"] += 1
        self._judge_access(answer)
        self._judge_refusals()

    def _judge_access(self, answer: Answer) -> None:
        budget = self.budget
        receivers = [receiver for kind, receiver in self._on_end if kind == "access"]
        is_row = len(receivers) >= budget.access_on_end and len(set(receivers)) >= budget.access_receivers
        if is_row or self._share("access") > budget.access_share:
            self.stop(
                Pause(
                    "LOST_ACCESS",
                    f"the org denies access to row after row ({len(receivers)} on end; the last one: "
                    f"{answer.message or answer.code}): the integration user has lost a permission, or never had it",
                )
            )

    def _judge_refusals(self) -> None:
        budget, total = self.budget, self._groups.total()
        on_end = Counter(kind for kind, _ in self._on_end)
        is_row = on_end["person"] >= budget.on_end or len(self._on_end) >= MOST_ON_END
        if is_row or self._share("person") > budget.share or total > budget.at_most:
            first = ", ".join(f"{count} {name}" for name, count in self._groups.most_common(3))
            self.stop(
                Pause(
                    "CIRCUIT_BREAKER",
                    f"{total} accounts were refused for new reasons, {len(self._on_end)} of them on end: {first}. "
                    f"`{self.listed_by}` lists them and decides on them by group",
                )
            )

    def _share(self, kind: str) -> float:
        return self._rows.count(kind) / LAST_ROWS if len(self._rows) == LAST_ROWS else 0.0

    def looked(self, *, is_seen: bool) -> None:
        """Counts an account that was to be read; trips where many at once are no longer visible."""
        self._unseen_on_end = 0 if is_seen else self._unseen_on_end + 1
        self._looks.append("" if is_seen else "unseen")
        unseen = self._looks.count("unseen") if not is_seen else 0
        is_part = len(self._looks) == LAST_ROWS and unseen > self.budget.access_share * LAST_ROWS
        if self._unseen_on_end >= self.budget.access_on_end or is_part:
            self.stop(
                Pause(
                    "LOST_SIGHT",
                    f"{unseen} of the last {len(self._looks)} accounts are not visible to the integration user, and "
                    "the org does not call them deleted: its sharing has changed",
                )
            )

    def called(self, answers: list[Answer]) -> None:
        """Counts a call; trips where one after the other is lost as a whole."""
        is_lost = all(answer.is_whole and answer.is_lost for answer in answers)
        self._lost_calls = self._lost_calls + 1 if is_lost else 0
        if self._lost_calls >= LOST_CALLS_ON_END:
            self.stop(unreachable(answers[0].message))

    def used(self, usage: tuple[int, int] | None) -> None:
        """Trips where the org's calls of the day, but for the reserve, are used up."""
        if usage and usage[1] and usage[0] >= (1 - self.reserve_share) * usage[1]:
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


def stopped(answer: Answer) -> Pause:
    """The pause after an answer that a person must look at before anything more is sent."""
    return Pause(answer.code, cause(answer))


def resting(answer: Answer) -> Pause:
    """The pause after the org itself said that it takes nothing for a while: its day's limit, or maintenance."""
    return Pause(answer.code, answer.message, (30 if answer.code == "REQUEST_LIMIT_EXCEEDED" else 15) * MINUTE)


def unreachable(sentence: str) -> Pause:
    """The pause after the org could not be reached."""
    return Pause(UNREACHABLE, sentence, 5 * MINUTE)


Witness = Callable[[str], None]
"""Is told each point of a run by name, as it is reached: what rehearsals of crashes listen to."""


def nobody(_point: str) -> None:
    """The witness who does not care."""
