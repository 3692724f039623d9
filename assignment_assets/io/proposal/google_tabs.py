"""The tabs of a Google Sheet that people see, with their rows."""

from collections.abc import Iterator

from assignment_assets.io.sheets.door import open_google

Rows = list[list[str | None]]


def google_tabs(key: str, notes: list[str]) -> Iterator[tuple[str, Rows]]:
    """Every visible tab and its rows as texts; hidden ones are noted.

    Raises
    ------
    InvalidInput, SourceUnavailable
        The way to Google is not set up, or the Sheet is not shared with the service account.
    """
    google = open_google()
    shown, hidden = google.visible_tabs(key)
    notes += [f"The tab {name} is hidden, and not used." for name in hidden]
    for name in shown:
        yield name, google.table(key, name)
