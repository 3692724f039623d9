"""The Salesforce org: log-in, queries, retrieval by id, composite calls; foreign exceptions end here.

The client is simple-salesforce as published, given a session of our own: without the machine's proxies and
netrc, with time-outs on every call, and with repetition of reading alone. An expired token is renewed once and
the call repeated, because a refused call has had no effect; a write whose answer is lost is never repeated here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession
from urllib3.util.retry import Retry

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.io.salesforce.login import LoginRefused, LoginUnanswered, log_in
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.salesforce.wording import redirected, told

RETRIEVE_AT_MOST = 2000
COMPOSITE_AT_MOST = 25
READ_TRIES = 3
TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"
"""Our code for status 429 (slow down); Salesforce's own for it is that of the daily limit, which is another matter."""
OF_THE_MOMENT = ("LOGIN_REFUSED", "INVALID_SESSION_ID", "REQUEST_LIMIT_EXCEEDED", TOO_MANY_REQUESTS)
"""Refusals that are about the moment or about us, and not about what was asked."""
CLIENT_NAME = "account-assignment-engine"
Record = dict[str, Any]
"""A JSON object as the org gives or takes it; its fields depend on what was asked."""


class AnswerLost(SourceUnavailable):
    """No answer, or none that can be read: what was asked may have happened or may yet happen."""


class CallRefused(SourceUnavailable):
    """The org answered with an error; `code` is Salesforce's own."""

    def __init__(self, code: str, message: str):
        self.code = code
        super().__init__(message)


class _TokenExpired(CallRefused):
    """The org no longer takes the token; a new one is asked for once."""


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


