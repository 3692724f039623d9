"""OAuth's JWT bearer grant: a client signs who it is with its own key; the org knows the certificate to that key."""

from datetime import datetime, timedelta

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from assignment_assets.domain.errors import AssignmentError

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
LONGEST = timedelta(minutes=5)
CLAIMS = ["iss", "sub", "aud", "exp"]


class AssertionRefused(AssignmentError):
    """An assertion that gets no token; `error` and the text are OAuth's."""

    def __init__(self, error: str, description: str):
        super().__init__(description)
        self.error = error


def read_public_key(pem: str) -> RSAPublicKey:
    """The RSA key of a certificate or of a public key in PEM.

    Raises
    ------
    ValueError
        For what is neither.
    """
    text = pem.encode()
    is_certificate = b"BEGIN CERTIFICATE" in text
    key = x509.load_pem_x509_certificate(text).public_key() if is_certificate else load_pem_public_key(text)
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"the key is of type {type(key).__name__}, expected RSA")
    return key


def check_assertion(
    assertion: str, key: RSAPublicKey | None, client_id: str, username: str, own_url: str, now: datetime
) -> None:
    """Passes where the assertion is signed with the key and says this client, this user, this org, and a near end.

    Raises
    ------
    AssertionRefused
        `invalid_client_id` for another client, `invalid_grant` for all else.
    """
    try:
        told = jwt.decode(assertion, options={"verify_signature": False, "require": CLAIMS})
    except jwt.InvalidTokenError as error:
        raise AssertionRefused("invalid_grant", "invalid assertion") from error
    if told["iss"] != client_id:
        raise AssertionRefused("invalid_client_id", "client identifier invalid")
    if key is None:
        raise AssertionRefused("invalid_grant", "no certificate is registered for this client")
    _check_signature(assertion, key)
    audiences = told["aud"] if isinstance(told["aud"], list) else [told["aud"]]
    if not {str(each).rstrip("/") for each in audiences} & {*AUDIENCES, own_url}:
        raise AssertionRefused("invalid_grant", "audience is invalid")
    if told["sub"] != username:
        raise AssertionRefused("invalid_grant", "user hasn't approved this consumer")
    left = timedelta(seconds=float(told["exp"]) - now.timestamp())
    if not timedelta() < left <= LONGEST:
        description = "expired assertion" if left <= timedelta() else "the assertion is valid for more than 5 minutes"
        raise AssertionRefused("invalid_grant", description)


def _check_signature(assertion: str, key: RSAPublicKey) -> None:
    unchecked = {"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    try:
        jwt.decode(assertion, key, algorithms=["RS256"], options=unchecked)
    except jwt.InvalidTokenError as error:
        raise AssertionRefused("invalid_grant", "invalid assertion") from error
