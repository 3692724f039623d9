"""Values as the API spells them: moments to the second in UTC, checkboxes, numbers; and what an update may set."""

from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime

from assignment_assets.sandbox.record_ids import completed, is_record_id
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import sobject
from assignment_assets.sandbox.setup_objects import GROUP
from assignment_assets.sandbox.sobject import Field, Kind

LONGEST_TEXT = 32_000


def moment_text(moment: datetime) -> str:
    """A UTC moment as Salesforce writes it, cut to the whole second: 2026-10-01T08:30:00.000+0000."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def moment_of(text: str) -> datetime:
    """The UTC moment that `moment_text` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)


def http_date(moment: datetime) -> str:
    """The moment as HTTP headers write it: Thu, 01 Oct 2026 08:30:00 GMT."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def parsed_http_date(text: str) -> datetime:
    """The moment of an HTTP date header; a refusal with status 400 where it is no such date."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError as error:
        raise Refusal(
            400, "BAD_REQUEST", f"the header value '{text}' is no date of the form 'Thu, 01 Oct 2026 08:30:00 GMT'"
        ) from error


def shown(field: Field, value):
    """A stored value as JSON shows it: checkboxes as true and false, everything else as stored."""
    return bool(value) if field.kind is Kind.CHECKBOX else value


def stored(field: Field, value):
    """The value of an update's body as the table keeps it.

    Raises
    ------
    Refusal
        JSON_PARSER_ERROR for the wrong JSON type, MALFORMED_ID for a reference that is no id of the right object,
        FIELD_INTEGRITY_EXCEPTION for a queue as owner.
    """
    if value is None or value == "":
        return 0 if field.kind is Kind.CHECKBOX else None
    if field.kind is Kind.CHECKBOX and isinstance(value, bool):
        return int(value)
    if field.kind is Kind.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if field.kind is Kind.TEXT and isinstance(value, str):
        return value[:LONGEST_TEXT]
    if field.kind is Kind.REFERENCE and isinstance(value, str):
        return _reference(field, value)
    if field.kind is Kind.DATE and isinstance(value, str) and _is_date(value):
        return value
    if field.kind is Kind.MOMENT and isinstance(value, str) and (moment := _moment(value)):
        return moment_text(moment)
    raise Refusal(400, "JSON_PARSER_ERROR", f"cannot read {value!r} as {field.kind} for {field.name}", [field.name])


def _reference(field: Field, text: str) -> str:
    record_id = completed(text)
    prefixes = tuple(sobject(name).prefix for name in (field.refers_to, *field.or_to))
    if is_record_id(record_id) and record_id.startswith(prefixes):
        return record_id
    if is_record_id(record_id) and field.name == "OwnerId" and record_id.startswith(GROUP.prefix):
        raise Refusal(400, "FIELD_INTEGRITY_EXCEPTION", f"Owner ID: id value of incorrect type: {text}", ["OwnerId"])
    raise Refusal(400, "MALFORMED_ID", f"{field.name}: id value of incorrect type: {text}", [field.name])


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