class Org:
    """One connection to a Salesforce org; logs in with its first call. Not for several threads.

    Attributes
    ----------
    server_now
        The server's time, UTC without zone, whole seconds, as of its latest answer.
    api_usage
        Calls used and allowed in 24 hours, as of its latest answer; null before that.
    calls
        Calls answered so far, log-ins included.
    waited_seconds
        How long the org took for them, all together.
    """

    def __init__(self, settings: SalesforceSettings):
        self._settings = settings
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = settings.ca_file or True
        self._session.proxies = {"https": settings.proxy} if settings.proxy else {}
        self._session.headers.update({"Sforce-Auto-Assign": "FALSE", "Sforce-Call-Options": f"client={CLIENT_NAME}"})
        self._session.mount("https://", _PatientAdapter((settings.connect_seconds, settings.answer_seconds)))
        self._session.hooks["response"].append(self._note)
        self._client: Salesforce | None = None
        self._organization_id = ""
        self._user_id = self._named_organization_id = ""
        self._lacks: set[str] = set()
        self.server_now = datetime.min
        self.api_usage: tuple[int, int] | None = None
        self.calls = 0
        self.waited_seconds = 0.0

    @property
    def data_path(self) -> str:
        """What the addresses of composite subrequests begin with."""
        return f"/services/data/v{self._settings.api_version}"

    def organization_id(self) -> str:
        """The org's own id, 18 characters: what an approval is bound to.

        Where this user may not read it, it is the one that the log-in named.

        Raises
        ------
        CallRefused, AnswerLost
        """
        if not self._organization_id:
            try:
                self._organization_id = next(self.query("SELECT Id FROM Organization"))["Id"]
            except CallRefused as refusal:
                if refusal.code not in ("INVALID_TYPE", "INVALID_FIELD") or not self._named_organization_id:
                    raise
                self.note_lack("Organization")
                self._organization_id = self._named_organization_id
        return self._organization_id

    def lacks(self, name: str) -> bool:
        """Whether an object, a field (`Object.Field`) or a kind of call was found not to be there for this user."""
        return name in self._lacks

    def note_lack(self, name: str) -> None:
        """Remembers that it is not there, for as long as the connection lasts."""
        self._lacks.add(name)

    def query(self, soql: str, includes_deleted: bool = False) -> Iterator[Record]:
        """The records that the SOQL selects, numbers with a fraction as text; page by page.

        `includes_deleted` also gives what lies in the bin: deleted records, and those merged into others.

        Raises
        ------
        CallRefused, AnswerLost
        """
        page = self._read(lambda client: client.query(soql, include_deleted=includes_deleted))
        yield from page["records"]
        while not page["done"]:
            page = self._read(partial(_next_page, page["nextRecordsUrl"]))
            yield from page["records"]

    def retrieve(self, name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record | None]:
        """The records of object `name` in the order of `ids`; null where there is none any more.

        Any number of ids, 2,000 a call.

        Raises
        ------
        CallRefused, AnswerLost
        """
        records: list[Record | None] = []
        for start in range(0, len(ids), RETRIEVE_AT_MOST):
            body = {"ids": list(ids[start : start + RETRIEVE_AT_MOST]), "fields": list(fields)}
            records += self._read(partial(_posted, f"composite/sobjects/{name}", body))
        return records

    def retrieve_several(
        self, parts: Sequence[tuple[str, Sequence[str], Sequence[str]]], *riders: Record
    ) -> tuple[list[list[Record | None]], list[Record]]:
        """Records of up to five objects in one call: for each (name, ids, fields) what `retrieve` would give.

        `riders` are further subrequests that go with the call, however often it is asked; their answers follow.

        Raises
        ------
        CallRefused, AnswerLost
        """
        subrequests = [
            {
                "method": "POST",
                "url": f"{self.data_path}/composite/sobjects/{name}",
                "referenceId": f"r{place}",
                "body": {"ids": list(ids), "fields": list(fields)},
            }
            for place, (name, ids, fields) in enumerate(parts)
        ]
        body = {"allOrNone": False, "compositeRequest": [*subrequests, *riders]}
        answer = self._read(partial(_posted, "composite", body))
        answered = {part["referenceId"]: part for part in answer["compositeResponse"]}
        answers = [answered[f"r{place}"] for place in range(len(parts))]
        for part in answers:
            if part["httpStatusCode"] >= 300:
                raise _refusal(f"{self._settings.url}{self.data_path}/composite", part["httpStatusCode"], part["body"])
        told = [answered[rider["referenceId"]] for rider in riders if rider["referenceId"] in answered]
        return [part["body"] for part in answers], told

    def exchange(self, method: str, path: str, body: Record | str | None = None) -> Record | str:
        """What one call to a path below the data path answers: JSON read, or text; a text body goes as CSV.

        Sent once, but for what only reads and for an expired token.

        Raises
        ------
        CallRefused, AnswerLost
        """
        given = {"json": body} if isinstance(body, dict) else {"data": body, "headers": {"Content-Type": "text/csv"}}
        call = self._read if method == "GET" else self._call
        content: Record | str = call(
            lambda client: self._exchanged(client, method, path, given if body is not None else {})
        )
        return content

    def _exchanged(self, client: Salesforce, method: str, path: str, given: Record) -> Record | str:
        headers = {"Authorization": f"Bearer {client.session_id}"} | given.get("headers", {})
        url = f"{client.base_url}{path}"
        answer = self._session.request(method, url, **given | {"headers": headers})
        is_json = "json" in answer.headers.get("Content-Type", "")
        content: Record | str = answer.json() if is_json else answer.content.decode("utf-8")
        if answer.status_code >= 300:
            raise _refusal(url, answer.status_code, content)
        return content

    def limits(self) -> dict[str, dict[str, int]]:
        """The org's limits by name, each with `Max` and `Remaining`.

        Raises
        ------
        CallRefused, AnswerLost
        """
        limits: dict[str, dict[str, int]] = self._read(lambda client: client.restful("limits"))
        return limits

    @property
    def user_id(self) -> str:
        """The user whom the org takes us for; known once logged in."""
        return self._user_id

    def composite(self, subrequests: Sequence[Record]) -> list[Record]:
        """The answers to up to 25 independent subrequests, in their order; sent once.

        Raises
        ------
        CallRefused
            None of them was done.
        AnswerLost
            Each of them may have been done, or may yet be.
        """
        body = {"allOrNone": False, "compositeRequest": list(subrequests)}
        answers: list[Record] = self._call(partial(_posted, "composite", body))["compositeResponse"]
        return answers

    def _read(self, work: Callable[[Salesforce], Any]) -> Any:
        """What a call without effect answers; asked again where its answer is lost."""
        for _ in range(READ_TRIES - 1):
            with suppress(AnswerLost):
                return self._call(work)
        return self._call(work)

    def _call(self, work: Callable[[Salesforce], Any]) -> Any:
        try:
            try:
                return work(self._client or self._log_in())
            except (SalesforceExpiredSession, _TokenExpired):
                return work(self._log_in())
        except SalesforceError as error:
            raise _refusal(error.url, error.status, error.content) from error
        except requests.exceptions.RequestException as error:
            raise AnswerLost(
                f"{self._settings.url}: no usable answer ({error}), expected one from the org. "
                "Check the address and the network."
            ) from error

    def _log_in(self) -> Salesforce:
        settings = self._settings
        try:
            token = log_in(self._session, settings)
        except LoginRefused as refusal:
            raise CallRefused("LOGIN_REFUSED", str(refusal)) from refusal
        except LoginUnanswered as error:
            raise AnswerLost(str(error)) from error
        self._named_organization_id, self._user_id = token.organization_id, token.user_id
        self._client = Salesforce(
            session_id=token.text,
            instance_url=token.instance_url,
            version=settings.api_version,
            session=self._session,
            parse_float=str,
        )
        return self._client

    def _note(self, answer: requests.Response, *_args: object, **_kwargs: object) -> None:
        if answer.is_redirect:
            raise CallRefused("REDIRECTED", redirected(answer.url, answer.headers["Location"]))
        self.calls += 1
        self.waited_seconds += answer.elapsed.total_seconds()
        if "Date" in answer.headers:
            self.server_now = parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC).replace(tzinfo=None)
        used, separator, total = answer.headers.get("Sforce-Limit-Info", "").partition("api-usage=")[2].partition("/")
        if separator:
            self.api_usage = int(used), int(total.partition(";")[0])


def _next_page(address: str, client: Salesforce) -> Any:
    return client.query_more(address, identifier_is_url=True)


def _posted(path: str, body: Record, client: Salesforce) -> Any:
    return client.restful(path, method="POST", json=body)


def _refusal(url: str, status: int, content: object) -> SourceUnavailable:
    """What an answer that is no success comes to; its content is JSON, or text where the org gives none."""
    first = content[0] if isinstance(content, list) and content else {}
    code = first.get("errorCode", f"HTTP_{status}") if isinstance(first, dict) else f"HTTP_{status}"
    said = first.get("message", content) if isinstance(first, dict) else content
    message = told(said, code, status, url)
    if status >= 500:
        return AnswerLost(message)
    if status == 401:
        return _TokenExpired(code, message)
    return CallRefused(TOO_MANY_REQUESTS if status == 429 else code, message)
