"""Every page in every state (open, wrong, sent, late, closed, empty, refused), at the desk and on the phone."""

import json
from itertools import chain

import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.tables import CONFLICTS, PROPOSED_BOOKS
from assignment_assets.io.folders import engine_key
from assignment_assets_tests.chromium import chromium
from assignment_assets_tests.company import DANA, LEE, PRIYA, dozens, tiny
from assignment_assets_tests.review_app.accessibility import obstacles
from assignment_assets_tests.review_app.browser import link

SIZES = ((1280, 900), (390, 844))


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def opens(serve, browser):
    """Lets somebody in by their link, in windows of both sizes; nothing on the way is an obstacle."""
    started = {}

    def open_all(cycle, role, person, path="", year=2027):
        if id(cycle) not in started:
            started[id(cycle)] = serve(cycle)
        address = started[id(cycle)].address
        for width, height in SIZES:
            window = browser.window(width, height)
            window.open(link(address, engine_key(), role, person, cycle.now.replace(year=year)))
            if path:
                window.open(f"{address}/{cycle.name}/{role}{path}")
            assert obstacles(window) == []
            yield window
            window.close()

    return open_all


def tick(window, box):
    """Ticks a box, unless it is ticked already."""
    if not window.run(f"document.querySelector({json.dumps(box)}).checked"):
        window.click(box)


def test_a_reps_page_open_wrong_sent_late_and_closed(opens, opened):
    for window in opens(opened, "rep", "ana"):
        for account in ("a03", "a04", "a05", "a06", "a07", "a08"):
            tick(window, f'input[value="{account}"]')
        assert "6 of 5" in window.text and "untick 1" in window.text
        window.click("button[type=submit]", leads_on=True)
        assert "6 of 5 dormant accounts are ticked: untick 1." in window.text
        assert obstacles(window) == []
        window.click('input[value="a08"]')
        window.click("button[type=submit]", leads_on=True)
        assert "5 keep, 4 release, 0 blank" in window.text
        assert obstacles(window) == []
    opened.pass_time(days=8)
    for window in opens(opened, "rep", "ben"):
        assert "The deadline passed" in window.text
    opened.run("propose")
    for window in opens(opened, "rep", "ben"):
        assert "This gate has closed" in window.text


def test_a_directors_pages_open_wrong_sent_and_closed(opens, proposed):
    rows = proposed.rows(PROPOSED_BOOKS, rep_id="ana")
    one, *others = [row["account_id"] for row in rows if row["phase"] != "lock"]
    for window in opens(proposed, "director", DANA, "/book/ana"):
        window.run("for (const each of document.querySelectorAll('details')) each.open = true")
        assert obstacles(window) == []
        tick(window, f'input[name=drop][value="{one}"]')
        window.choose(f'select[name="reason.{one}"]', "morale")
        window.click(f'input[name=drop][value="{others[0]}"]')
        window.click(".bar button", leads_on=True)
        assert "choose a reason" in window.text
        assert obstacles(window) == []
        window.click(f'input[name=drop][value="{others[0]}"]')
        window.click(".bar button", leads_on=True)
        assert "Saved, not sent" in window.text
        assert obstacles(window) == []
    for window in opens(proposed, "director", DANA):
        window.click('button[value="send"]', leads_on=True)
        assert "Receipt" in window.text
        assert obstacles(window) == []
    proposed.pass_time(days=8)
    for window in opens(proposed, "director", LEE):
        assert "The deadline passed" in window.text
    proposed.run("review")
    for window in opens(proposed, "director", DANA):
        assert "This gate has closed" in window.text


def test_a_signers_pages_with_nothing_to_decide_and_signed(opens, reviewed):
    for window in opens(reviewed, "gs", PRIYA):
        assert "Nothing waits for a decision." in window.text and "None is open." in window.text
    for window in opens(reviewed, "gs", PRIYA, "/region/North"):
        window.run("for (const each of document.querySelectorAll('details')) each.open = true")
        assert obstacles(window) == []
    reviewed.sign_off()
    for window in opens(reviewed, "gs", PRIYA, "/region/North"):
        assert "This region is signed as it stands" in window.text


def test_a_severe_conflict_is_taken_on_at_the_page(opens, cycle):
    rich = [row | {"revenue_cents": 1_000_000_00} for row in dozens()]
    cycle.source(tiny(*rich)).open(revenue_cap=1_000)
    cycle.propose().review()
    severe = {row["conflict"] for row in cycle.rows(CONFLICTS, severity="severe") if not row["resolved_by"]}
    assert severe
    token = signer_token(engine_key(), PRIYA)
    windows = chain.from_iterable(opens(cycle, "gs", PRIYA) for _ in severe)
    waiting = "section[aria-labelledby=severe-title] form:has(button)"
    for taken, (_, window) in enumerate(zip(severe, windows, strict=False), 1):
        if taken == 1:
            window.fill(f"{waiting} input[name=note]", "agreed with both")
            window.fill(f"{waiting} input[name=token]", "0" * 64)
            window.click(f"{waiting} button", leads_on=True)
            assert "This is not your signing token" in window.text
            assert obstacles(window) == []
        window.fill(f"{waiting} input[name=note]", "agreed with both")
        window.fill(f"{waiting} input[name=token]", token)
        window.click(f"{waiting} button", leads_on=True)
        assert window.text.count("Your decision was sent") == taken
        assert obstacles(window) == []
    cycle.run("sign_off")
    assert {row["resolved_by"] for row in cycle.rows(CONFLICTS, severity="severe")} == {PRIYA}
    assert "agreed with both" in {row["resolution"] for row in cycle.rows(CONFLICTS)}
    for window in opens(cycle, "gs", PRIYA):
        assert "None is open." in window.text


def test_what_does_not_open_says_so_to_everybody(serve, browser, opened):
    pages = serve(opened)
    for width, height in SIZES:
        window = browser.window(width, height)
        good = link(pages.address, engine_key(), "rep", "ana", opened.now.replace(year=2027))
        for path, words in (
            (f"{pages.address}/", "personal link"),
            (f"{good}x", "This does not open"),
            (f"{pages.address}/{opened.name}/gs", "This does not open"),
        ):
            window.open(path)
            assert words in window.text
            assert obstacles(window) == []
