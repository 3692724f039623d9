"""What people are told when an account changes its person: one letter each, and who takes the next account."""

from collections.abc import Callable
from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.identity.links import BETWEEN, OVERLAYS, Pass, seal_link
from assignment_assets.domain.identity.person_keys import safe_key
from assignment_assets.domain.overlays.hand_overs import (
    HAND_OVER_FACTS,
    done_changes,
    hand_over_letters,
    hand_overs,
)
from assignment_assets.domain.overlays.next_account import NEXT_ACCOUNTS, NextAccountsFrame, next_accounts
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
    OverlayPeopleFrame,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.notices.post import Posted, post
from assignment_assets.io.overlay_words import read_marks
from assignment_assets.io.settings import PagesSetting, Settings
from assignment_assets.io.warehouse.overlay_copies import overlay_copies, read_overlays

LEDGER = "overlays"
"""What stands for a cycle in the folder of letters."""


def tell_hand_overs(
    folder: DataFolder, overlays: Overlays, settings: Settings, key: bytes, clock: Callable[[], datetime]
) -> tuple[HandOversFrame, list[Posted]]:
    """Table `hand_overs` as of now, published, and the letters that went to former and new people: each once.

    Raises
    ------
    SourceUnavailable, InvalidInput
        The mail server cannot be reached or its settings are wrong; who was told is in the ledger.
    """
    people, opportunities = read_overlays(folder, OVERLAY_PEOPLE), read_overlays(folder, OVERLAY_OPPORTUNITIES)
    stamps, log = read_overlays(folder, OVERLAY_STAMPS), read_overlays(folder, OVERLAY_LOG)
    done = done_changes(read_overlays(folder, OVERLAY_CHANGES), stamps, log)
    before = read_overlays(folder, HAND_OVERS)
    rows = hand_overs(overlays, done, read_overlays(folder, OVERLAY_ACCOUNTS), before, read_marks(folder))
    now = clock()
    links = _links(people, settings.pages, key, now)
    letters = hand_over_letters(rows, overlays, people, opportunities, HAND_OVER_FACTS.empty(), links)
    posted = post(folder, LEDGER, letters, settings.notices, clock) if letters else []
    if all(each.outcome != "waiting" for each in posted):
        rows = HAND_OVERS.conform(rows.with_columns(told_at=pl.coalesce("told_at", pl.lit(now, pl.Datetime("us")))))
    overlay_copies(folder).publish(HAND_OVERS, rows)
    return rows, posted


def _links(people: OverlayPeopleFrame, pages: PagesSetting, key: bytes, now: datetime) -> dict[str, str]:
    """E-mail address, in lower case → the link to the person's page."""
    until, address = now + timedelta(days=pages.link_days), f"{pages.url.rstrip('/')}/in?k="
    return {
        email.casefold(): address + seal_link(key, Pass(OVERLAYS, BETWEEN, safe_key(email), until))
        for email in people.filter("is_active")["email"].drop_nulls().unique().sort()
    }


def propose_next(folder: DataFolder, overlays: Overlays) -> NextAccountsFrame:
    """Table `next_accounts`: who is to take each account without an active person, for the managers to answer."""
    accounts, opportunities = read_overlays(folder, OVERLAY_ACCOUNTS), read_overlays(folder, OVERLAY_OPPORTUNITIES)
    load = read_overlays(folder, OVERLAY_WORKLOAD)
    found = [next_accounts(name, role, accounts, opportunities, load).rows for name, role in overlays.roles.items()]
    rows = NEXT_ACCOUNTS.conform(pl.concat(found))
    overlay_copies(folder).publish(NEXT_ACCOUNTS, rows)
    return rows
