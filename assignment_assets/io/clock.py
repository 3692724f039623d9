"""The time of day, read in one place; no rule reads it, only the intake of files, logs and what is asked by hand."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """UTC without zone, as every table keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)
