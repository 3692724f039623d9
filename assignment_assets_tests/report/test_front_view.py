import json
import re

import pytest

from assignment_assets.report.front_view import front_page, front_view
from assignment_assets_tests.chromium import chromium


@pytest.fixture
def points(tables):
    """The hand-drawn front: three points, the second is knee and chosen."""
    return tables["referring_front"]


def test_every_point_comes_with_its_figures_and_its_price_in_words(points):
    view = front_view(points)

    assert [each["texts"] for each in view.data["points"]] == [
        ["5.0%", "90 min", "40.0%", "+12.0%"],
        ["8.0%", "60 min", "30.0%", "+15.0%"],
        ["20.0%", "50 min", "10.0%", "+33.0%"],
    ]
    assert view.data["points"][2]["price"] == (
        "10 minutes less mean drive and 67 % fewer moves cost 12 points of imbalance and 18 points on the heaviest book"
    )
    assert view.data["points"][2]["against"] == ["+12.0 points", "−10.0 min", "−20.0 points", "+18.0 points"]


def test_knee_and_chosen_point_are_marked_and_have_nothing_to_be_compared_with(points):
    knee = front_view(points).data["points"][1]

    assert knee["marks"] == ["knee", "chosen"] and knee["against"] == ["", "", "", ""]


def test_the_table_says_all_that_the_picture_says(points):
    view = front_view(points)
    rows = [[cell.text for cell in row] for row in view.table.rows]

    assert [row[2:6] for row in rows] == [each["texts"] for each in view.data["points"]]
    assert [row[-1] for row in rows] == [each["price"] for each in view.data["points"]]


def test_a_front_without_points_is_a_page_that_says_so(points):
    page = front_page(points.clear(), "2026q4-empty")

    assert "There is no front to choose from." in page and "data-front" not in page


def test_a_hostile_cycle_name_cannot_leave_the_pages_data(points):
    page = front_page(points, "</script><script>alert(1)</script>")

    assert "alert(1)</script>" not in page


def test_the_page_says_how_to_choose_another_point(points):
    assert "assignment choose 2026q4-global POINT --as YOU" in front_page(points, "2026q4-global")


def test_a_browser_draws_every_point_under_the_pages_own_policy(points, tmp_path):
    path = tmp_path / "front.html"
    path.write_text(front_page(points, "2026q4-global"), encoding="utf-8")
    with chromium() as browser:
        window = browser.window().open(path.as_uri())
        shown = window.run("document.documentElement.outerHTML")
        complaints = window.complaints()
    dots = re.findall(r'<g role="radio" aria-checked="(\w+)" tabindex="(-?\d)" data-point="(\d)"', shown)

    assert complaints == []
    assert dots == [("false", "-1", "2"), ("true", "0", "1"), ("false", "-1", "0")], "by drive time"
    assert ">Point 1 <span>knee</span> <span>chosen</span></p>" in shown
    assert json.loads(re.search(r'<script type="application/json">(.*?)</script>', shown).group(1))["points"]
