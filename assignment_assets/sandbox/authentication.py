"""OAuth for the local org: client credentials, JWT bearer and password grants, tokens, who a token stands for.

The default credentials are fixed and public: the org answers on loopback only and holds generated data. Whoever
wants others passes them in. Tokens are random; only their digests are stored.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs

from assignment_assets.sandbox.access import Access, Feature
from assignment_assets.sandbox.jwt_bearer import GRANT, AssertionRefused, check_assertion, read_public_key
from assignment_assets.sandbox.loading import INTEGRATION_USER_ID, ORGANIZATION_ID
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import USER
from assignment_assets.sandbox.state import OrgState
from assignment_assets.sandbox.values import moment_of

SESSION_LENGTH = timedelta(hours=12)


@dataclass(frozen=True)
class Credentials:
    """What a client shows to get a token; `certificate`, in PEM, is that of the key which its JWTs are signed with."""

    client_id: str = "assignment-sandbox"
    client_secret: str = "loopback-toy-org-not-a-secret"
    username: str = "integration@example.com"
    password: str = "loopback-toy-org-not-a-secret"
    certificate: str = ""


@dataclass(frozen=True)
class TokenAnswer:
    """Status and JSON body of the token endpoint."""

    status: int
    body: dict


class Gatekeeper:
    """Gives out tokens and knows whom each stands for."""

    def __init__(self, state: OrgState, credentials: Credentials, access: Access):
        self._state = state
        self._credentials = credentials
        self._access = access
        self._key = read_public_key(credentials.certificate) if credentials.certificate else None

    def register(self, pem: str) -> None:
        """Has JWTs judged by this certificate, or public key, from now on.

        Raises
        ------
        Refusal
            400 INVALID_CERTIFICATE for what is neither.
        """
        try:
            self._key = read_public_key(pem)
        except ValueError as error:
            raise Refusal(400, "INVALID_CERTIFICATE", str(error)) from error

    def token(self, form: str, authorization: str, instance_url: str) -> TokenAnswer:
        """The token endpoint's answer to a form body; wrong credentials get 400 in OAuth's own shape."""
        entries = {name: values[-1] for name, values in parse_qs(form).items()}
        grant, known = entries.get("grant_type"), self._credentials
        if grant == GRANT:
            return self._by_assertion(entries.get("assertion", ""), instance_url)
        client_id, client_secret = _client(entries, authorization)
        if not (_same(client_id, known.client_id) and _same(client_secret, known.client_secret)):
            return _failed("invalid_client", "invalid client credentials")
        if grant not in ("client_credentials", "password"):
            return _failed("unsupported_grant_type", "grant type not supported")
        if grant == "client_credentials" and not self._access.has(Feature.CLIENT_CREDENTIALS):
            return _failed("invalid_grant", "request not supported on this domain")
        if grant == "password" and not (
            _same(entries.get("username", ""), known.username) and _same(entries.get("password", ""), known.password)
        ):
            return _failed("invalid_grant", "authentication failure")
        return self._opened(instance_url)

    def _by_assertion(self, assertion: str, instance_url: str) -> TokenAnswer:
        known, now = self._credentials, self._state.clock.now()
        try:
            check_assertion(assertion, self._key, known.client_id, known.username, instance_url, now)
        except AssertionRefused as refused:
            return _failed(refused.error, str(refused))
        return self._opened(instance_url)

    def _opened(self, instance_url: str) -> TokenAnswer:
        token = f"{ORGANIZATION_ID[:15]}!{secrets.token_urlsafe(48)}"
        self._state.open_session(_digest(token), INTEGRATION_USER_ID)
        issued_at = str(int(self._state.clock.now().timestamp() * 1000))
        return TokenAnswer(
            200,
            {
                "access_token": token,
                "token_type": "Bearer",
                "instance_url": instance_url,
                "issued_at": issued_at,
                "id": f"{instance_url}/id/{ORGANIZATION_ID}/{INTEGRATION_USER_ID}",
                "signature": _digest(issued_at),
            },
        )

    def user_of(self, authorization: str) -> str:
        """The id of the user whom the Authorization header stands for.

        Raises
        ------
        Refusal
            401 INVALID_SESSION_ID for a missing, unknown or expired token.
        """
        scheme, _, token = authorization.partition(" ")
        found = self._state.rows("SELECT user_id, issued_at FROM session WHERE token_digest = ?", (_digest(token),))
        if scheme.lower() not in ("bearer", "oauth") or not found:
            raise Refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
        user_id, issued_at = found[0]
        if moment_of(issued_at) + SESSION_LENGTH < self._state.clock.now():
            raise Refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
        return user_id

    def identity(self, user_id: str) -> dict:
        """What the userinfo and identity endpoints tell about a user."""
        name, username, email, is_active = self._state.records(
            USER, [user_id], ["Name", "Username", "Email", "IsActive"]
        )[user_id]
        return {
            "user_id": user_id,
            "organization_id": ORGANIZATION_ID,
            "display_name": name,
            "name": name,
            "username": username,
            "preferred_username": username,
            "email": email,
            "active": bool(is_active),
        }


def _client(entries: dict[str, str], authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return entries.get("client_id", ""), entries.get("client_secret", "")
    client_id, _, client_secret = base64.b64decode(encoded).decode("utf-8").partition(":")
    return client_id, client_secret


def _failed(error: str, description: str) -> TokenAnswer:
    return TokenAnswer(400, {"error": error, "error_description": description})


def _same(shown: str, expected: str) -> bool:
    return hmac.compare_digest(shown.encode(), expected.encode())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
