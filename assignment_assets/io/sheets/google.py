"""Google Sheets and Drive through gspread: patient with 429 and 5xx, clear about everything else.

Credentials are a service account's JSON file, named by ``ASSIGNMENT_GOOGLE_ACCOUNT_FILE`` and by nothing else.
``ASSIGNMENT_GOOGLE_URL`` is asked in place of Google's own hosts, where a company has a gateway of its own.
"""

import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gspread
import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials
from gspread.exceptions import APIError, GSpreadException

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.io.sheets.refusal import SheetRefused
from assignment_assets.io.workbooks.returned import Rows

ACCOUNT = "ASSIGNMENT_GOOGLE_ACCOUNT_FILE"
ADDRESS = "ASSIGNMENT_GOOGLE_URL"
SCOPES = ("https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive")
TRIES = 5
TIMEOUT_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 20.0
PATIENCE_SECONDS = 30.0  # a sensor's look may last a minute
_PASSING = (429, 500, 502, 503, 504)
_HOSTS = ("https://sheets.googleapis.com", "https://www.googleapis.com")
_RENDER = {
    "valueRenderOption": "UNFORMATTED_VALUE",
    "dateTimeRenderOption": "FORMATTED_STRING",
    "majorDimension": "ROWS",
}


class _PatientClient(gspread.HTTPClient):
    """Asks again, a few times and later each time, where Google says that it is busy.

    `patience` is how many seconds of waiting are left, over all requests.
    """

    patience = PATIENCE_SECONDS

    def __init__(self, auth: Credentials, session: requests.Session | None = None):
        super().__init__(auth, session)
        self.address = os.environ.get(ADDRESS, "").rstrip("/")

    def request(self, method: str, endpoint: str, *given: Any, **named: Any) -> requests.Response:
        for host in _HOSTS if self.address else ():
            endpoint = endpoint.replace(host, self.address, 1)
        for number in range(1, TRIES + 1):
            try:
                return super().request(method, endpoint, *given, **named)
            except APIError as error:
                wait = _wait(error.response, number)
                if error.response.status_code not in _PASSING or number == TRIES or wait > self.patience:
                    raise
                self.patience -= wait
                time.sleep(wait)
        raise AssertionError("unreachable: the last try returns or raises")


class _Bearer(requests.auth.AuthBase):
    """Puts the account's token on each request; asks for one where it has none that is good."""

    def __init__(self, credentials: Credentials):
        self.credentials = credentials

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not self.credentials.valid:
            self.credentials.refresh(Request())
        request.headers["authorization"] = f"Bearer {self.credentials.token}"
        return request


