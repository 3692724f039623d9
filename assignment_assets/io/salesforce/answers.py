"""What the org sent, read whatever it is: JSON or none, records or none, the time and the calls that headers tell."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

Record = dict[str, Any]
"""A JSON object as the org gives or takes it; its fields depend on what was asked."""
SYSTEM_FIELDS = frozenset({"Id", "OwnerId", "LastModifiedDate", "LastModifiedById", "IsDeleted", "IsActive"})
"""Fields that every record has of which they were asked."""
_USAGE = re.compile(r"(?:^|[;,\s])api-usage=(\d+)/(\d+)")


class Unreadable(ValueError):
    """An answer that is none: its sentence says what came and what was expected."""


def json_of(answer: requests.Response) -> Any:
    """The answer's JSON, numbers with a fraction as text; nothing for an empty body.

    Raises
    ------
    Unreadable
    """
    if not answer.content:
        return None
    try:
        return answer.json(parse_float=str)
    except (requests.exceptions.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"no JSON ({error})") from error


def text_of(answer: requests.Response) -> str:
    """The answer's text.

    Raises
    ------
    Unreadable
    """
    try:
        return answer.content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"no UTF-8 ({error})") from error


def page_of(content: object) -> tuple[list[Record], str]:
    """The records of one page of a query, and the address of the next one, empty for none.

    Raises
    ------
    Unreadable
    """
    records = content.get("records") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise Unreadable(f"no page of records ({_shown(content)})")
    if content.get("done", True):
        return records, ""
    address = content.get("nextRecordsUrl")
    if not isinstance(address, str) or not address:
        raise Unreadable("a page that is not the last one and names no next one")
    return records, address


def records_of(content: object, count: int, fields: Sequence[str]) -> list[Record | None]:
    """The records of a retrieval of so many ids, null in the place of those that are not shown.

    Fields of the system are named as they were asked for, in whatever case the org answers; a record that lacks one of
    them is no answer. What else is missing is for those to judge who know what it is for.

    Raises
    ------
    Unreadable
    """
    if not isinstance(content, list) or len(content) != count:
        raise Unreadable(f"no list of {count} records ({_shown(content)})")
    return [None if record is None else _record_of(record, fields) for record in content]


def _record_of(record: object, fields: Sequence[str]) -> Record:
    if not isinstance(record, dict):
        raise Unreadable(f"a record that is none ({_shown(record)})")
    asked = SYSTEM_FIELDS.intersection(fields)
    if asked <= record.keys():
        return record
    known = {name.lower(): value for name, value in record.items()}
    missing = sorted(name for name in asked if name.lower() not in known)
    if missing:
        raise Unreadable(f"a record without {', '.join(missing)}")
    return record | {name: known[name.lower()] for name in asked}


def parts_of(content: object) -> list[Record]:
    """The parts of a composite answer that say whose they are and how they ended; others are left out.

    Raises
    ------
    Unreadable
    """
    parts = content.get("compositeResponse") if isinstance(content, dict) else None
    if not isinstance(parts, list):
        raise Unreadable(f"no compositeResponse ({_shown(content)})")
    return [
        part
        for part in parts
        if isinstance(part, dict)
        and isinstance(part.get("referenceId"), str)
        and isinstance(part.get("httpStatusCode"), int)
    ]


def object_of(content: object) -> Record:
    """A JSON object.

    Raises
    ------
    Unreadable
    """
    if not isinstance(content, dict):
        raise Unreadable(f"no object ({_shown(content)})")
    return content


def error_of(content: object, status: int) -> tuple[str, str]:
    """Code and message of what the org refused with, whatever its shape is; HTTP_<status> where it names no code."""
    first = content
    while isinstance(first, list) and first:
        first = first[0]
    if isinstance(first, dict):
        code, said = first.get("errorCode") or first.get("statusCode") or first.get("error"), first.get("message")
        if not code and isinstance(first.get("errors"), list) and first["errors"]:
            return error_of(first["errors"], status)
        return str(code or f"HTTP_{status}"), str(said if said is not None else first.get("error_description", content))
    return f"HTTP_{status}", str(first)


def usage_in(headers: Mapping[str, str]) -> tuple[int, int] | None:
    """Calls used and allowed in 24 hours by the org as a whole, wherever in the header they stand."""
    found = _USAGE.search(headers.get("Sforce-Limit-Info", ""))
    return (int(found[1]), int(found[2])) if found else None


def moment_in(headers: Mapping[str, str]) -> datetime | None:
    """The server's time, UTC without zone; null where the header is absent or no date."""
    try:
        return parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, TypeError, OverflowError):
        return None


def _shown(content: object) -> str:
    return str(content)[:200]
