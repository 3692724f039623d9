"""Where the Salesforce org is and who we are there: from the environment and the mapping's `[connection]`."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.io.mapping.mapping import Connection

API_VERSION = "60.0"
CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 120.0
PRODUCTION, SANDBOX = "login.salesforce.com", "test.salesforce.com"
SHARED_HOSTS = (PRODUCTION, SANDBOX)
"""Where people of every org log in; client credentials do not work there."""


@dataclass(frozen=True)
class SalesforceSettings:
    """Where the org is and who we are there; secrets come from the environment alone, and are not shown.

    Attributes
    ----------
    client_secret
        Of the connected app, for client credentials.
    key_file, username, audience
        The private key that signs a JWT, for whom, and to which log-in host; in place of a secret.
    access_token
        A token that somebody got otherwise, for a rehearsal; in place of both.
    ca_file, proxy
        A certificate authority of one's own, and the https proxy that leads outside; empty for none.
    """

    url: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    ca_file: str = ""
    api_version: str = API_VERSION
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    key_file: str = ""
    username: str = ""
    audience: str = ""
    access_token: str = field(default="", repr=False)
    proxy: str = field(default="", repr=False)

    @classmethod
    def from_environment(
        cls, connection: Connection | None = None, environment: Mapping[str, str] = os.environ
    ) -> "SalesforceSettings":
        """The settings in ``ASSIGNMENT_SF_URL``, ``_CA_FILE``, ``_PROXY``, ``_API_VERSION``, and of the log-in: either
        ``_CLIENT_ID`` with ``_CLIENT_SECRET``, or ``_CLIENT_ID`` with ``_KEY_FILE`` and ``_USERNAME`` (``_AUDIENCE``),
        or ``_ACCESS_TOKEN``.

        What the environment leaves open comes from the mapping's `[connection]`, but for who we are.

        Raises
        ------
        InvalidInput
            Something is missing or the address is not https; every fault is listed.
        """
        written = connection or Connection()
        url = (environment.get("ASSIGNMENT_SF_URL") or written.url).rstrip("/")
        settings = cls(
            url=url,
            client_id=environment.get("ASSIGNMENT_SF_CLIENT_ID", ""),
            client_secret=environment.get("ASSIGNMENT_SF_CLIENT_SECRET", ""),
            ca_file=environment.get("ASSIGNMENT_SF_CA_FILE") or written.ca_file,
            api_version=environment.get("ASSIGNMENT_SF_API_VERSION") or written.api_version or API_VERSION,
            key_file=environment.get("ASSIGNMENT_SF_KEY_FILE", ""),
            username=environment.get("ASSIGNMENT_SF_USERNAME", ""),
            audience=(environment.get("ASSIGNMENT_SF_AUDIENCE") or _audience(url)).rstrip("/"),
            access_token=environment.get("ASSIGNMENT_SF_ACCESS_TOKEN", ""),
            proxy=environment.get("ASSIGNMENT_SF_PROXY") or written.proxy,
        )
        faults = list(settings._faults())
        if faults:
            raise InvalidInput("The Salesforce settings are incomplete", faults)
        return settings

    def _faults(self) -> Iterator[Fault]:
        if not self.url.startswith("https://"):
            yield Fault(
                "ASSIGNMENT_SF_URL",
                repr(self.url),
                "an address such as https://acme.my.salesforce.com",
                "Set it, or url under [connection] of the mapping.",
            )
        yield from self._login_faults()
        if self.ca_file and not os.path.isfile(self.ca_file):
            yield Fault("ASSIGNMENT_SF_CA_FILE", f"no file {self.ca_file}", "a certificate file", "Correct the path.")
        if self.proxy and not self.proxy.startswith(("http://", "https://")):
            yield Fault("ASSIGNMENT_SF_PROXY", "no address", "one such as http://proxy.example.com:3128", "Correct it.")

    def _login_faults(self) -> Iterator[Fault]:
        if self.access_token:
            return
        if not self.client_id:
            yield Fault("ASSIGNMENT_SF_CLIENT_ID", "not set", "the connected app's credentials", "Set it.")
        if self.key_file:
            if not os.path.isfile(self.key_file):
                found = f"no file {self.key_file}"
                yield Fault("ASSIGNMENT_SF_KEY_FILE", found, "the private key in PEM", "Correct the path.")
            if not self.username:
                yield Fault("ASSIGNMENT_SF_USERNAME", "not set", "the integration user's user name", "Set it.")
            return
        if not self.client_secret:
            yield Fault(
                "ASSIGNMENT_SF_CLIENT_SECRET", "not set", "the connected app's credentials", "Set it, or a key file."
            )
        if urlsplit(self.url).hostname in SHARED_HOSTS:
            yield Fault(
                "ASSIGNMENT_SF_URL",
                repr(self.url),
                "your org's My Domain, for client credentials do not work at a shared log-in host",
                "Set it to the address under Setup, My Domain, such as https://acme.my.salesforce.com.",
            )


def _audience(url: str) -> str:
    """The log-in host that a JWT is meant for: that of production, or that of Salesforce's sandboxes."""
    host = urlsplit(url).hostname or ""
    return f"https://{SANDBOX if host == SANDBOX or '.sandbox.' in host else PRODUCTION}"
