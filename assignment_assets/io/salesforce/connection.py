"""The Salesforce org: log-in, queries, retrieval by id, composite calls; foreign exceptions end here.

The client is simple-salesforce as published, given a session of our own. An expired token is renewed once and the
call repeated, because a refused call has had no effect; a write whose answer is lost is never repeated here.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

from assignment_assets.io.clock import utc_now
from assignment_assets.io.salesforce.answers import (
    Record,
    Unreadable,
    json_of,
    moment_in,
    object_of,
    page_of,
    parts_of,
    records_of,
    text_of,
    usage_in,
)
from assignment_assets.io.salesforce.http_session import session_of
from assignment_assets.io.salesforce.login import LoginRefused, LoginUnanswered, log_in
from assignment_assets.io.salesforce.refusals import (
    BUSY,
    CONCURRENT,
    UNKNOWN_NAME,
    AnswerLost,
    CallRefused,
    TokenExpired,
    refusal_of,
    refused_content,
)
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.salesforce.wording import redirected

RETRIEVE_AT_MOST = 2000
COMPOSITE_AT_MOST = 25
READ_TRIES = 3
LOCATOR_LOST = "INVALID_QUERY_LOCATOR"
FIRST_PAUSE_SECONDS = 0.2


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
        self._session = session_of(settings)
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
                found = next(self.query("SELECT Id FROM Organization"), {}).get("Id")
                if not isinstance(found, str):
                    raise AnswerLost(f"{self._settings.url}: the org names no id of its own, expected one. Ask again.")
                self._organization_id = found
            except CallRefused as refusal:
                if refusal.code not in UNKNOWN_NAME or not self._named_organization_id:
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
        """The records that the SOQL selects, numbers with a fraction as text; page by page, each record once.

        `includes_deleted` also gives what lies in the bin: deleted records, and those merged into others. Where the
        org has forgotten the query between two pages, it is asked anew.

        Raises
        ------
        CallRefused, AnswerLost
        """
        given: set[str] = set()
        for left in reversed(range(READ_TRIES)):
            try:
                for record in self._pages(soql, includes_deleted):
                    name = record.get("Id")
                    if name is None or name not in given:
                        yield record
                    if name is not None:
                        given.add(name)
                return
            except CallRefused as refusal:
                if refusal.code != LOCATOR_LOST or not left:
                    raise

    def _pages(self, soql: str, includes_deleted: bool) -> Iterator[Record]:
        records, following = self._read(lambda client: page_of(client.query(soql, include_deleted=includes_deleted)))
        yield from records
        while following:
            records, following = self._read(partial(_next_page, following))
            yield from records

    def retrieve(self, name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record | None]:
        """The records of object `name` in the order of `ids`; null where the org shows none.

        Any number of ids, 2,000 a call.

        Raises
        ------
        CallRefused, AnswerLost
        """
        records: list[Record | None] = []
        for start in range(0, len(ids), RETRIEVE_AT_MOST):
            wanted = list(ids[start : start + RETRIEVE_AT_MOST])
            records += self._read(partial(self._retrieved, name, wanted, list(fields)))
        return records

    def _retrieved(
        self, name: str, ids: Sequence[str], fields: Sequence[str], client: Salesforce
    ) -> list[Record | None]:
        content = self._posted(client, f"composite/sobjects/{name}", {"ids": ids, "fields": fields})
        return records_of(content, len(ids), fields)

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

        def asked(client: Salesforce) -> tuple[list[list[Record | None]], list[Record]]:
            answered = {part["referenceId"]: part for part in parts_of(self._posted(client, "composite", body))}
            found = []
            for place, (_, ids, fields) in enumerate(parts):
                part = answered.get(f"r{place}", {"httpStatusCode": 500})
                if part["httpStatusCode"] >= 300:
                    url = f"{self._settings.url}{self.data_path}/composite"
                    raise refusal_of(url, part["httpStatusCode"], part.get("body"))
                found.append(records_of(part.get("body"), len(ids), fields))
            return found, [answered[rider["referenceId"]] for rider in riders if rider["referenceId"] in answered]

        found: tuple[list[list[Record | None]], list[Record]] = self._read(asked)
        return found

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
        if answer.status_code >= 300:
            raise refusal_of(url, answer.status_code, refused_content(answer))
        return object_of(json_of(answer)) if is_json and answer.content else text_of(answer)

    def _posted(self, client: Salesforce, path: str, body: Record) -> Any:
        url = f"{client.base_url}{path}"
        headers = {"Authorization": f"Bearer {client.session_id}"}
        answer = self._session.post(url, json=body, headers=headers, allow_redirects=False)
        if answer.status_code >= 300:
            raise refusal_of(url, answer.status_code, refused_content(answer))
        return json_of(answer)

    def limits(self) -> dict[str, dict[str, int]]:
        """The org's limits by name, each with `Max` and `Remaining`.

        Raises
        ------
        CallRefused, AnswerLost
        """
        limits: dict[str, dict[str, int]] = self._read(lambda client: object_of(client.restful("limits")))
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
        answers: list[Record] = self._call(lambda client: parts_of(self._posted(client, "composite", body)))
        return answers

    def _read(self, work: Callable[[Salesforce], Any]) -> Any:
        """What a call without effect answers; asked again where its answer is lost or the org is busy."""
        for place in range(READ_TRIES - 1):
            try:
                return self._call(work)
            except AnswerLost:
                continue
            except CallRefused as refusal:
                if refusal.code not in BUSY and CONCURRENT not in str(refusal):
                    raise
                time.sleep(FIRST_PAUSE_SECONDS * 2**place)
        return self._call(work)

    def _call(self, work: Callable[[Salesforce], Any]) -> Any:
        try:
            try:
                return work(self._client or self._log_in())
            except (SalesforceExpiredSession, TokenExpired):
                return work(self._log_in())
        except SalesforceError as error:
            raise refusal_of(error.url, error.status, error.content) from error
        except (requests.exceptions.RequestException, Unreadable) as error:
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
        self.server_now = moment_in(answer.headers) or utc_now().replace(microsecond=0)
        self.api_usage = usage_in(answer.headers) or self.api_usage


def _next_page(address: str, client: Salesforce) -> tuple[list[Record], str]:
    return page_of(client.query_more(address, identifier_is_url=True))