class Google:
    """One service account's Sheets.

    Raises
    ------
    InvalidInput
        The environment names no file, or the file holds no service account's key.
    """

    def __init__(self) -> None:
        info = _account()
        self.editor = info["client_email"]
        session = requests.Session()
        try:
            credentials = Credentials.from_service_account_info(info, scopes=SCOPES)
        except (ValueError, GoogleAuthError) as error:
            raise _no_account(f"a file without a usable key ({error})") from error
        session.auth = _Bearer(credentials)
        self._client = gspread.Client(credentials, session, _PatientClient)
        self._client.set_timeout(TIMEOUT_SECONDS)

    def files(self, folder: str) -> dict[str, tuple[str, str]]:
        """Key → (name, time of the last change) of every Sheet in a Drive folder."""
        with self._said(f"folder {folder}"):
            found = self._client.list_spreadsheet_files(folder_id=folder)
        return {each["id"]: (each["name"], each.get("modifiedTime", "")) for each in found}

    def create(self, title: str, folder: str) -> str:
        """A new, empty Sheet in a folder; its key."""
        with self._said(f"folder {folder}"):
            return self._client.create(title, folder).id

    def remove(self, key: str) -> None:
        """Takes a Sheet away; none there is no fault."""
        try:
            with self._said(f"spreadsheet {key}"):
                self._client.del_spreadsheet(key)
        except SheetRefused:
            return

    def tabs(self, key: str) -> list[str]:
        """The names of a Sheet's tabs."""
        with self._said(f"spreadsheet {key}"):
            facts = self._client.http_client.fetch_sheet_metadata(key)["sheets"]
        return [each["properties"]["title"] for each in facts]

    def visible_tabs(self, key: str) -> tuple[list[str], list[str]]:
        """The names of a Sheet's tabs that people see, and of the hidden ones."""
        with self._said(f"spreadsheet {key}"):
            facts = [each["properties"] for each in self._client.http_client.fetch_sheet_metadata(key)["sheets"]]
        hidden = [each["title"] for each in facts if each.get("hidden")]
        return [each["title"] for each in facts if each["title"] not in hidden], hidden

    def fill(self, key: str, requests_of: list[dict[str, Any]]) -> None:
        """Carries out requests on a Sheet, all or none."""
        with self._said(f"spreadsheet {key}"):
            self._client.http_client.batch_update(key, {"requests": requests_of})

    def share(self, key: str, email: str, message: str) -> None:
        """Lets a person write into a Sheet; with a message, Google sends them that and the link."""
        with self._said(f"spreadsheet {key}, sharing it with {email}"):
            self._client.http_client.insert_permission(
                key, email, "user", "writer", notify=bool(message), email_message=message or None
            )

    def read(self, key: str) -> tuple[dict[str, Rows], dict[str, list[str]]]:
        """Every tab's rows as texts, and every tab's merged cells."""
        with self._said(f"spreadsheet {key}"):
            facts = self._client.http_client.fetch_sheet_metadata(key)["sheets"]
            names = [each["properties"]["title"] for each in facts]
            answer = self._client.http_client.values_batch_get(key, [_quoted(name) for name in names], dict(_RENDER))
        rows = {name: _texts(each.get("values", [])) for name, each in zip(names, answer["valueRanges"], strict=True)}
        return rows, {
            name: [_place(merge) for merge in each.get("merges", [])] for name, each in zip(names, facts, strict=True)
        }

    def table(self, key: str, tab: str) -> Rows:
        """One tab's rows as texts; the first tab's where none is named."""
        names = self.tabs(key)
        if tab and tab not in names:
            fault = Fault(
                f"spreadsheet {key}", f"tabs {', '.join(names)}", f"a tab {tab}", "Correct the mapping's sheet."
            )
            raise InvalidInput(f"The spreadsheet {key} cannot be read", [fault])
        with self._said(f"spreadsheet {key}"):
            answer = self._client.http_client.values_batch_get(key, [_quoted(tab or names[0])], dict(_RENDER))
        return _texts(answer["valueRanges"][0].get("values", []))

    @contextmanager
    def _said(self, what: str) -> Iterator[None]:
        try:
            yield
        except APIError as error:
            raise self._refusal(what, error.response, str(error.error.get("message", ""))) from error
        except gspread.SpreadsheetNotFound as error:
            raise self._refusal(what, error.args[0], "") from error
        except PermissionError as error:
            raise self._refusal(what, None, "") from error
        except (GSpreadException, GoogleAuthError, requests.RequestException, KeyError, ValueError) as error:
            raise SourceUnavailable(
                f"Google, {what}: {type(error).__name__}: {error}, expected an answer. Check the "
                f"network and the service account's key; it is tried again at the next look."
            ) from error

    def _refusal(self, what: str, answer: requests.Response | None, words: str) -> SourceUnavailable:
        code = 403 if answer is None else answer.status_code
        if code in (403, 404):
            return SheetRefused(
                f"Google, {what}: {code} {words or 'no access'}, expected one that is shared with "
                f"{self.editor}. Share it with that address, as an editor."
            )
        if code in _PASSING:
            return SourceUnavailable(
                f"Google, {what}: {code} {words} although asked again, expected an answer. "
                "It is tried again at the next look."
            )
        return SheetRefused(
            f"Google, {what}: {code} {words}, expected a request that it takes. Correct the settings or the mapping."
        )


def _account() -> dict[str, Any]:
    named = os.environ.get(ACCOUNT, "")
    if not named:
        raise _no_account("not set")
    path = Path(named)
    if not path.is_file():
        raise _no_account("a file that is not there")
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _no_account("a file that is no JSON") from error
    if not isinstance(info, dict) or not info.get("client_email"):
        raise _no_account("a file without client_email")
    return info


def _no_account(found: str) -> InvalidInput:
    fault = Fault(
        ACCOUNT,
        found,
        "a service account's key, as JSON",
        "Make one in the Google Cloud console, with the Sheets and Drive APIs switched on.",
    )
    return InvalidInput("Google Sheets", [fault])


def _wait(answer: requests.Response, number: int) -> float:
    """Seconds until the next try: what Google asks for, else twice as long each time, with a little chance in it."""
    try:
        asked = float(answer.headers.get("retry-after", ""))
    except ValueError:
        asked = 0.5 * 2**number * random.uniform(0.8, 1.2)
    return max(0.0, min(asked, LONGEST_WAIT_SECONDS))


def _texts(values: list[list[Any]]) -> Rows:
    return [[_text(cell) for cell in row] for row in values]


def _text(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return str(cell).upper()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _quoted(name: str) -> str:
    return "'{}'".format(name.replace("'", "''"))


def _place(merge: dict[str, int]) -> str:
    return f"row {merge.get('startRowIndex', 0) + 1} to {merge.get('endRowIndex', 0)}"
