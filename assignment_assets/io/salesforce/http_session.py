"""The HTTP session of an org's calls: without the machine's proxies and netrc, with time-outs on every call."""

from collections.abc import Mapping

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from assignment_assets.io.salesforce.settings import SalesforceSettings

CLIENT_NAME = "account-assignment-engine"


def session_of(settings: SalesforceSettings) -> requests.Session:
    """A session under these settings; it repeats GET alone."""
    session = requests.Session()
    session.trust_env = False
    session.verify = settings.ca_file or True
    session.proxies = {"https": settings.proxy} if settings.proxy else {}
    session.headers.update({"Sforce-Auto-Assign": "FALSE", "Sforce-Call-Options": f"client={CLIENT_NAME}"})
    session.mount("https://", _PatientAdapter((settings.connect_seconds, settings.answer_seconds)))
    return session


class _PatientAdapter(HTTPAdapter):
    """Gives every call a time-out; repeats GET alone."""

    def __init__(self, timeout: tuple[float, float]):
        self._timeout = timeout
        super().__init__(
            max_retries=Retry(
                total=2,
                allowed_methods={"GET"},
                status_forcelist=(502, 503, 504),
                backoff_factor=0.2,
                raise_on_status=False,
            )
        )

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The answer, or requests' own time-out."""
        return super().send(request, stream, timeout or self._timeout, verify, cert, proxies)
