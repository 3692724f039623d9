"""Where the Salesforce org is and who we are there: from the environment and the mapping's `[connection]`."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.io.mapping.mapping import Connection

API_VERSION = "60.0"
CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 120.0


@dataclass(frozen=True)
class SalesforceSettings:
    """Where the org is and who we are there; the secret comes from the environment alone."""

    url: str
    client_id: str
    client_secret: str
    ca_file: str = ""
    api_version: str = API_VERSION
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: float = ANSWER_SECONDS

    @classmethod
    def from_environment(
        cls, connection: Connection | None = None, environment: Mapping[str, str] = os.environ
    ) -> "SalesforceSettings":
        """The settings in ``ASSIGNMENT_SF_URL``, ``_CA_FILE``, ``_CLIENT_ID``, ``_CLIENT_SECRET``, ``_API_VERSION``.

        What the environment leaves open comes from the mapping's `[connection]`, but for id and secret.

        Raises
        ------
        InvalidInput
            Something is missing or the address is not https; every fault is listed.
        """
        written = connection or Connection()
        settings = cls(
            url=(environment.get("ASSIGNMENT_SF_URL") or written.url).rstrip("/"),
            client_id=environment.get("ASSIGNMENT_SF_CLIENT_ID", ""),
            client_secret=environment.get("ASSIGNMENT_SF_CLIENT_SECRET", ""),
            ca_file=environment.get("ASSIGNMENT_SF_CA_FILE") or written.ca_file,
            api_version=environment.get("ASSIGNMENT_SF_API_VERSION") or written.api_version or API_VERSION,
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
        for name, value in (("ID", self.client_id), ("SECRET", self.client_secret)):
            if not value:
                yield Fault(f"ASSIGNMENT_SF_CLIENT_{name}", "not set", "the connected app's credentials", "Set it.")
        if self.ca_file and not os.path.isfile(self.ca_file):
            yield Fault("ASSIGNMENT_SF_CA_FILE", f"no file {self.ca_file}", "a certificate file", "Correct the path.")
