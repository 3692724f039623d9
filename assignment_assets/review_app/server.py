"""Serves the review pages: in the foreground as a process of their own, or from a thread for tests."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import uvicorn

from assignment_assets.domain.errors import AssignmentError, NotEntitled
from assignment_assets.domain.identity.links import BETWEEN, OVERLAYS, ROLES, ROUTING, Pass, personal_link
from assignment_assets.domain.identity.person_keys import safe_key
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.serving import in_thread
from assignment_assets.io.settings import PagesSetting, read_settings
from assignment_assets.review_app.access import sees_every_region, sees_overlays
from assignment_assets.review_app.app import application
from assignment_assets.review_app.context import AppContext, TableCache

DRAIN_SECONDS = 3


def serve(port: int, host: str = "127.0.0.1") -> None:
    """Serves the pages over the data folder of the environment until Ctrl-C."""
    context = context_of(DataFolder.from_environment(), engine_key(), read_settings().pages, utc_now)
    with socket.create_server((host, port)) as listener:
        print(f"Review pages: http://{host}:{listener.getsockname()[1]}", flush=True)
        uvicorn.Server(_config(context)).run(sockets=[listener])


@contextmanager
def running(
    folder: DataFolder,
    key: bytes,
    pages: PagesSetting | None = None,
    clock: Callable[[], datetime] = utc_now,
    port: int = 0,
) -> Iterator[str]:
    """The pages served from a thread of this process until the block ends; gives their address.

    Raises
    ------
    SourceUnavailable
        They did not come up within 20 seconds.
    """
    context = context_of(folder, key, pages or PagesSetting(), clock)
    not_started = (
        "review pages: they did not start, expected them within 20 seconds. Look for the cause above and start them "
        "again."
    )
    with in_thread(uvicorn.Server(_config(context)), not_started, port) as address:
        yield address


def context_of(folder: DataFolder, key: bytes, pages: PagesSetting, clock: Callable[[], datetime]) -> AppContext:
    """What the pages are made with."""
    return AppContext(folder, key, pages, clock, TableCache(folder))


def link_to(
    folder: DataFolder, key: bytes, pages: PagesSetting, person: str, cycle: str, role: str, now: datetime
) -> str:
    """The personal link by which a person opens their page of a cycle.

    Raises
    ------
    AssignmentError
        The gate's packets are not out, or it does not ask this person.
    """
    manifest = read_gate(folder, cycle, ROLES[role])
    if manifest is None:
        raise AssignmentError(
            f"cycle {cycle}, {ROLES[role]}: its packets are not out, expected them. "
            f"`assignment cycle status {cycle}` says what comes first."
        )
    known = {each.person for each in manifest.persons}
    found = (
        safe_key(person)
        if safe_key(person) in known
        else next((each.person for each in manifest.persons if each.email.casefold() == person.casefold()), "")
    )
    if not found:
        raise AssignmentError(
            f"cycle {cycle}, {ROLES[role]}: {person} is not asked there, expected one of "
            f"{len(known)} people such as {min(known, default='nobody')}. Correct the name or the "
            "role."
        )
    granted = Pass(role, cycle, found, now + timedelta(days=pages.link_days))
    return personal_link(pages.url, key, granted)


def routing_link(key: bytes, pages: PagesSetting, person: str, now: datetime) -> str:
    """The personal link by which a signer for every region reads what happens between the quarters.

    Raises
    ------
    NotEntitled
        The settings do not name the person for every region.
    """
    if not sees_every_region(person):
        raise NotEntitled(
            f"routing page: {person} is not named for every region under [signers], expected `*`. It "
            "shows every region: name them there, or let somebody else look."
        )
    granted = Pass(ROUTING, BETWEEN, safe_key(person), now + timedelta(days=pages.link_days))
    return personal_link(pages.url, key, granted)


def overlay_link(folder: DataFolder, key: bytes, pages: PagesSetting, person: str, now: datetime) -> str:
    """The personal link by which a manager of an overlay role, or somebody who has one, opens their page.

    Raises
    ------
    NotEntitled
        overlays.toml names the person as no manager, and the CRM has no active user of this address.
    """
    if not sees_overlays(folder, person):
        raise NotEntitled(
            f"page of the overlay roles: {person} is no role's manager_email in overlays.toml and no active user of "
            "the CRM, expected one of both. Name them there, or correct the address."
        )
    granted = Pass(OVERLAYS, BETWEEN, safe_key(person), now + timedelta(days=pages.link_days))
    return personal_link(pages.url, key, granted)


def _config(context: AppContext) -> uvicorn.Config:
    return uvicorn.Config(
        application(context),
        log_level="warning",
        access_log=False,
        lifespan="off",
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
