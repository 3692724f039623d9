"""The hours in which the engine may write by itself, by the clocks of the people concerned."""

from datetime import datetime

import pytest

from assignment_assets.domain.write_window import WriteWindow


@pytest.mark.parametrize(
    ("text", "moment", "is_open"),
    [
        ("06:00-09:00", "2026-11-02T10:59", False),  # 05:59 in New York in winter
        ("06:00-09:00", "2026-11-02T11:00", True),
        ("06:00-09:00", "2026-11-02T14:00", False),
        ("06:00-09:00", "2026-07-01T10:00", True),  # summer time
        ("22:00-02:00", "2026-11-02T04:00", True),
        ("22:00-02:00", "2026-11-02T06:59", True),
        ("22:00-02:00", "2026-11-02T07:00", False),
    ],
)
def test_a_window_is_open_from_its_first_minute_until_before_its_last(text, moment, is_open):
    assert WriteWindow.of(text, "America/New_York").is_open(datetime.fromisoformat(moment)) is is_open


@pytest.mark.parametrize("text", ["", "06:00", "06:00-06:00", "24:00-25:00", "6-9", "06:00-09:00 "])
def test_what_names_no_hours_is_no_window(text):
    assert WriteWindow.of(text, "UTC") is None
