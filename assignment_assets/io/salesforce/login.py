"""How a token is got: for a key that signs a JWT, for client credentials, or as it was given for a rehearsal.

A log-in that the org refuses is a person's matter; one that nobody answers, or that maintenance answers, is not: the
caller waits and tries again. Secrets go to the address that was set and to no other, and stand in no message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.io.clock import utc_now
from assignment_assets.io.salesforce.answers import moment_in
from assignment_assets.io.salesforce.settings import SHARED_HOSTS, SalesforceSettings

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LASTS = timedelta(minutes=3)
APART = timedelta(minutes=1)
"""So far this machine's clock may be from the org's before a refusal mentions it."""
ENHANCE_YOUR_CALM = 420
"""What Salesforce's front answers while it moves or is busy."""
MY_DOMAIN = (
    "Client credentials work at your org's My Domain alone: set ASSIGNMENT_SF_URL to it "
    "(Setup, My Domain; https://acme.my.salesforce.com)."
)
PRE_AUTHORISED = (
    "Check ASSIGNMENT_SF_USERNAME, the key to the connected app's certificate and ASSIGNMENT_SF_AUDIENCE, and "
    "pre-authorise the integration user for the app (a permission set, or its profile)."
)


class LoginRefused(SourceUnavailable):
    """The org gives no token to what was shown."""


class LoginUnanswered(SourceUnavailable):
    """Nobody could say whether a token is given: maintenance, or something before the org."""


@dataclass(frozen=True)
class Token:
    """An access token, where it is good, and whom it stands for (empty where that is not told)."""

    text: str
    instance_url: str
    organization_id: str
    user_id: str

    def __repr__(self) -> str:
        return f"Token({self.instance_url}, {self.organization_id}, {self.user_id})"


def log_in(session: requests.Session, settings: SalesforceSettings) -> Token:
    """A token for the settings.

    Raises
    ------
    LoginRefused, LoginUnanswered
    requests.RequestException
        Nothing came back.
    """
    if settings.access_token:
        return _as_given(session, settings)
    answer = session.post(f"{settings.url}/services/oauth2/token", data=_form(settings), allow_redirects=False)
    content = _content(answer, settings)
    if answer.status_code != 200:
        said = f"{content.get('error_description', '')} ({content.get('error', 'no error named')})".strip()
        raise LoginRefused(
            f"{said}: log-in refused with {answer.status_code} at {settings.url}, expected an access token. "
            f"{_clock(answer) if settings.key_file else ''}{_advice(settings)}"
        )
    text, identity = content.get("access_token"), str(content.get("id") or "").split("/")
    if not isinstance(text, str) or not text:
        raise LoginUnanswered(f"{settings.url}: its token endpoint gave no token, expected one. Try again later.")
    return Token(text, str(content.get("instance_url") or settings.url), *["", "", *identity][-2:])


def _as_given(session: requests.Session, settings: SalesforceSettings) -> Token:
    """The token that was set, once the org has said whom it stands for."""
    headers = {"Authorization": f"Bearer {settings.access_token}"}
    answer = session.get(f"{settings.url}/services/oauth2/userinfo", headers=headers, allow_redirects=False)
    content = _content(answer, settings)
    if answer.status_code in (401, 403):
        raise LoginRefused(
            f"{settings.url}: the access token is not taken ({answer.status_code}), expected one that has not ended. "
            "Set ASSIGNMENT_SF_ACCESS_TOKEN anew, or let the engine log in by key or secret."
        )
    names = (str(content.get(name) or "") for name in ("organization_id", "user_id"))
    return Token(settings.access_token, settings.url, *names)


def _form(settings: SalesforceSettings) -> dict[str, str]:
    if settings.key_file:
        return {"grant_type": JWT_GRANT, "assertion": _assertion(settings)}
    return {
        "grant_type": "client_credentials",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
    }


def _assertion(settings: SalesforceSettings) -> str:
    """Who we are, for the next minutes, signed with the key."""
    claims = {
        "iss": settings.client_id,
        "sub": settings.username,
        "aud": settings.audience,
        "exp": int((utc_now().replace(tzinfo=UTC) + LASTS).timestamp()),
    }
    try:
        return jwt.encode(claims, Path(settings.key_file).read_text(encoding="utf-8"), "RS256")
    except (OSError, ValueError, TypeError, jwt.PyJWTError) as error:
        raise LoginRefused(
            f"{settings.key_file}: it cannot sign ({type(error).__name__}), expected an RSA private key in PEM without "
            "a password. Correct ASSIGNMENT_SF_KEY_FILE."
        ) from error


def _content(answer: requests.Response, settings: SalesforceSettings) -> Mapping[str, Any]:
    is_page = answer.text.lstrip()[:1] == "<"
    if answer.status_code >= 500 or answer.status_code == ENHANCE_YOUR_CALM or is_page:
        raise LoginUnanswered(
            f"{settings.url}: its log-in answered {answer.status_code} and no token, expected one. The org is under "
            "maintenance, or something stands before it. It is tried again."
        )
    try:
        content = answer.json()
    except requests.exceptions.JSONDecodeError:
        content = {}
    return content if isinstance(content, dict) else {}


def _clock(answer: requests.Response) -> str:
    """A sentence where this machine's clock and the org's are apart: a JWT of the wrong time is none."""
    theirs = moment_in(answer.headers)
    apart = utc_now() - theirs if theirs else timedelta(0)
    if abs(apart) < APART:
        return ""
    side = "ahead of" if apart > timedelta(0) else "behind"
    return f"This machine's clock is {abs(apart) // timedelta(minutes=1)} minutes {side} the org's: correct it first. "


def _advice(settings: SalesforceSettings) -> str:
    if settings.key_file:
        return PRE_AUTHORISED
    is_shared = urlsplit(settings.url).hostname in SHARED_HOSTS
    return MY_DOMAIN if is_shared else f"Check the client id and secret. {MY_DOMAIN}"
