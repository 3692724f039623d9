"""Times, days and amounts as an org's records hold them, read as ours."""

from datetime import UTC, date, datetime
from decimal import Decimal

from assignment_assets.io.salesforce.refusals import AnswerLost


def moment_of(text: object, name: str) -> datetime:
    """A time as the org writes it, in UTC without zone; `name` is the field's. One without a zone is UTC, wherever we
    are.

    Raises
    ------
    AnswerLost
    """
    try:
        moment = datetime.fromisoformat(str(text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)
    except ValueError as error:
        raise AnswerLost(
            f"{name}: {text!r} is no time, expected one such as 2026-10-01T08:00:00.000+0000. "
            "Nothing was sent for it. Ask the org again."
        ) from error


def day_of(value: object) -> date | None:
    """A day, or the day of a time; null where the field is empty."""
    return date.fromisoformat(str(value)[:10]) if value else None


def cents_of(amount: object) -> int | None:
    """An amount in whole cents; null where the field is empty."""
    return None if amount is None else int(Decimal(str(amount)) * 100)
