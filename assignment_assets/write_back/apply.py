"""Writes approved owners without a journal of its own: for whoever keeps a log themselves."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

import polars as pl

from assignment_assets.domain.errors import BrokenInvariant, SourceUnavailable
from assignment_assets.domain.placed import ENDED
from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.salesforce.records import RecordGateway
from assignment_assets.write_back.circuit_breaker import CircuitBreaker, nobody
from assignment_assets.write_back.logged_refusals import as_refused, decided, is_stopped_by_code, waiting
from assignment_assets.write_back.machine import Machine
from assignment_assets.write_back.open_changes import Pace
from assignment_assets.write_back.plan import ROWS, Change, owner_guards
from assignment_assets.write_back.precondition import Judge
from assignment_assets.write_back.states import JOURNAL, OUTCOMES, Event, State, log_rows
from assignment_assets.write_back.worker_pool import WorkerPool


class Notes:
    """Events since they were last taken, in memory."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def record(self, events: Iterable[Event]) -> None:
        """Keeps events."""
        self._events += events

    def commit(self) -> None:
        """Nothing: the caller's log is what is durable."""

    def taken(self, accounts: Iterable[str]) -> pl.DataFrame:
        """The events of these accounts (JOURNAL), which are then forgotten."""
        wanted = set(accounts)
        taken = as_refused(event for event in self._events if event.account_id in wanted)
        rows = [vars(event) | {"seq": 0, "hash": ""} for event in taken]
        self._events = [event for event in self._events if event.account_id not in wanted]
        return pl.DataFrame(rows, JOURNAL.columns)


def apply(
    rows: pl.DataFrame,
    logged: pl.DataFrame,
    gateway: RecordGateway,
    seats: Mapping[str, int],
    clock: Callable[[], datetime],
    pause: Callable[[float], None],
    set_aside: str = "assignment routing set-aside",
) -> Iterator[pl.DataFrame]:
    """Yields rows of `write_back_log` as changes end: commit each before asking for the next.

    The same state machine as that of whole plans: each change is judged on what the org says this moment, sent with
    OwnerId alone and on condition that the account has not been modified since, and read back. What the log already
    shows as finished is not touched: a second run sends nothing. What the org refused for good waits for a person
    (`logged_refusals`).

    Parameters
    ----------
    rows
        Approved changes, columns `plan.ROWS` (parent_id may be absent): old and new owner, and state and carve-out
        as they were when approved.
    logged
        The `write_back_log` so far, of other rows too.
    seats
        Free seats per rep, below 0 where a book is overfull; who is not named takes any number.
    clock
        The time in UTC without zone.
    pause
        Waits so many seconds; at most a few at a time.
    set_aside
        The command that lists what waits for a person.

    Raises
    ------
    SourceUnavailable
        The org cannot be reached; what was sent and not read back has been yielded as `unknown`.
    BrokenInvariant
        An account has two open changes.
    """
    changes = open_changes(rows, logged)
    owners = pl.DataFrame(
        [(change.plan_id, change.record_id, change.expected, change.new) for change in changes],
        {"plan_id": pl.String, "account_id": pl.String, "old_owner_id": pl.String, "new_owner_id": pl.String},
        orient="row",
    )
    numbers = {change.plan_id: int(change.plan_id) for change in changes}
    notes, breaker = Notes(), CircuitBreaker(reserve_share=0.0, decided=decided(logged), listed_by=set_aside)
    pace = Pace(wary=1) if is_stopped_by_code(logged) else Pace()
    gateway.ask_precondition(Judge(breaker, lambda verdict, sentence: None, "Write through a signed cycle instead."))
    machine = Machine(changes, {}, seats, WorkerPool([gateway], nobody), notes, clock, pause, breaker, pace, nobody)
    for ended in machine.run():
        yield log_rows(owners, notes.taken(each.change.record_id for each in ended), numbers)
    if machine.left and breaker.pause:
        yield log_rows(owners, notes.taken(owners["account_id"]), numbers)
        raise SourceUnavailable(breaker.pause.sentence)


def open_changes(rows: pl.DataFrame, logged: pl.DataFrame) -> list[Change]:
    """The changes of `rows` that the log does not show as finished or waiting for a person, by sign-off and account.

    Raises
    ------
    BrokenInvariant
        An account has two open changes: nobody could say which owner is meant.
    """
    latest = (
        WRITE_BACK_LOG.conform(logged)
        .group_by("sign_off_no", "account_id", maintain_order=True)
        .agg(pl.col("attempt").max(), pl.col("outcome").last())
    )
    given = rows.select(
        pl.col(name).cast(dtype) if name in rows.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in ROWS.items()
    )
    left = (
        given.join(latest, on=["sign_off_no", "account_id"], how="left")
        .filter(~pl.col("outcome").is_in(ENDED).fill_null(False))
        .join(waiting(logged), on=["sign_off_no", "account_id"], how="anti")
        .sort("sign_off_no", "account_id")
    )
    doubled = left.filter(pl.col("account_id").is_duplicated())["account_id"].unique().sort()
    if doubled.len():
        raise BrokenInvariant(
            f"approved_diff: {doubled.len()} accounts with two open changes, such as {', '.join(doubled.head(5))}, "
            "expected one new owner each. Nothing was written; withdraw one of the sign-offs."
        )
    return [
        Change(
            str(row["sign_off_no"]),
            row["account_id"],
            row["old_owner_id"],
            row["new_owner_id"],
            owner_guards(row["carve_out"], row["state"]),
            row["parent_id"],
            (row["attempt"] or 0) + 1,
            row["outcome"] == OUTCOMES[State.UNKNOWN],
        )
        for row in left.iter_rows(named=True)
    ]
