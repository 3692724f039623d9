"""Writes approved owners: read, judge, send on condition, read back, and hand out the log as it grows."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, islice

import polars as pl

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.io.owner_desk import AccountNow, Answer, OwnerChange, OwnerDesk
from assignment_assets.io.salesforce import COMPOSITE_AT_MOST
from assignment_assets.write_back.outcome import (
    TRIES,
    Settled,
    action,
    deferred,
    given_up,
    log_rows,
    not_armed,
    refused,
    settle,
)
from assignment_assets.write_back.plan import Change, next_call, next_rings, open_changes
from assignment_assets.write_back.preflight import judge

ARMED_AFTER = timedelta(seconds=2)
"""A precondition holds only from here on: the org's timestamps have a resolution of one second."""
ARMING_TRIES = 5
READ_AHEAD = 1000
READ_BACK_AT = 500
NOW = timedelta(0)
FIRST_PAUSE_SECONDS = 0.25


def apply(
    rows: pl.DataFrame,
    logged: pl.DataFrame,
    desk: OwnerDesk,
    seats: Mapping[str, int],
    clock: Callable[[], datetime],
    pause: Callable[[float], None],
) -> Iterator[pl.DataFrame]:
    """Yields rows of `write_back_log` as changes end: commit each before asking for the next.

    Each change is judged on what the org says this moment, sent once with OwnerId alone and on condition that
    the account has not been modified since, and read back. A lost answer is resolved by reading back, never by
    sending again blindly. What the log already shows as finished is not touched: a second run sends nothing.
    No book is filled above its capacity: a gain waits until a loss is verified, and is deferred where none is.

    Parameters
    ----------
    rows
        Approved changes, columns `plan.ROWS`: old and new owner, and state and carve-out as they were when
        approved.
    logged
        The cycle's `write_back_log` so far.
    seats
        Free seats per rep (`plan.seats_now`).
    clock
        The time in UTC without zone, for `written_at` and `verified_at`.
    pause
        Waits so many seconds; at most a few at a time.

    Raises
    ------
    SourceUnavailable
        The org cannot be reached or refuses; what was sent and not read back has been yielded as `unknown`.
    BrokenInvariant
        An account has two open changes.
    """
    yield from _Run(open_changes(rows, logged), seats, desk, clock, pause).log()


