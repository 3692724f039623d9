"""The requests of one `spreadsheets.batchUpdate` that turn an empty Google Sheet into a packet.

Everything is locked but the cells that the workbook leaves open. Dates are shown as 2026-03-09, so that they read back
as they were written whatever the sheet's locale.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from assignment_assets.io.sheets.grid import GridFile, Rule, Tab

DAY = "yyyy-mm-dd"
_POINTS = 7.0  # a character's width in pixels, about
_CONDITIONS = {"==": "NUMBER_EQ", ">": "NUMBER_GREATER"}


def requests_of(grid: GridFile, editor: str) -> list[dict[str, Any]]:
    """Makes the tabs, writes and styles their cells, locks what is not to be changed by anyone but `editor`.

    The first tab of a new sheet (its id is 0) goes away at the end.
    """
    requests: list[dict[str, Any]] = []
    for number, tab in enumerate(grid.tabs, 1):
        requests.append(_new_tab(number, tab))
    for number, tab in enumerate(grid.tabs, 1):
        requests += [*_values(number, tab), *_styles(number, tab, grid), *_widths(number, tab)]
        requests += [*(_dropdown(number, rule) for rule in tab.dropdowns), *_colours(number, tab, grid)]
        if tab.filtered:
            requests.append({"setBasicFilter": {"filter": {"range": _range(number, *tab.filtered)}}})
        requests.append(_protection(number, tab, grid, editor))
    return [*requests, {"deleteSheet": {"sheetId": 0}}]


def _new_tab(number: int, tab: Tab) -> dict[str, Any]:
    rows = max((row for row, _ in tab.cells), default=0) + 2
    columns = max((column for _, column in tab.cells), default=0) + 2
    grid = {
        "rowCount": max(rows, tab.frozen[0] + 1),
        "columnCount": max(columns, tab.frozen[1] + 1),
        "frozenRowCount": tab.frozen[0],
        "frozenColumnCount": tab.frozen[1],
        "hideGridlines": True,
    }
    return {
        "addSheet": {
            "properties": {
                "sheetId": number,
                "title": tab.name,
                "index": number,
                "hidden": tab.is_hidden,
                "gridProperties": grid,
            }
        }
    }


def _values(number: int, tab: Tab) -> Iterator[dict[str, Any]]:
    """The cells' values, one request for the whole tab."""
    if not tab.cells:
        return
    height = max(row for row, _ in tab.cells) + 1
    width = max(column for _, column in tab.cells) + 1
    rows: list[dict[str, Any]] = [{"values": [{} for _ in range(width)]} for _ in range(height)]
    keys = {"text": "stringValue", "number": "numberValue", "formula": "formulaValue"}
    for (row, column), (kind, value, _) in tab.cells.items():
        if kind != "blank":
            rows[row]["values"][column] = {"userEnteredValue": {keys[kind]: value}}
    start = {"sheetId": number, "rowIndex": 0, "columnIndex": 0}
    yield {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


def _styles(number: int, tab: Tab, grid: GridFile) -> Iterator[dict[str, Any]]:
    """The cells' formats, one request for each run of equal ones in a column."""
    for (top, left, bottom, right), style in _runs(tab):
        cell = {"userEnteredFormat": _format(grid.styles[style])}
        yield {
            "repeatCell": {
                "range": _range(number, top, left, bottom, right),
                "cell": cell,
                "fields": "userEnteredFormat",
            }
        }


def _runs(tab: Tab) -> Iterator[tuple[tuple[int, int, int, int], int]]:
    """Runs of one style down a column, as (top, left, bottom, right) and the style's number; none for style 0."""
    ordered = sorted((column, row, style) for (row, column), (_, _, style) in tab.cells.items() if style)
    start = 0
    for place, (column, row, style) in enumerate(ordered):
        if place + 1 == len(ordered) or ordered[place + 1] != (column, row + 1, style):
            yield (ordered[start][1], column, row, column), style
            start = place + 1


def _format(properties: dict[str, Any]) -> dict[str, Any]:
    text = {
        "fontFamily": properties.get("font_name", "Calibri"),
        "fontSize": properties.get("font_size", 10),
        "bold": properties.get("bold", False),
        "italic": properties.get("italic", False),
    }
    if "font_color" in properties:
        text["foregroundColor"] = _colour(properties["font_color"])
    made: dict[str, Any] = {
        "textFormat": text,
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "WRAP" if properties.get("text_wrap") else "OVERFLOW_CELL",
    }
    if "bg_color" in properties:
        made["backgroundColor"] = _colour(properties["bg_color"])
    if "align" in properties:
        made["horizontalAlignment"] = properties["align"].upper()
    if "num_format" in properties:
        made["numberFormat"] = _number_format(properties["num_format"])
    return made


def _number_format(pattern: str) -> dict[str, str]:
    if pattern == "@":
        return {"type": "TEXT"}
    return {"type": "DATE", "pattern": DAY} if "yyyy" in pattern else {"type": "NUMBER", "pattern": pattern}


def _widths(number: int, tab: Tab) -> Iterator[dict[str, Any]]:
    for column, width in tab.widths.items():
        place = {"sheetId": number, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
        yield {
            "updateDimensionProperties": {
                "range": place,
                "fields": "pixelSize",
                "properties": {"pixelSize": round(width * _POINTS) + 5},
            }
        }


def _dropdown(number: int, rule: Rule) -> dict[str, Any]:
    source = rule.options["source"]
    if isinstance(source, str):
        condition = {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": source}]}
    else:
        condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": word} for word in source]}
    return {
        "setDataValidation": {
            "range": _range(number, rule.top, rule.left, rule.bottom, rule.right),
            "rule": {
                "condition": condition,
                "strict": True,
                "showCustomUi": True,
                "inputMessage": rule.options.get("error_message", ""),
            },
        }
    }


def _colours(number: int, tab: Tab, grid: GridFile) -> Iterator[dict[str, Any]]:
    for place, rule in enumerate(tab.colours):
        options = rule.options
        value = str(options.get("value", options["criteria"]))
        if options["type"] == "formula":
            condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": value}]}
        elif value.startswith('"'):
            condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": value.strip('"')}]}
        else:
            condition = {"type": _CONDITIONS[options["criteria"]], "values": [{"userEnteredValue": value}]}
        shown = _format(grid.styles[options["format"]])
        look = {
            "textFormat": {name: shown["textFormat"][name] for name in ("foregroundColor", "bold")},
            "backgroundColor": shown["backgroundColor"],
        }
        yield {
            "addConditionalFormatRule": {
                "index": place,
                "rule": {
                    "ranges": [_range(number, rule.top, rule.left, rule.bottom, rule.right)],
                    "booleanRule": {"condition": condition, "format": look},
                },
            }
        }


def _protection(number: int, tab: Tab, grid: GridFile, editor: str) -> dict[str, Any]:
    is_open = {place for place, style in enumerate(grid.styles) if style.get("locked") is False}
    opened = [_range(number, *corners) for corners, style in _runs(tab) if style in is_open]
    return {
        "addProtectedRange": {
            "protectedRange": {
                "range": {"sheetId": number},
                "unprotectedRanges": opened,
                "warningOnly": False,
                "description": "as sent",
                "editors": {"users": [editor]},
            }
        }
    }


def _range(number: int, top: int, left: int, bottom: int, right: int) -> dict[str, int]:
    return {
        "sheetId": number,
        "startRowIndex": top,
        "endRowIndex": bottom + 1,
        "startColumnIndex": left,
        "endColumnIndex": right + 1,
    }


def _colour(text: str) -> dict[str, float]:
    parts: Sequence[int] = [int(text[place : place + 2], 16) for place in (1, 3, 5)]
    return dict(zip(("red", "green", "blue"), (round(part / 255, 4) for part in parts), strict=True))
