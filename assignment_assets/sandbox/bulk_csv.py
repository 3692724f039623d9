"""CSV of the Bulk API: an empty cell leaves a field alone, `#N/A` empties it; delimiters as a job says."""

import csv
import io
from collections.abc import Iterable

from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.sobject import Kind, SObject

NULL = "#N/A"
DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}


def read_rows(text: str, delimiter: str) -> tuple[list[str], list[dict[str, str]]]:
    """The header and the rows by column."""
    reader = csv.DictReader(io.StringIO(text), delimiter=DELIMITERS[delimiter])
    rows = [{name: cell or "" for name, cell in row.items() if name} for row in reader]
    return list(reader.fieldnames or []), rows


def written(names: list[str], rows: Iterable[dict], delimiter: str = "COMMA", line_end: str = "LF") -> str:
    """CSV with every cell in quotes."""
    text = io.StringIO()
    writer = csv.DictWriter(
        text,
        names,
        quoting=csv.QUOTE_ALL,
        delimiter=DELIMITERS[delimiter],
        lineterminator=LINE_ENDS[line_end],
        extrasaction="ignore",
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def cell(value) -> str:
    """A value as a query's result shows it: nothing for null, true and false in small letters."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def body_of(seen: SObject, row: dict[str, str]) -> dict:
    """What a row asks to be set, as the body of an update says it."""
    cells = {name: text for name, text in row.items() if name.lower() != "id" and text != ""}
    return {name: None if text == NULL else _read(seen, name, text) for name, text in cells.items()}


def id_of(row: dict[str, str]) -> str:
    """The id that a row names."""
    return next((text for name, text in row.items() if name.lower() == "id"), "")


def check_columns(seen: SObject, names: list[str]) -> None:
    """Passes where every column is a field.

    Raises
    ------
    Refusal
        400 InvalidBatch: the job as a whole fails.
    """
    for name in names:
        if name.lower() not in seen.fields:
            raise Refusal(400, "InvalidBatch", f"Field name not found : {name}")


def _read(seen: SObject, name: str, text: str):
    kind = seen.field(name).kind
    if kind is Kind.CHECKBOX and text.lower() in ("true", "false", "1", "0"):
        return text.lower() in ("true", "1")
    if kind is Kind.NUMBER:
        try:
            return float(text)
        except ValueError:
            return text
    return text
