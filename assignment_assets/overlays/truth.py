"""What systems of truth say that is other than what stands, as events of the same kind as the webhook's."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from assignment_assets.domain.errors import AssignmentError
from assignment_assets.domain.overlays.tables import CS_EVENTS, CsAssignmentsFrame, CsEventsFrame
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.role_sources.assignment_source import Assignment, AssignmentSource

POLL = "poll"
AHEAD = timedelta(minutes=15)
"""How far a system's clock may be ahead of ours: a later moment is a mistake of one record, and is asked from never."""
NAMED = 5


def heard_so_far(events: CsEventsFrame, now: datetime) -> dict[str, datetime]:
    """Role → the latest moment of change that polls have brought, by the system's own time."""
    polled = events.filter(pl.col("origin") == POLL, pl.col("changed_at") <= now + AHEAD)
    return dict(polled.group_by("role").agg(pl.col("changed_at").max()).iter_rows())


def news_of(
    sources: Mapping[str, AssignmentSource],
    standing: CsAssignmentsFrame,
    arrived: CsEventsFrame,
    since: Mapping[str, datetime],
    now: datetime,
    overlap: timedelta,
) -> tuple[CsEventsFrame, tuple[str, ...], dict[str, datetime]]:
    """What changed, where it is other than what stands; what is wrong, in sentences; how far each role was heard.

    Parameters
    ----------
    arrived
        Events that were sent: the same word is no news.
    since
        Role → from when on, by the system's own time, which need not be ours; others are read wholly.
    overlap
        What was received within it may not be in what the system shows.
    """
    rows: list[dict[str, Any]] = []
    wrong, heard = [], {}
    for name, source in sources.items():
        columns = ["account_id", "person_key", "changed_at", "received_at"]
        known = {account: said for account, *said in standing.filter(role=name).select(columns).iter_rows()}
        try:
            said = list(source.assignments(since.get(name)))
        except AssignmentError as error:
            wrong.append(f"{name}: {error}")
            continue
        told, doubled = _one_each(said)
        wrong += [f"{name}: {sentence}" for sentence in doubled]
        settled = now - overlap if name not in since else None
        sent = {
            (account, _plain(person))
            for account, person in arrived.filter(role=name).select("account_id", "person_key").iter_rows()
        }
        news = _news(name, told, known, now, settled)
        rows += [row for row in news if (row["account_id"], _plain(row["person_key"])) not in sent]
        moments = [each.changed_at for each in said if each.changed_at and each.changed_at <= now + AHEAD]
        if moments:
            heard[name] = max(moments)
    return CS_EVENTS.conform(pl.DataFrame(rows, CS_EVENTS.columns)), tuple(wrong), heard


def _one_each(said: Iterable[Assignment]) -> tuple[dict[str, Assignment], list[str]]:
    """Account → what is said of it, where several rows say the same or one was changed last; and the others."""
    found: dict[str, list[Assignment]] = {}
    for each in said:
        found.setdefault(complete_id(each.account_id), []).append(each)
    told: dict[str, Assignment] = {}
    doubled: list[str] = []
    undecided: list[str] = []
    for account, rows in found.items():
        last = max(rows, key=lambda each: each.changed_at or datetime.min)
        latest = {_plain(each.person_key) for each in rows if each.changed_at == last.changed_at}
        if len({_plain(each.person_key) for each in rows}) > 1:
            (doubled if len(latest) == 1 else undecided).append(account)
        if len(latest) == 1:
            told[account] = last
    sentences = []
    if doubled:
        sentences.append(f"{_listed(doubled)} named more than once with different people: what was changed last counts")
    if undecided:
        sentences.append(f"{_listed(undecided)} named more than once with different people, none later: none counts")
    return told, sentences


def _listed(accounts: list[str]) -> str:
    more = f" and {len(accounts) - NAMED} more" if len(accounts) > NAMED else ""
    return f"{', '.join(sorted(accounts)[:NAMED])}{more} {'is' if len(accounts) == 1 else 'are'}"


def _plain(person: str | None) -> str:
    return (person or "").strip().casefold()


def _news(
    name: str,
    told: Mapping[str, Assignment],
    known: Mapping[str, list[Any]],
    now: datetime,
    settled: datetime | None,
) -> Iterator[dict[str, Any]]:
    """Assignments that differ from what stands; one that the system gives no moment of is of now.

    So is one that is older than what stands, where everything is read: what the system shows is its word, unless what
    stands was received after `settled` and may not be shown yet.
    """
    for account, each in told.items():
        person, changed_at = each.person_key, each.changed_at or now
        if account in known:
            stands, stood_at, received_at = known[account]
            if _plain(stands) == _plain(person):
                continue
            if settled is not None and changed_at <= stood_at and received_at < settled:
                changed_at = now
        elif not _plain(person):
            continue
        mark = f"{account} {person} {changed_at.isoformat()}"
        if settled is not None and account in known:
            mark += f" {now.isoformat()}"  # it may have been said before, and something wrong after it
        yield {
            "role": name,
            "event_id": hashlib.sha256(mark.encode()).hexdigest()[:32],
            "account_id": account,
            "person_key": person,
            "changed_at": changed_at,
            "received_at": now,
            "origin": POLL,
            "look_no": None,
        }
