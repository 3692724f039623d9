"""Values in conditions: what may be compared with which kind of field, and how SQLite keeps it."""

from datetime import UTC, date, datetime

from assignment_assets.sandbox.record_ids import completed, is_record_id
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.sobject import Field, Kind
from assignment_assets.sandbox.soql.dates import days_of
from assignment_assets.sandbox.soql.tokens import Token, TokenReader, unquoted
from assignment_assets.sandbox.values import moment_text

QUOTED = (Kind.TEXT, Kind.ID, Kind.REFERENCE)


def value_of(field: Field, token: Token, reader: TokenReader):
    """The literal as the table keeps such values; None for null.

    Raises
    ------
    Refusal
        INVALID_FIELD for a value of another kind, INVALID_QUERY_FILTER_OPERATOR for an id that is none.
    """
    word = token.text.upper()
    if word == "NULL":
        return None
    if field.kind in QUOTED and token.kind == "text":
        return _quoted(field, token, reader)
    if field.kind is Kind.NUMBER and token.kind == "number":
        return float(token.text)
    if field.kind is Kind.CHECKBOX and word in ("TRUE", "FALSE"):
        return int(word == "TRUE")
    if field.kind is Kind.DATE and token.kind == "date":
        return token.text
    if field.kind is Kind.MOMENT and token.kind == "moment":
        return moment_text(datetime.fromisoformat(token.text).astimezone(UTC))
    hint = "and should be enclosed in quotes" if field.kind in QUOTED else "and should not be enclosed in quotes"
    message = f"value of filter criterion for field '{field.name}' must be of type {field.kind} {hint}"
    raise reader.located(token, Refusal(400, "INVALID_FIELD", message))


def day_range(field: Field, token: Token, reader: TokenReader, today: date) -> tuple[str, str] | None:
    """The first moment or day that a date literal means and the first one after; None for any other value.

    Raises
    ------
    Refusal
        MALFORMED_QUERY for a word that is no date literal.
    """
    if field.kind not in (Kind.DATE, Kind.MOMENT) or token.kind != "word" or token.text.upper() == "NULL":
        return None
    days = days_of(token.text, today)
    if days is None:
        raise reader.unexpected(token=token)
    suffix = "" if field.kind is Kind.DATE else "T00:00:00.000+0000"
    return f"{days[0].isoformat()}{suffix}", f"{days[1].isoformat()}{suffix}"


def _quoted(field: Field, token: Token, reader: TokenReader) -> str | None:
    text = unquoted(token.text)
    if field.kind is Kind.TEXT or not text:
        return text or None
    record_id = completed(text)
    if not is_record_id(record_id):
        raise reader.located(token, Refusal(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}"))
    return record_id