class _Run:
    """One pass over the open changes.

    `_open` are the changes not yet ended, by account; `_read` what was read of them and still counts; `_sent`
    those that wait to be read back, with the org's answer and the time.
    """

    def __init__(
        self, changes: Iterable[Change], seats: Mapping[str, int], desk: OwnerDesk, clock: Callable[[], datetime],
        pause: Callable[[float], None],
    ):
        self._open = {change.account_id: change for change in changes}
        self._seats = dict(seats)
        self._desk, self._clock, self._pause = desk, clock, pause
        self._read: dict[str, AccountNow | None] = {}
        self._active: set[str] = set()
        self._sent: dict[str, tuple[Answer, datetime]] = {}
        self._tries: Counter[tuple[str, str]] = Counter()
        self._stopped_by: Answer | None = None

    def log(self) -> Iterator[pl.DataFrame]:
        """The log's rows, until every change has ended."""
        try:
            while self._open:
                ended = self._step()
                if ended:
                    yield log_rows(ended)
        except SourceUnavailable:
            if self._sent:
                yield log_rows([given_up(self._open[account], answer, sent_at)
                                for account, (answer, sent_at) in self._sent.items()])
            raise

    def _step(self) -> list[Settled]:
        if self._stopped_by:
            return self._read_back() if self._sent else self._defer_rest()
        call = next_call(self._waiting(), self._seats, COMPOSITE_AT_MOST)
        if self._sent and (not call or len(self._sent) >= READ_BACK_AT):
            return self._read_back()
        groups = [[change] for change in call] or next_rings(self._waiting(), self._seats, COMPOSITE_AT_MOST)
        return self._send(groups) if groups else self._defer_rest()

    def _waiting(self) -> Iterator[Change]:
        return (change for account, change in self._open.items() if account not in self._sent)

    def _send(self, groups: list[list[Change]]) -> list[Settled]:
        """Sends the groups of which every change may go; ends those changes that may not."""
        changes = [change for group in groups for change in group]
        self._read_ahead(changes)
        verdicts = {change.account_id: judge(change, self._read[change.account_id], self._active) for change in changes}
        read_at = self._clock()
        ended = [self._end(refused(change, verdict, self._read[change.account_id], read_at))
                 for change in changes if (verdict := verdicts[change.account_id])]
        ready = [group for group in groups if not any(verdicts[change.account_id] for change in group)]
        armed = [change for group in ready if all(self._wait(change) <= NOW for change in group) for change in group]
        if ready and not armed:
            return ended + self._await_arming([change for group in ready for change in group])
        if armed:
            self._write(armed)
        return ended

    def _read_ahead(self, changes: list[Change]) -> None:
        if all(change.account_id in self._read for change in changes):
            return
        ahead = islice((change for change in self._waiting() if change.account_id not in self._read), READ_AHEAD)
        wanted = {change.account_id: change for change in chain(changes, ahead) if change.account_id not in self._read}
        now = self._desk.accounts(list(wanted))
        self._read |= {account: now.get(account) for account in wanted}
        receivers = {change.new_owner_id for change in wanted.values()}
        self._active = (self._active - receivers) | self._desk.active_users(receivers)

    def _wait(self, change: Change) -> timedelta:
        return self._read[change.account_id].modified_at + ARMED_AFTER - self._desk.server_now

    def _await_arming(self, changes: list[Change]) -> list[Settled]:
        self._pause(min(max(map(self._wait, changes)), ARMED_AFTER).total_seconds())
        ended = []
        for change in changes:
            self._tries[change.account_id, "arm"] += 1
            if self._tries[change.account_id, "arm"] > ARMING_TRIES:
                ended.append(self._end(not_armed(change, self._read[change.account_id].owner_id)))
            self._read.pop(change.account_id)
        return ended

    def _write(self, changes: list[Change]) -> None:
        answers = self._desk.write([
            OwnerChange(change.account_id, change.new_owner_id, self._read[change.account_id].modified_at)
            for change in changes])
        sent_at = self._clock()
        for change, answer in zip(changes, answers, strict=True):
            self._add_seats(change.new_owner_id, -1)
            self._sent[change.account_id] = answer, sent_at
            if action(answer) == "stop":
                self._stopped_by = answer

    def _read_back(self) -> list[Settled]:
        """Ends what was sent, by what the org shows; what is to be sent again is open as before."""
        now = self._desk.accounts(list(self._sent))
        read_at = self._clock()
        ended, again = [], 0
        for account, (answer, sent_at) in self._sent.items():
            change = self._open[account]
            self._add_seats(change.new_owner_id, 1)
            self._read.pop(account)
            settled = settle(change, answer, now.get(account), sent_at, read_at)
            if settled is None:
                self._tries[account, action(answer)] += 1
                again = max(again, self._tries[account, action(answer)])
                if self._tries[account, action(answer)] > TRIES[action(answer)]:
                    settled = given_up(change, answer, sent_at)
            if settled is not None:
                ended.append(self._end(settled))
        self._sent.clear()
        if again:
            self._pause(FIRST_PAUSE_SECONDS * 2 ** (again - 1))
        return ended

    def _end(self, settled: Settled) -> Settled:
        change = self._open.pop(settled.change.account_id)
        if settled.has_moved:
            self._add_seats(change.new_owner_id, -1)
            self._add_seats(change.old_owner_id, 1)
        return settled

    def _add_seats(self, rep_id: str | None, count: int) -> None:
        if rep_id in self._seats:
            self._seats[rep_id] += count

    def _defer_rest(self) -> list[Settled]:
        return [self._end(deferred(change, self._stopped_by)) for change in list(self._open.values())]
