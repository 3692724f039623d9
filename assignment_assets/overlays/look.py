"""One look: what systems of truth and the CRM say now, what changed, and what is to be stamped; nothing is written."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import polars as pl

from assignment_assets.domain.overlays import assignments
from assignment_assets.domain.overlays.crm_seen import CrmSeen
from assignment_assets.domain.overlays.fields import fields_of, same_as_before
from assignment_assets.domain.overlays.look import Decided, Known, Look, decided
from assignment_assets.domain.overlays.numbering import Numbers, numbered
from assignment_assets.domain.overlays.roles import Overlays
from assignment_assets.domain.overlays.stamps import hindered, under_way
from assignment_assets.domain.overlays.tables import (
    CS_ASSIGNMENTS,
    CS_EVENTS,
    OPPORTUNITY_ROLES,
    OVERLAY_ACCOUNTS,
    OVERLAY_CHANGES,
    OVERLAY_EDITS,
    OVERLAY_FIELDS,
    OVERLAY_LOG,
    OVERLAY_LOOKS,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_PEOPLE,
    OVERLAY_STAMPS,
    CsEventsFrame,
    OverlayChangesFrame,
    OverlayPeopleFrame,
    OverlayStampsFrame,
)
from assignment_assets.domain.tables import F
from assignment_assets.io.role_sources.assignment_source import AssignmentSource
from assignment_assets.io.salesforce.overlay_records import CrmLook, OverlayRecords
from assignment_assets.io.warehouse.table_log import Transaction
from assignment_assets.overlays.log import OverlayLog
from assignment_assets.overlays.truth import heard_so_far, news_of

QUARTER = timedelta(minutes=15)
AT_ONCE = timedelta(seconds=10)
"""How far a look for sent events alone goes back at most; what the CRM shows later than that, the next poll reads."""


@dataclass(frozen=True)
class Systems:
    """Where a look reads: the CRM, and the systems of truth by role.

    Attributes
    ----------
    heard
        Role → the latest moment of change that its system has told of, by that system's own time.
    """

    records: OverlayRecords
    sources: Mapping[str, AssignmentSource]
    heard: MutableMapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class LookDone:
    """What a look came to.

    Attributes
    ----------
    unread
        Systems of truth that did not answer, each in a sentence; the next look asks them again.
    """

    look_no: int
    events: int
    changes: int
    stamps: int
    edits: int
    unread: tuple[str, ...] = field(default=())


def look(
    log: OverlayLog,
    overlays: Overlays,
    systems: Systems,
    arrived: CsEventsFrame,
    now: datetime,
    *,
    asks_truth: bool,
    is_whole: bool = False,
) -> LookDone:
    """Reads what changed, decides and notes it; all of it is in the log afterwards, or nothing.

    Parameters
    ----------
    arrived
        Events that were sent (`inbox.waiting`).
    asks_truth
        Whether the systems of truth are asked, too.
    is_whole
        Reads everything instead of what changed since the last look.

    Raises
    ------
    SourceUnavailable
        The CRM does not answer.
    """
    with log.open() as transaction:
        looks = transaction.table(OVERLAY_LOOKS)
        standing, known_people = transaction.table(CS_ASSIGNMENTS), transaction.table(OVERLAY_PEOPLE)
        fields = transaction.table(OVERLAY_FIELDS)
        is_known = systems.sources.keys() <= systems.heard.keys() or not asks_truth
        kept = CS_EVENTS.empty() if is_known else transaction.table(CS_EVENTS)
    reads_all = is_whole or not fields.equals(fields_of(overlays))
    overlap = timedelta(seconds=overlays.overlap_seconds)
    since = None if reads_all else _since(looks, overlap, is_poll=asks_truth)
    crm = systems.records.look(since)
    heard = dict(systems.heard)
    asked_since = {} if reads_all else {name: at - overlap for name, at in (heard_so_far(kept, now) | heard).items()}
    told, unread = CS_EVENTS.empty(), tuple[str, ...]()
    if asks_truth:
        told, unread, latest = news_of(systems.sources, standing, arrived, asked_since, now, overlap)
        heard |= latest
    events = CsEventsFrame(pl.concat([arrived, told]))
    last = None if since is None else looks["looked_at"].max()
    people = _people(systems.records, known_people, last, events, crm, now)
    with log.open() as transaction:
        look_no = next_number(looks, "look_no")
        done = _noted(transaction, overlays, systems, events, crm, people, look_no, now, is_whole=reads_all)
        is_asked = asks_truth and not unread
        transaction.append(
            OVERLAY_LOOKS,
            pl.DataFrame(
                [
                    {
                        "look_no": look_no,
                        "looked_at": now,
                        "origin": "whole" if is_whole else "poll" if asks_truth else "webhook",
                        "crm_watermark": crm.watermark,
                        "truth_watermark": now if is_asked else None,
                        "events": done.events,
                        "changes": done.changes,
                        "stamps": done.stamps,
                    }
                ],
                OVERLAY_LOOKS.columns,
            ),
        )
    systems.heard.update(heard)
    return LookDone(done.look_no, done.events, done.changes, done.stamps, done.edits, unread)


def _noted(
    transaction: Transaction,
    overlays: Overlays,
    systems: Systems,
    arrived: CsEventsFrame,
    crm: CrmLook,
    people: OverlayPeopleFrame,
    look_no: int,
    now: datetime,
    *,
    is_whole: bool,
) -> LookDone:
    """Decides for every role and puts what comes of it into the log.

    A role whose fields are others than at the last look begins anew: what was seen in the former ones is no edit of
    these.
    """
    stamps, log = transaction.table(OVERLAY_STAMPS), transaction.table(OVERLAY_LOG)
    changes, edits = transaction.table(OVERLAY_CHANGES), transaction.table(OVERLAY_EDITS)
    kept = transaction.table(CS_EVENTS)
    new = assignments.new_events(arrived, kept).with_columns(look_no=pl.lit(look_no, pl.Int64))
    events = CsEventsFrame(new)
    again = hindered(stamps, log)
    waiting, begun = under_way(stamps, log), _since_last(stamps, log, transaction.table(OVERLAY_LOOKS))
    fields = fields_of(overlays)
    same = same_as_before(transaction.table(OVERLAY_FIELDS), fields)
    crm_before = {name: crm_of_role(name, transaction) for name in overlays.roles}
    gone = crm.gone | (_not_there(crm_before, crm) if is_whole else frozenset())
    found: list[Decided] = []
    for name, role in overlays.roles.items():
        known = Known(
            of_role(name, transaction.table(CS_ASSIGNMENTS)),
            crm_before[name].without(gone) if name in same else CrmSeen.nothing(),
            of_role(name, edits),
            of_role(name, changes),
            of_role(name, begun),
            of_role(name, waiting),
            of_role(name, again),
        )
        # of a role that comes back nothing stands any more, though its events are kept
        said = events if name in same else CsEventsFrame(pl.concat([kept, events]))
        seen = Look(of_role(name, said), crm.seen[name], crm.history, people, systems.records.org.user_id, now)
        found.append(decided(name, role, known, seen))
    numbers = next_numbers(changes, stamps, look_no, now)
    new_changes, new_stamps = numbered(
        OverlayChangesFrame(pl.concat([each.changes for each in found])),
        OverlayStampsFrame(pl.concat([each.stamps for each in found])),
        numbers,
    )
    new_edits = pl.concat([each.edits for each in found]).with_columns(look_no=pl.lit(look_no, pl.Int64))
    transaction.append(CS_EVENTS, events)
    transaction.append(OVERLAY_CHANGES, new_changes)
    transaction.append(OVERLAY_STAMPS, new_stamps)
    transaction.append(OVERLAY_EDITS, new_edits)
    transaction.put(OVERLAY_PEOPLE, people)
    transaction.put(CS_ASSIGNMENTS, pl.concat([each.assignments for each in found]))
    transaction.put(OVERLAY_ACCOUNTS, pl.concat([each.crm.without(gone).accounts for each in found]))
    # a role that is no matter of opportunities reads none: what it knows of them is what stood before
    reading = [each.crm for each, role in zip(found, overlays.roles.values(), strict=True) if role.opportunity_field]
    opportunities = [each.without(gone).opportunities for each in reading] or [OVERLAY_OPPORTUNITIES.empty()]
    transaction.put(OVERLAY_OPPORTUNITIES, pl.concat(opportunities).unique("opportunity_id", keep="first"))
    transaction.put(OPPORTUNITY_ROLES, pl.concat([each.crm.without(gone).roles for each in found]))
    transaction.put(OVERLAY_FIELDS, fields)
    return LookDone(look_no, events.height, new_changes.height, new_stamps.height, new_edits.height)


def _since(looks: pl.DataFrame, overlap: timedelta, *, is_poll: bool) -> datetime | None:
    """From when on the CRM is read: a poll goes back the whole overlap behind the last poll, so that it covers what the
    looks between the two have left out."""
    watermark = (looks.filter(pl.col("origin") != "webhook") if is_poll else looks)["crm_watermark"].max()
    back = overlap if is_poll else min(overlap, AT_ONCE)
    return watermark - back if isinstance(watermark, datetime) else None


def _not_there(known: Mapping[str, CrmSeen], crm: CrmLook) -> frozenset[str]:
    """Records that were known and that a whole look did not find: deleted or merged while nobody looked."""
    return frozenset().union(
        *(
            (set(known[name].accounts["account_id"]) - set(crm.seen[name].accounts["account_id"]))
            | (set(known[name].roles["opportunity_id"]) - set(crm.seen[name].roles["opportunity_id"]))
            for name in known
        )
    )


def _since_last(stamps: pl.DataFrame, log: pl.DataFrame, looks: pl.DataFrame) -> OverlayStampsFrame:
    """Stamps that were under way at the last look, or were decided then or since."""
    at = looks["looked_at"].max()
    if not isinstance(at, datetime):
        return OVERLAY_STAMPS.empty()
    ended = log.filter(pl.coalesce("verified_at", "written_at") < at - timedelta(hours=1))
    return OVERLAY_STAMPS.conform(stamps.join(ended.select("stamp_no"), on="stamp_no", how="anti"))


def _people(
    records: OverlayRecords,
    known: OverlayPeopleFrame,
    last: object,
    events: pl.DataFrame,
    crm: CrmLook,
    now: datetime,
) -> OverlayPeopleFrame:
    """The CRM's users: read anew where somebody unknown is met, at whole looks and every quarter of an hour."""
    ids, emails = set(known["person_id"]), set(known["email"].drop_nulls().str.to_lowercase())
    met = {key.lower() for key in events["person_key"].drop_nulls()} - emails - {each.lower() for each in ids}
    met |= _editors(crm) - ids
    is_old = not isinstance(last, datetime) or (last - datetime.min) // QUARTER != (now - datetime.min) // QUARTER
    return records.people() if is_old or met else known


def _editors(crm: CrmLook) -> set[str]:
    return {
        by
        for seen in crm.seen.values()
        for frame in (seen.accounts, seen.opportunities)
        for by in frame["modified_by"].drop_nulls()
    }


def crm_of_role(name: str, transaction: Transaction) -> CrmSeen:
    """What the log knows of the CRM for one role."""
    return CrmSeen(
        of_role(name, transaction.table(OVERLAY_ACCOUNTS)),
        transaction.table(OVERLAY_OPPORTUNITIES),
        of_role(name, transaction.table(OPPORTUNITY_ROLES)),
    )


def next_numbers(changes: OverlayChangesFrame, stamps: OverlayStampsFrame, look_no: int, now: datetime) -> Numbers:
    """The next free numbers of the log, for rows of this look."""
    return Numbers(next_number(changes, "change_no"), next_number(stamps, "stamp_no"), look_no, now)


def of_role(name: str, frame: F) -> F:
    """The rows of one role."""
    return cast(F, frame.filter(pl.col("role") == name))


def next_number(frame: pl.DataFrame, name: str) -> int:
    """One above the largest number so far."""
    return int(str(frame[name].max() or 0)) + 1
