"""How a client gets a token: by a signed JWT, by client credentials where the org has them; and what is kept of it."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.sandbox.jwt_bearer import GRANT
from assignment_assets.sandbox.request_log import read_requests
from assignment_assets_tests.sandbox.conftest import MORNING, token_answer

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(key) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def certificate_pem(key) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "assignment-engine")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=365))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def now(hook):
    """The org's time; other tests move its clock on."""
    return datetime.fromisoformat(hook("clock", advance_seconds=0)["now"])


@pytest.fixture
def bearer(org, session, now):
    """The token endpoint's answer to an assertion with these claims instead of the right ones."""

    def asked(key=KEY, algorithm="RS256", **changed):
        claims = {
            "iss": org.client_id,
            "sub": org.username,
            "aud": "https://login.salesforce.com",
            "exp": int((now + timedelta(minutes=3)).timestamp()),
        } | changed
        signed = jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm)
        form = {"grant_type": GRANT, "assertion": signed}
        return session.post(f"{org.url}/services/oauth2/token", data=form)

    return asked


@pytest.mark.parametrize("pem", [public_pem(KEY), certificate_pem(KEY)])
def test_a_jwt_signed_with_the_registered_key_gets_a_token(org, session, hook, bearer, pem):
    hook("certificate", pem=pem)
    for audience in ("https://login.salesforce.com", "https://test.salesforce.com/", org.url, [org.url]):
        token = bearer(aud=audience).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        assert session.get(f"{org.url}/services/data/v60.0/limits", headers=headers).status_code == 200


def test_a_jwt_that_says_something_else_is_refused(org, hook, bearer, now, session):
    hook("certificate", pem=public_pem(KEY))
    expired, far = (int((now + timedelta(minutes=minutes)).timestamp()) for minutes in (-1, 60))
    for changed, error, description in (
        ({"key": OTHER_KEY}, "invalid_grant", "invalid assertion"),
        ({"key": "x" * 40, "algorithm": "HS256"}, "invalid_grant", "invalid assertion"),
        ({"iss": "another"}, "invalid_client_id", "client identifier invalid"),
        ({"sub": "somebody@example.com"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"aud": "https://example.com"}, "invalid_grant", "audience is invalid"),
        ({"exp": expired}, "invalid_grant", "expired assertion"),
        ({"exp": far}, "invalid_grant", "the assertion is valid for more than 5 minutes"),
        ({"exp": None}, "invalid_grant", "invalid assertion"),
    ):
        answer = bearer(**changed)
        assert (answer.status_code, answer.json()) == (400, {"error": error, "error_description": description})
    nonsense = session.post(f"{org.url}/services/oauth2/token", data={"grant_type": GRANT, "assertion": "a.b"})
    assert nonsense.json()["error"] == "invalid_grant"


def test_only_a_certificate_or_key_of_rsa_is_registered(hook):
    for wrong in ("nonsense", public_pem(ec.generate_private_key(ec.SECP256R1()))):
        with pytest.raises(SourceUnavailable, match="INVALID_CERTIFICATE"):
            hook("certificate", pem=wrong)


def test_client_credentials_may_not_be_supported_at_this_address(org, session, hook):
    hook("access", off=["client_credentials"])
    answer = token_answer(org, session)
    assert (answer.status_code, answer.json()["error_description"]) == (400, "request not supported on this domain")
    assert token_answer(org, session, grant_type="password", username=org.username, password=org.password).ok


def test_the_request_log_keeps_neither_secrets_nor_assertions(org, session, hook, bearer):
    hook("certificate", pem=public_pem(KEY))
    token = bearer().json()["access_token"]
    session.post(f"{org.url}/services/oauth2/token?client_secret=in-the-address", data={"grant_type": "x"})
    entries = read_requests(org.state_dir)[-2:]
    assert [entry["path"] for entry in entries] == ["/services/oauth2/token"] * 2
    assert [entry["body"] for entry in entries] == [{"grant_type": GRANT}, {"grant_type": "x"}]
    text = (org.state_dir / "requests.jsonl").read_text("utf-8")
    for secret in (token, "in-the-address", "eyJ", org.client_secret):
        assert secret not in text


def test_the_clock_that_judges_an_assertion_is_the_orgs(now):
    assert now >= MORNING
