"""How many wrong tokens a person may give before they have to wait."""

from collections.abc import Iterable
from datetime import datetime, timedelta

MOST, WITHIN = 5, timedelta(minutes=15)


def free_at(wrong: Iterable[datetime], now: datetime) -> datetime | None:
    """When the person may try again, where they gave `MOST` wrong tokens `WITHIN` that time; null: at once."""
    lately = sorted(at for at in wrong if now - WITHIN < at <= now)
    return lately[-MOST] + WITHIN if len(lately) >= MOST else None
