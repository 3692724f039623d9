"""Hand-overs as they come: who is told, and what they have acknowledged since; and who takes the next account."""

from collections.abc import Callable
from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.identity.links import BETWEEN, OVERLAYS, Pass, personal_link
from assignment_assets.domain.identity.person_keys import safe_key
from assignment_assets.domain.overlays.hand_overs import (
    HandOverFactsFrame,
    HandOverLetter,
    done_changes,
    hand_over_letters,
    hand_overs,
)
from assignment_assets.domain.overlays.next_account import NEXT_ACCOUNTS, NextAccounts, next_accounts
from assignment_assets.domain.overlays.roles import Overlays
from assignment_assets.domain.overlays.tables import (
    HAND_OVERS,
    OVERLAY_ACCOUNTS,
    OVERLAY_CHANGES,
    OVERLAY_LOG,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_PEOPLE,
    OVERLAY_STAMPS,
    OVERLAY_WORKLOAD,
    HandOversFrame,
    OverlayChangesFrame,
    OverlayPeopleFrame,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.notices.post import Posted, post
from assignment_assets.io.overlay_words import read_marks
from assignment_assets.io.settings import Settings
from assignment_assets.io.warehouse.overlay_copies import overlay_copies, read_overlays

LEDGER = "overlays"
"""The name under which the letters' ledger lies, beside those of cycles."""
STILL_NEWS = timedelta(days=14)
"""Older changes are told to nobody: a checklist that is set up later is none for them."""


def hand_over(
    folder: DataFolder,
    overlays: Overlays,
    facts: HandOverFactsFrame,
    settings: Settings,
    key: bytes,
    clock: Callable[[], datetime],
) -> list[Posted]:
    """Sends the letters about changes that the accounts show, and publishes table `hand_overs`.

    A hand-over of which a letter waits for the mail server is told again the next time; nobody has a second letter.

    Parameters
    ----------
    facts
        Renewals, tickets and the like that wait on accounts, as they are mapped; may be empty.

    Raises
    ------
    SourceUnavailable
        The mail server cannot be reached.
    """
    people, now = read_overlays(folder, OVERLAY_PEOPLE), clock()
    lately = read_overlays(folder, OVERLAY_CHANGES).filter(pl.col("received_at") > now - STILL_NEWS)
    done = done_changes(
        OverlayChangesFrame(lately), read_overlays(folder, OVERLAY_STAMPS), read_overlays(folder, OVERLAY_LOG)
    )
    accounts, before = read_overlays(folder, OVERLAY_ACCOUNTS), read_overlays(folder, HAND_OVERS)
    rows = hand_overs(overlays, done, accounts, before, read_marks(folder))
    links = _links(people, settings, key, now)
    letters = hand_over_letters(rows, overlays, people, read_overlays(folder, OVERLAY_OPPORTUNITIES), facts, links)
    posted = post(folder, LEDGER, letters, settings.notices, clock) if letters else []
    overlay_copies(folder).publish(HAND_OVERS, _told(rows, letters, posted, now))
    return posted


def propose_next(folder: DataFolder, overlays: Overlays) -> dict[str, NextAccounts]:
    """Role → who takes each account without an active person; published as table `next_accounts`."""
    accounts, opportunities = read_overlays(folder, OVERLAY_ACCOUNTS), read_overlays(folder, OVERLAY_OPPORTUNITIES)
    workload = read_overlays(folder, OVERLAY_WORKLOAD)
    found = {
        name: next_accounts(name, role, accounts, opportunities, workload) for name, role in overlays.roles.items()
    }
    rows = pl.concat([NEXT_ACCOUNTS.empty(), *(each.rows for each in found.values())])
    overlay_copies(folder).publish(NEXT_ACCOUNTS, NEXT_ACCOUNTS.conform(rows))
    return found


def _links(people: OverlayPeopleFrame, settings: Settings, key: bytes, now: datetime) -> dict[str, str]:
    until = now + timedelta(days=settings.pages.link_days)
    addresses = people.filter("is_active")["email"].drop_nulls().str.strip_chars().str.to_lowercase().unique()
    granted = {address: Pass(OVERLAYS, BETWEEN, safe_key(address), until) for address in addresses if address}
    return {address: personal_link(settings.pages.url, key, each) for address, each in granted.items()}


def _told(rows: HandOversFrame, letters: list[HandOverLetter], posted: list[Posted], now: datetime) -> HandOversFrame:
    """The hand-overs of which no letter waits any more, marked as told."""
    waiting = {letter.change_no for letter, each in zip(letters, posted, strict=True) if each.outcome == "waiting"}
    is_told = pl.col("told_at").is_null() & ~pl.col("change_no").is_in(sorted(waiting))
    told_at = pl.when(is_told).then(pl.lit(now, pl.Datetime("us"))).otherwise("told_at")
    return HAND_OVERS.conform(rows.with_columns(told_at=told_at))
