"""What systems of truth say that is other than what stands, as events of the same kind as the webhook's."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import polars as pl

from assignment_assets.domain.errors import AssignmentError
from assignment_assets.domain.overlays.tables import CS_EVENTS, CsAssignmentsFrame, CsEventsFrame
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.role_sources.assignment_source import AssignmentSource


def news_of(
    sources: Mapping[str, AssignmentSource],
    standing: CsAssignmentsFrame,
    arrived: CsEventsFrame,
    since: datetime | None,
    now: datetime,
) -> tuple[CsEventsFrame, tuple[str, ...]]:
    """What changed from `since` on, where it is other than what stands; and who did not answer, as sentences.

    What has arrived already, as an event that was sent, is no news.
    """
    rows: list[dict[str, Any]] = []
    unread = []
    for name, source in sources.items():
        known = dict(standing.filter(role=name).select("account_id", "person_key").iter_rows())
        sent = arrived.filter(role=name).select("account_id", "person_key").iter_rows()
        heard = {(account, (person or "").casefold()) for account, person in sent}
        try:
            rows += [row for row in _news(name, source, known, since, now) if _said(row) not in heard]
        except AssignmentError as error:
            unread.append(f"{name}: {error}")
    return CS_EVENTS.conform(pl.DataFrame(rows, CS_EVENTS.columns)), tuple(unread)


def _said(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["account_id"], (row["person_key"] or "").casefold()


def _news(
    name: str, source: AssignmentSource, known: Mapping[str, str | None], since: datetime | None, now: datetime
) -> Iterator[dict[str, Any]]:
    """Assignments that differ from what stands; one that the system gives no moment of is of now."""
    for each in source.assignments(since):
        account, person = complete_id(each.account_id), each.person_key
        if account in known and (known[account] or "").casefold() == (person or "").casefold():
            continue
        if account not in known and person is None:
            continue
        changed_at = each.changed_at or now
        mark = f"{account} {person} {changed_at.isoformat()}"
        yield {
            "role": name,
            "event_id": hashlib.sha256(mark.encode()).hexdigest()[:32],
            "account_id": account,
            "person_key": person,
            "changed_at": changed_at,
            "received_at": now,
            "origin": "poll",
            "look_no": None,
        }
