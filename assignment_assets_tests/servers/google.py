"""Google's token, Drive and Sheets endpoints on loopback, as far as gspread calls them, and people who type."""

import copy
import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import NoReturn

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.exceptions import abort
from werkzeug.routing import Map, Rule

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

    url: str
    sheets: dict[str, Sheet] = field(default_factory=dict)
    faults: list[tuple[str, int, dict]] = field(default_factory=list)
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


def _refuse(status: int, message: str) -> NoReturn:
    abort(_error(status, message))


def _tab(title: str, is_hidden: bool = False, size: dict | None = None) -> dict:
    lists = {name: [] for name in ("formats", "dropdowns", "protected", "merges")}
    return {"title": title, "hidden": is_hidden, "cells": {}, "size": size, **lists}


class _Endpoints:
    """What each call does."""

    def __init__(self, google: Google):
        self.google = google
        one, key = "/drive/v3/files", "/v4/spreadsheets/<key>"
        self.calls = Map(
            [
                Rule(one, methods=["POST"], endpoint=self.create),
                Rule(one, methods=["GET"], endpoint=self.listed),
                Rule(f"{one}/<key>", methods=["DELETE"], endpoint=self.delete),
                Rule(f"{one}/<key>/permissions", methods=["POST"], endpoint=self.share),
                Rule(f"{key}:batchUpdate", methods=["POST"], endpoint=self.update),
                Rule(f"{key}/values:batchGet", methods=["GET"], endpoint=self.values),
                Rule(key, methods=["GET"], endpoint=self.facts),
            ]
        )

    def answer(self, request: Request) -> Response:
        act, places = self.calls.bind_to_environ(request.environ).match()
        call = f"{request.method} {request.path}"
        for fault in self.google.faults:
            if fault[0] in call:
                self.google.faults.remove(fault)
                return _error(fault[1], "injected", fault[2])
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, "no token")
        return _json(act(request, **places))

    def token(self, request: Request) -> Response:
        is_right = request.form["grant_type"].startswith("urn") and request.form["assertion"]
        facts = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
        return _json(facts) if is_right else _json({"error": "invalid_grant"}, 400)

    def sheet(self, key: str) -> Sheet:
        if key not in self.google.sheets:
            _refuse(404, "Requested entity was not found.")
        if EDITOR not in self.google.sheets[key].writers:
            _refuse(403, "The caller does not have permission")
        return self.google.sheets[key]

    def folder(self, name: str) -> str:
        if name not in self.google.folders:
            _refuse(404, f"File not found: {name}.")
        return name

    def create(self, request: Request) -> dict:
        name, folder = request.json["name"], self.folder(request.json.get("parents", [""])[0])
        key = f"sheet-{len(self.google.sheets) + 1:03}"
        self.google.sheets[key] = Sheet(name, folder, {0: _tab("Sheet1")}, [EDITOR])
        return {"id": key, "name": name}

    def listed(self, request: Request) -> dict:
        folder = self.folder(re.search(r'parents in "([^"]+)"', request.args["q"])[1])
        return {
            "files": [
                {"id": key, "name": each.name, "modifiedTime": f"2026-10-02T12:00:00.{each.changed:03}Z"}
                for key, each in self.google.sheets.items()
                if each.folder == folder
            ]
        }

    def delete(self, _: Request, key: str) -> dict:
        self.sheet(key)
        del self.google.sheets[key]
        return {}

    def share(self, request: Request, key: str) -> dict:
        person = request.json["emailAddress"]
        if person in self.google.unknown_people:
            _refuse(400, f"{person} has no Google account")
        found = self.sheet(key)
        if person not in found.writers:
            found.writers.append(person)
        if request.args["sendNotificationEmail"] == "True":
            self.google.mails.append((person, request.args.get("emailMessage", "")))
        return {"id": "permission"}

    def facts(self, _: Request, key: str) -> dict:
        found = self.sheet(key)
        tabs = [
            {
                "properties": {"sheetId": number, "title": each["title"], "hidden": each["hidden"]},
                "merges": each["merges"],
            }
            for number, each in found.tabs.items()
        ]
        return {"properties": {"title": found.name}, "sheets": tabs}

    def values(self, request: Request, key: str) -> dict:
        found = self.sheet(key)
        assert request.args["valueRenderOption"] == "UNFORMATTED_VALUE"
        ranges = []
        for name in request.args.getlist("ranges"):
            title = name.strip("'").replace("''", "'")
            if title not in [each["title"] for each in found.tabs.values()]:
                _refuse(400, f"Unable to parse range: {name}")
            ranges.append({"range": name, "values": _rows(found.tab(title))})
        return {"valueRanges": ranges}

    def update(self, request: Request, key: str) -> dict:
        found = self.sheet(key)
        changed = copy.deepcopy(found.tabs)
        for each in request.json["requests"]:
            [(kind, facts)] = each.items()
            _carry_out(changed, kind, facts)
        found.tabs = changed
        found.changed += 1
        return {"replies": [{} for _ in request.json["requests"]]}


def _carry_out(tabs: dict[int, dict], kind: str, facts: dict) -> None:
    if kind == "addSheet":
        made = facts["properties"]
        if made["sheetId"] in tabs:
            _refuse(400, f"a sheet with id {made['sheetId']} is there already")
        tabs[made["sheetId"]] = _tab(made["title"], made["hidden"], made["gridProperties"])
    elif kind == "deleteSheet":
        del tabs[facts["sheetId"]]
    elif kind == "updateCells":
        tab = tabs[facts["start"]["sheetId"]]
        for row, line in enumerate(facts["rows"]):
            for column, cell in enumerate(line["values"]):
                if row >= tab["size"]["rowCount"] or column >= tab["size"]["columnCount"]:
                    _refuse(400, "outside the grid")
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
        _refuse(400, f"Unknown name {kind!r}")


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


def _json(answer: dict, status: int = 200, headers: dict | None = None) -> Response:
    return Response(json.dumps(answer), status, headers, content_type="application/json")


def _error(status: int, message: str, headers: dict | None = None) -> Response:
    return _json({"error": {"code": status, "message": message, "status": "X"}}, status, headers)


def account_file(path: Path, server: HTTPServer) -> str:
    """A service account's key as Google hands it out, whose tokens come from a server; the file's path."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    facts = {
        "type": "service_account",
        "client_email": EDITOR,
        "private_key": key.decode(),
        "private_key_id": "1",
        "token_uri": server.url_for("/token"),
        "client_id": "1",
        "project_id": "tests",
    }
    path.write_text(json.dumps(facts))
    return str(path)


def serve_google(server: HTTPServer) -> Google:
    """The endpoints on a server, and what is behind them."""
    google = Google(server.url_for("").rstrip("/"))
    endpoints = _Endpoints(google)
    server.expect_request("/token", method="POST").respond_with_handler(endpoints.token)
    server.expect_request(re.compile("/(drive|v4)/.*")).respond_with_handler(endpoints.answer)
    return google
