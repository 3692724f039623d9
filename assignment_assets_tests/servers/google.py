"""Google's token, Drive and Sheets endpoints on loopback, as far as gspread calls them, and people who type."""

import copy
import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

EDITOR, TOKEN, FOLDER = "engine@example.iam.gserviceaccount.com", "a token of the tests", "drive-folder-1"
KNOWN = ("setBasicFilter", "updateDimensionProperties", "addConditionalFormatRule")


@dataclass
class Sheet:
    """A spreadsheet: tabs by id, who may write, how often it was changed."""

    name: str
    folder: str
    tabs: dict[int, dict] = field(default_factory=dict)
    writers: list[str] = field(default_factory=list)
    changed: int = 1

    def tab(self, title: str) -> dict:
        return next(each for each in self.tabs.values() if each["title"] == title)


class NotAllowed(Exception):
    """What a person tried in the sheet, and the sheet refused."""


@dataclass
class Google:
    """The state behind the endpoints. `faults`: (part of a call such as `POST /drive`, status, headers), each once."""

    url: str = ""
    sheets: dict[str, Sheet] = field(default_factory=dict)
    faults: list[tuple[str, int, dict]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    folders: set[str] = field(default_factory=lambda: {FOLDER})
    unknown_people: set[str] = field(default_factory=set)
    mails: list[tuple[str, str]] = field(default_factory=list)

    def of(self, email: str) -> tuple[str, Sheet]:
        """The sheet that was shared with a person."""
        [found] = [(key, sheet) for key, sheet in self.sheets.items() if email in sheet.writers]
        return found

    def types(self, email: str, tab: str, row: int, column: int, text: str) -> None:
        """A person types into a cell (from 0), as far as the sheet lets them."""
        _, sheet = self.of(email)
        place = sheet.tab(tab)
        for kept in place["protected"]:
            if email not in kept["editors"] and not any(_inside(each, row, column) for each in kept["open"]):
                raise NotAllowed(f"{tab}, row {row + 1}: protected")
        for area, rule in place["dropdowns"]:
            words = [each["userEnteredValue"] for each in rule["condition"]["values"]]
            if _inside(area, row, column) and rule["strict"] and text and text not in self._words(sheet, words):
                raise NotAllowed(f"{text!r} is not one of {words}")
        place["cells"][row, column] = {"stringValue": text}
        sheet.changed += 1

    def _words(self, sheet: Sheet, words: list[str]) -> list[str]:
        found = re.fullmatch(r"='(.+)'!\$B\$1:\$B\$(\d+)", words[0])
        if not found:
            return words
        cells = sheet.tab(found[1])["cells"]
        return [cells[row, 1]["stringValue"] for row in range(int(found[2]))]


def _inside(area: dict, row: int, column: int) -> bool:
    return area.get("startRowIndex", 0) <= row < area.get("endRowIndex", 10**9) and area.get(
        "startColumnIndex", 0
    ) <= column < area.get("endColumnIndex", 10**9)


class _Refusal(Exception):
    def __init__(self, status: int, message: str):
        self.status, self.message = status, message


def _app(google: Google) -> Starlette:
    def answering(act):
        async def endpoint(request: Request) -> Response:
            call = f"{request.method} {request.url.path}"
            google.calls.append(call)
            for fault in google.faults:
                if fault[0] in call:
                    google.faults.remove(fault)
                    return _error(fault[1], "injected", fault[2])
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return _error(401, "no token")
            body = json.loads(await request.body() or b"{}")
            try:
                return JSONResponse(act(request, body))
            except _Refusal as refusal:
                return _error(refusal.status, refusal.message)

        return endpoint

    async def token(request: Request) -> Response:
        google.calls.append("POST /token")
        form = (await request.body()).decode()
        is_right = "grant_type=urn" in form and "assertion=" in form
        facts = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
        return JSONResponse(facts if is_right else {"error": "invalid_grant"}, 200 if is_right else 400)

    def sheet(request: Request) -> Sheet:
        key = request.path_params["key"]
        if key not in google.sheets:
            raise _Refusal(404, "Requested entity was not found.")
        if EDITOR not in google.sheets[key].writers:
            raise _Refusal(403, "The caller does not have permission")
        return google.sheets[key]

    def create(_: Request, body: dict) -> dict:
        folder = body.get("parents", [""])[0]
        if folder not in google.folders:
            raise _Refusal(404, f"File not found: {folder}.")
        key = f"sheet-{len(google.sheets) + 1:03}"
        first = {
            "title": "Sheet1",
            "hidden": False,
            "cells": {},
            "formats": [],
            "dropdowns": [],
            "protected": [],
            "merges": [],
        }
        google.sheets[key] = Sheet(body["name"], folder, {0: first}, [EDITOR])
        return {"id": key, "name": body["name"]}

    def listed(request: Request, _: dict) -> dict:
        folder = re.search(r'parents in "([^"]+)"', request.query_params["q"])[1]
        if folder not in google.folders:
            raise _Refusal(404, f"File not found: {folder}.")
        return {
            "files": [
                {"id": key, "name": each.name, "modifiedTime": f"2026-10-02T12:00:00.{each.changed:03}Z"}
                for key, each in google.sheets.items()
                if each.folder == folder
            ]
        }

    def delete(request: Request, _: dict) -> dict:
        sheet(request)
        del google.sheets[request.path_params["key"]]
        return {}

    def share(request: Request, body: dict) -> dict:
        if body["emailAddress"] in google.unknown_people:
            raise _Refusal(400, f"{body['emailAddress']} has no Google account")
        found = sheet(request)
        if body["emailAddress"] not in found.writers:
            found.writers.append(body["emailAddress"])
        if request.query_params["sendNotificationEmail"] == "True":
            google.mails.append((body["emailAddress"], str(request.query_params.get("emailMessage", ""))))
        return {"id": "permission"}

    def facts(request: Request, _: dict) -> dict:
        found = sheet(request)
        return {
            "properties": {"title": found.name},
            "sheets": [
                {
                    "properties": {"sheetId": number, "title": each["title"], "hidden": each["hidden"]},
                    "merges": each["merges"],
                }
                for number, each in found.tabs.items()
            ],
        }

    def values(request: Request, _: dict) -> dict:
        found = sheet(request)
        assert request.query_params["valueRenderOption"] == "UNFORMATTED_VALUE"
        ranges = []
        for name in request.query_params.getlist("ranges"):
            title = name.strip("'").replace("''", "'")
            if title not in [each["title"] for each in found.tabs.values()]:
                raise _Refusal(400, f"Unable to parse range: {name}")
            ranges.append({"range": name, "values": _rows(found.tab(title))})
        return {"valueRanges": ranges}

    def update(request: Request, body: dict) -> dict:
        found = sheet(request)
        changed = copy.deepcopy(found.tabs)
        for each in body["requests"]:
            [(kind, facts)] = each.items()
            _carry_out(changed, kind, facts)
        found.tabs = changed
        found.changed += 1
        return {"replies": [{} for _ in body["requests"]]}

    key = "/v4/spreadsheets/{key}"
    return Starlette(
        routes=[
            Route("/token", token, methods=["POST"]),
            Route("/drive/v3/files", answering(create), methods=["POST"]),
            Route("/drive/v3/files", answering(listed), methods=["GET"]),
            Route("/drive/v3/files/{key}", answering(delete), methods=["DELETE"]),
            Route("/drive/v3/files/{key}/permissions", answering(share), methods=["POST"]),
            Route(f"{key}:batchUpdate", answering(update), methods=["POST"]),
            Route(f"{key}/values:batchGet", answering(values), methods=["GET"]),
            Route(key, answering(facts), methods=["GET"]),
        ]
    )


def _carry_out(tabs: dict[int, dict], kind: str, facts: dict) -> None:
    if kind == "addSheet":
        made = facts["properties"]
        if made["sheetId"] in tabs:
            raise _Refusal(400, f"a sheet with id {made['sheetId']} is there already")
        tabs[made["sheetId"]] = {
            "title": made["title"],
            "hidden": made["hidden"],
            "cells": {},
            "formats": [],
            "dropdowns": [],
            "protected": [],
            "merges": [],
            "size": made["gridProperties"],
        }
    elif kind == "deleteSheet":
        del tabs[facts["sheetId"]]
    elif kind == "updateCells":
        tab = tabs[facts["start"]["sheetId"]]
        for row, line in enumerate(facts["rows"]):
            for column, cell in enumerate(line["values"]):
                if row >= tab["size"]["rowCount"] or column >= tab["size"]["columnCount"]:
                    raise _Refusal(400, "outside the grid")
                if cell:
                    tab["cells"][row, column] = cell["userEnteredValue"]
    elif kind == "repeatCell":
        tabs[facts["range"]["sheetId"]]["formats"].append((facts["range"], facts["cell"]["userEnteredFormat"]))
    elif kind == "setDataValidation":
        tabs[facts["range"]["sheetId"]]["dropdowns"].append((facts["range"], facts["rule"]))
    elif kind == "addProtectedRange":
        kept = facts["protectedRange"]
        tabs[kept["range"]["sheetId"]]["protected"].append(
            {"open": kept["unprotectedRanges"], "editors": kept["editors"]["users"]}
        )
    elif kind not in KNOWN:
        raise _Refusal(400, f"Unknown name {kind!r}")


def _rows(tab: dict) -> list[list]:
    """Rows as the API gives them: trailing blanks left out, days as their format shows them, formulas' values."""
    cells = {place: _value(tab, place, cell) for place, cell in tab["cells"].items()}
    cells = {place: value for place, value in cells.items() if value != ""}
    rows = []
    for row in range(max((row for row, _ in cells), default=-1) + 1):
        width = max((column for line, column in cells if line == row), default=-1) + 1
        rows.append([cells.get((row, column), "") for column in range(width)])
    return rows


def _value(tab: dict, place: tuple[int, int], cell: dict) -> object:
    if "formulaValue" in cell:
        return 0
    value = cell.get("stringValue", cell.get("numberValue", ""))
    patterns = [each.get("numberFormat", {}) for area, each in tab["formats"] if _inside(area, *place)]
    if "numberValue" in cell and patterns and patterns[-1].get("type") == "DATE":
        assert patterns[-1]["pattern"] == "yyyy-mm-dd"
        return (date(1899, 12, 30) + timedelta(days=value)).isoformat()
    return value


def _error(status: int, message: str, headers: dict | None = None) -> JSONResponse:
    return JSONResponse({"error": {"code": status, "message": message, "status": "X"}}, status, headers or {})


def account_file(path, url: str) -> None:
    """A service account's key as Google hands it out, whose tokens come from this server."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_text(
        json.dumps(
            {
                "type": "service_account",
                "client_email": EDITOR,
                "private_key": key.decode(),
                "private_key_id": "1",
                "token_uri": f"{url}/token",
                "client_id": "1",
                "project_id": "tests",
            }
        )
    )


@contextmanager
def google_server():
    """The endpoints on a free port of loopback, until the block ends."""
    google = Google()
    server = uvicorn.Server(uvicorn.Config(_app(google), port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    give_up = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive() and time.monotonic() < give_up
        time.sleep(0.01)
    google.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield google
    finally:
        server.should_exit = True
        thread.join()
