"""What a write log alone says of rows that the org refused: who waits for a person, for what, and who was asked again.

For whoever keeps a log and no journal. A row that the org itself refused, for no reason that passes, waits from its
first such answer on; that it is asked again is a line of the log too.
"""

from collections.abc import Collection, Iterable

import polars as pl

from assignment_assets.domain.tables import TEXT, WRITE_BACK_LOG
from assignment_assets.io.salesforce.field_changes import Answer
from assignment_assets.write_back.circuit_breaker import UNREACHABLE
from assignment_assets.write_back.codes import CODES, action
from assignment_assets.write_back.refusal_groups import READ_AGAIN, RefusalGroup, group_of, groups_of
from assignment_assets.write_back.states import OUTCOMES, Event, State

ASKED_AGAIN = "ASKED_AGAIN"
"""The code of a line by which a person has an account tried again."""
_KEY = ["sign_off_no", "account_id"]
_REFUSED = {OUTCOMES[state]: state for state in (State.FAILED_HUMAN, State.HELD)}
_PASSING = ("read", "retry", "rearm", "resend", "pause")


def as_refused(events: Iterable[Event]) -> list[Event]:
    """The events, where what a stopped run left undone ends as refused if the org had refused the row itself.

    Without a journal nobody would know of that answer, and the row would be sent again with every run. Where the org
    went away nothing it said under UNKNOWN_EXCEPTION counts: it may have been about the call.
    """
    refused: dict[str, Event] = {}
    told = []
    for event in events:
        answer = refused.get(event.account_id)
        if _is_refusal(event):
            refused[event.account_id] = event
        elif event.state == State.DEFERRED and answer and event.code != UNREACHABLE:
            content = {"state": State.FAILED_HUMAN, "code": answer.code, "sentence": answer.sentence}
            event = Event(**vars(event) | content)
        told.append(event)
    return told


def _is_refusal(event: Event) -> bool:
    """Whether the org has refused the row itself, and not for a while only."""
    if event.state not in (State.REFUSED, State.UNKNOWN):
        return False
    answer = Answer(event.account_id, event.code, event.sentence, is_lost=event.state == State.UNKNOWN)
    return action(answer) not in _PASSING


def waiting(logged: pl.DataFrame) -> pl.DataFrame:
    """The last line of each account that nothing is sent for before a person asks: WRITE_BACK_LOG and its group."""
    last = WRITE_BACK_LOG.conform(logged).sort("attempt").group_by(_KEY, maintain_order=True).last()
    code = pl.col("error_code").fill_null("")
    found = last.filter(pl.col("outcome").is_in(list(_REFUSED)) & ~code.is_in(READ_AGAIN)).sort(_KEY)
    return found.with_columns(group=pl.Series(_groups(found), dtype=TEXT))


def decided(logged: pl.DataFrame) -> frozenset[str]:
    """Groups that a person has had tried again: refusals of them do not stop a run."""
    lines = WRITE_BACK_LOG.conform(logged)
    asked = lines.filter(pl.col("error_code") == ASKED_AGAIN).select(*_KEY, before=pl.col("attempt") - 1)
    return frozenset(_groups(lines.join(asked, left_on=[*_KEY, "attempt"], right_on=[*_KEY, "before"])))


def is_stopped_by_code(logged: pl.DataFrame) -> bool:
    """Whether an account waits for a person because of a code that ends a run: the next begins with a single row."""
    return bool(waiting(logged)["error_code"].is_in(CODES["stop"]).any())


def groups(logged: pl.DataFrame) -> list[RefusalGroup]:
    """What waits for a person, the largest group first; `plan_id` is the number of the sign-off."""
    rows = waiting(logged).with_columns(plan_id=pl.col("sign_off_no").cast(TEXT))
    states = rows.select(
        *("plan_id", "account_id", "attempt"),
        state=pl.col("outcome").replace_strict(_REFUSED, return_dtype=TEXT),
        code=pl.col("error_code").fill_null(""),
        sentence=pl.col("error").fill_null(""),
    )
    return groups_of(rows.select("plan_id", "account_id", "old_owner_id", "new_owner_id"), states)


def asked_again(logged: pl.DataFrame, chosen: Collection[str], person: str) -> pl.DataFrame:
    """Lines for the log that have every account of these groups tried again by the next run."""
    by = f"{person} asked" if person else "Somebody asked"
    return WRITE_BACK_LOG.conform(
        waiting(logged)
        .filter(pl.col("group").is_in(list(chosen)))
        .with_columns(
            attempt=pl.col("attempt") + 1,
            outcome=pl.lit(OUTCOMES[State.DEFERRED]),
            error_code=pl.lit(ASKED_AGAIN),
            error=pl.lit(f"{by} for another try."),
            found_owner_id=None,
            written_at=None,
            verified_at=None,
        )
    )


def _groups(rows: pl.DataFrame) -> list[str]:
    told = rows.select(pl.col("error_code", "error").fill_null(""))
    return [group_of(code, sentence) for code, sentence in told.iter_rows()]
