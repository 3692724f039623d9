"""Reads who looks after each company from Gainsight: its documented read of an object, page by page.

Pages go by the moment of change and not by a number alone: a company that changes while pages are read moves to the
end, and with numbers alone another one would be passed over. Calls that are refused for their number, or not answered,
are repeated a few times; but a look does not wait for long: where a longer wait is asked for, it goes on without the
system, which is asked again when the time is over.
"""

import math
import os
import time
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.io.role_sources.assignment_source import Assignment
from assignment_assets.io.role_sources.settings import GainsightSetting, as_moment

KEY = "ASSIGNMENT_GAINSIGHT_KEY"
TRIES = 3
LONGEST_WAIT, WHOLE_WAIT = 5.0, 65.0
"""Seconds to wait at most for a call that is one too many: of what changed, and of everything, which is many pages."""
LONGEST_REST = 3600.0
NO_HIT = "GSOBJ_1011"
"""How some tenants answer a read that finds nothing."""
ID = "Gsid"
Record = dict[str, Any]


class Gainsight:
    """One tenant's object."""

    def __init__(self, setting: GainsightSetting, key: str = ""):
        self._setting = setting
        self._key = key or os.environ.get(KEY, "")
        if not self._key:
            raise InvalidInput("Gainsight", [Fault(KEY, "nothing", "the tenant's access key", f"Set {KEY}.")])
        self._session, self._rests_until = requests.Session(), 0.0
        again = Retry(
            TRIES,
            read=0,
            status_forcelist=(502, 503, 504),
            allowed_methods=None,
            backoff_factor=0.5,
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=again))

    def assignments(self, since: datetime | None) -> Iterator[Assignment]:
        """Companies that changed from `since` on, or all; those without an account of the CRM are left out.

        Raises
        ------
        SourceUnavailable
        """
        names = self._setting
        left = self._rests_until - time.monotonic()
        if left > 0:
            raise SourceUnavailable(f"Gainsight: it takes no calls for another {math.ceil(left)} seconds, as it said.")
        for record in self._all() if since is None else self._changed(since):
            account_id = record.get(names.account_id)
            if account_id:
                person = record.get(names.person) or None
                yield Assignment(str(account_id), person and str(person), as_moment(record.get(names.changed_at)))

    def _all(self) -> Iterator[Record]:
        offset, last = 0, list[Record]()
        while page := self._page(None, {ID: "asc"}, offset):
            _require_other(page, last, offset)
            yield from page
            offset, last = offset + len(page), page

    def _changed(self, since: datetime) -> Iterator[Record]:
        """Where more than a page is of one moment, numbers alone lead on: then once more, until nothing new comes."""
        given = set[str]()
        while True:
            count = len(given)
            has_ties = yield from self._pass(since, given)
            if not has_ties or len(given) == count:
                return

    def _pass(self, since: datetime, given: set[str]) -> Generator[Record, None, bool]:
        """Each page begins at the last moment of the one before, or behind it where a whole page is of one moment.

        Gives what is not given yet, and says whether pages were told apart by number alone.
        """
        name, begin, offset, has_ties, before = self._setting.changed_at, since, 0, False, list[Record]()
        while page := self._page(begin, {name: "asc", ID: "asc"}, offset):
            if offset:
                _require_other(page, before, offset)
            has_ties = has_ties or offset > 0
            new = [record for record in page if f"{record.get(ID)} {record.get(name)}" not in given]
            given |= {f"{record.get(ID)} {record.get(name)}" for record in new}
            yield from new
            last, before = as_moment(page[-1].get(name)), page
            if last is not None and last > begin:
                begin, offset = last, 0
            else:
                offset += len(page)
        return has_ties

    def _page(self, since: datetime | None, order: dict[str, str], offset: int) -> list[Record]:
        names = self._setting
        body: Record = {
            "select": list(dict.fromkeys([ID, names.account_id, names.person, names.changed_at])),
            "orderBy": order,
            "limit": names.page,
            "offset": offset,
        }
        if since is not None:
            condition = {
                "name": names.changed_at,
                "alias": "A",
                "value": [f"{since:%Y-%m-%dT%H:%M:%S}.{since.microsecond // 1000:03}Z"],
                "operator": "GTE",
            }
            body["where"] = {"conditions": [condition], "expression": "A"}
        return self._records(body)

    def _records(self, body: Record) -> list[Record]:
        setting = self._setting
        address = f"{setting.url.rstrip('/')}/v1/data/objects/query/{setting.object}"
        try:
            answer = self._asked(address, body)
        except requests.RequestException as error:
            raise SourceUnavailable(
                f"Gainsight: {type(error).__name__} at {setting.url}, expected an answer. The next look asks again."
            ) from error
        content = _content(answer)
        if content.get("errorCode") == NO_HIT:
            return []
        if answer.status_code != 200 or content.get("result") is not True:
            said = content.get("errorDesc") or content.get("errorCode") or "no word"
            remedy = f"Check {KEY}." if answer.status_code == 401 else "Check the fields, or look again later."
            raise SourceUnavailable(
                f"Gainsight: {setting.object} was answered with {answer.status_code} ({said}), expected its records. "
                f"{remedy}"
            )
        data = content.get("data")
        records = data.get("records") if isinstance(data, dict) else data
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise SourceUnavailable(
                f"Gainsight: the answer about {setting.object} has no list of records, expected one. Look again later."
            )
        return records

    def _asked(self, address: str, body: Record) -> requests.Response:
        """The answer; where a call is one too many, once more after the wait that is asked for, if that is short."""
        patience = LONGEST_WAIT if "where" in body else WHOLE_WAIT
        for attempt in range(TRIES + 1):
            answer = self._session.post(
                address,
                json=body,
                headers={"Accesskey": self._key},
                timeout=self._setting.timeout_seconds,
                allow_redirects=False,
            )
            if answer.status_code != 429:
                break
            said = answer.headers.get("Retry-After", "")
            wait = float(said) if said.isdecimal() else 0.5 * 2**attempt
            if wait > patience or attempt == TRIES:
                self._rests_until = time.monotonic() + min(wait, LONGEST_REST)
                break
            patience -= wait
            time.sleep(wait)
        return answer


def _require_other(page: list[Record], last: list[Record], offset: int) -> None:
    if page == last:
        raise SourceUnavailable(
            f"Gainsight: the page from record {offset} on is the one before again, expected the next one. "
            "Check that the object can be read in pages."
        )


def _content(answer: requests.Response) -> Record:
    """The answer as an object; empty where it is none."""
    try:
        content = answer.json()
    except requests.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}
