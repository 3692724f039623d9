"""Who is asking: a personal link kept in a cookie, or a header that the company's proxy sets.

Links open one page of one cycle: the cookie carries the link itself, sealed and expiring, and is sent to that page's
path alone. Behind a proxy with single sign-on, the person's address comes in a header, believed only from the proxies
that the settings name; what the person may see then follows from the gate's own list.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from assignment_assets.domain.identity.codes import SHOWN_DIGITS, keyed_hash
from assignment_assets.domain.identity.links import OVERLAYS, ROLES, ROUTING, BadLink, Pass, is_place, read_link
from assignment_assets.domain.review.facts import person_key
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.settings import PagesSetting, read_settings
from assignment_assets.review_app.overlay_access import overlay_access

COOKIE = "assignment"
_NONCE = re.compile(r"[0-9a-f]{32}")
PROXY_HOURS = 12


class PageRefused(Exception):
    """A request that is not answered: `status` 403 or 404, and a sentence for the person."""

    def __init__(self, status: int, sentence: str):
        self.status = status
        super().__init__(sentence)


@dataclass(frozen=True)
class Session:
    """One person at one page: what the pass grants, and the secret that their forms carry."""

    granted: Pass
    cookie: str
    form_secret: str


def place_of(role: str, cycle: str) -> str:
    """The path below which a role's pages of a cycle lie."""
    return f"/{cycle}/{role}"


def enter(key: bytes, link: str, now: datetime) -> tuple[Pass, str]:
    """What a link grants, and the cookie that stands for it from now on.

    Raises
    ------
    PageRefused
        The link is not ours, was changed or has expired (403).
    """
    try:
        granted = read_link(key, link, now)
    except BadLink as error:
        raise PageRefused(403, str(error)) from error
    return granted, f"{link}~{secrets.token_hex(16)}"


def session_of(request: Request, key: bytes, now: datetime, pages: PagesSetting, folder: DataFolder) -> Session:
    """Who is asking for a page.

    Raises
    ------
    PageRefused
        Nobody whom we know (403), or somebody who has nothing to do with this page (404).
    """
    role, cycle = request.path_params["role"], request.path_params["cycle"]
    if not is_place(role, cycle):
        raise PageRefused(404, "There is no such page.")
    if pages.person_header:
        return _by_header(request, key, now, pages, folder)
    cookie = request.cookies.get(COOKIE, "")
    if not cookie:
        raise PageRefused(403, "These pages open with your personal link. Use the link that was sent to you.")
    link, _, nonce = cookie.rpartition("~")
    try:
        granted = read_link(key, link, now)
    except BadLink as error:
        raise PageRefused(403, str(error)) from error
    if not _NONCE.fullmatch(nonce):
        raise PageRefused(403, "This session was changed. Open your personal link again.")
    if (granted.role, granted.cycle) != (role, cycle):
        raise PageRefused(404, "There is no such page.")
    if role == ROUTING and not sees_every_region(granted.person):
        raise PageRefused(403, "This page shows every region; you are not named for all of them any more.")
    if role == OVERLAYS and not sees_overlays(folder, granted.person):
        raise PageRefused(403, "This page is for managers of overlay roles and their people; you are none any more.")
    return Session(granted, cookie, keyed_hash(key, "form", cookie)[:SHOWN_DIGITS])


def sees_every_region(person: str) -> bool:
    """Whether the settings let this person sign for every region: who may read what happens in all of them."""
    signers = {person_key(name): regions for name, regions in read_settings().signers.items()}
    return "*" in signers.get(person_key(person), [])


def sees_overlays(folder: DataFolder, person: str) -> bool:
    """Whether there is something for this person on the page of the overlay roles."""
    return overlay_access(folder, person, sees_every_region(person)).is_any


def _by_header(request: Request, key: bytes, now: datetime, pages: PagesSetting, folder: DataFolder) -> Session:
    peer = request.client.host if request.client else ""
    values = request.headers.getlist(pages.person_header)
    if peer not in pages.trusted_proxies or len(values) != 1 or not values[0].strip():
        raise PageRefused(403, "These pages are reached through the company's sign-in. Sign in there.")
    email = values[0].strip().casefold()
    role, cycle = request.path_params["role"], request.path_params["cycle"]
    asked = _who_is_asked(folder, role, cycle, email)
    if not asked:
        raise PageRefused(404, "There is no such page.")
    nonce = request.cookies.get(COOKIE, "")
    nonce = nonce if _NONCE.fullmatch(nonce) else secrets.token_hex(16)
    granted = Pass(role, cycle, asked, now + timedelta(hours=PROXY_HOURS))
    return Session(granted, nonce, keyed_hash(key, "form", f"{email}~{role}~{cycle}~{nonce}")[:SHOWN_DIGITS])


def _who_is_asked(folder: DataFolder, role: str, cycle: str, email: str) -> str:
    """The person of this address as the role's pages name them; empty where they have nothing to do with them."""
    if role == ROUTING:
        return email if sees_every_region(email) else ""
    if role == OVERLAYS:
        return email if sees_overlays(folder, email) else ""
    manifest = read_gate(folder, cycle, ROLES[role])
    return next((each.person for each in manifest.persons if each.email.casefold() == email), "") if manifest else ""


def keep(response: Response, cookie: str, granted: Pass, now: datetime, is_https: bool) -> None:
    """Sets the session's cookie: for its pages alone, out of reach of scripts, gone when the link expires."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=max(0, int((granted.expires_at - now).total_seconds())),
        path=place_of(granted.role, granted.cycle),
        secure=is_https,
        httponly=True,
        samesite="lax",
    )


def require_form_secret(session: Session, given: str) -> None:
    """Nothing, or PageRefused (403) where a form was not made for this session."""
    if not given.isascii() or not hmac.compare_digest(session.form_secret, given):
        raise PageRefused(
            403,
            "This form was not opened from your page, or the page was open for too long. "
            "Open your personal link again; what you saved is still there.",
        )
