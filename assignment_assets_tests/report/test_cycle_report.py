import base64
import hashlib
import re
from html import unescape
from html.parser import HTMLParser

import polars as pl
import pytest

from assignment_assets.report.cycle_report import render
from assignment_assets.report.inputs import ReportInput

ANCHORS = (
    "waterfall",
    "stages",
    "sources",
    "arrivals",
    "balance",
    "books",
    "map",
    "drive-time",
    "overflow",
    "front",
    "certificate",
    "edits",
    "refused",
    "sign-offs",
    "approved",
    "write-back",
    "exceptions",
    "audit",
    "configuration",
)
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Reads a page: its elements with their attributes, its text, and whether every element is closed in order."""

    def __init__(self, html: str):
        super().__init__()
        self.elements, self.open, self.words = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def attributes(self, tag: str, name: str) -> list[str]:
        return [attrs[name] for found, attrs in self.elements if found == tag and name in attrs]


@pytest.fixture
def page(html):
    return Page(html)


def test_every_section_is_there_in_reading_order_and_linked(page):
    assert tuple(page.attributes("section", "id")) == ANCHORS
    assert page.attributes("a", "href") == [f"#{anchor}" for anchor in ANCHORS]
    assert page.open == []


def test_headings_go_down_one_step_at_a_time(page):
    headings = [tag for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]

    assert headings == ["h1"] + ["h2"] * len(ANCHORS)


def test_the_header_says_what_cycle_this_is(page):
    for words in ("Cycle 2026q4-global", "global", "21 Nov 2026", "nora@example.com", "writing"):
        assert words in page.text


def test_nothing_is_fetched_from_anywhere(html, page):
    assert all(source.startswith("data:image/png;base64,") for source in page.attributes("img", "src"))
    assert not {"link", "iframe", "object", "video"} & {tag for tag, _ in page.elements}
    assert "src" not in {name for tag, attrs in page.elements if tag == "script" for name in attrs}
    assert not re.search(
        r"https?://|url\(|@import|fetch\(|//[a-z]", re.sub(r'src="data:[^"]*"|"http://www.w3.org/2000/svg"', "", html)
    )
    assert "default-src 'none'" in unescape(html)


def test_only_the_one_script_that_the_policy_names_may_run(html):
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()

    assert len(scripts) == 1 and f"script-src 'sha256-{digest}'" in unescape(html)


def test_every_picture_has_words_for_those_who_cannot_see_it(page):
    alternatives = page.attributes("img", "alt")

    assert len(alternatives) == 7 and all(len(words) > 20 for words in alternatives)


def test_markup_in_names_and_notes_is_shown_and_not_obeyed(tables, report):
    hostile = "<script>alert('x')</script>"
    tables["accounts"] = tables["accounts"].with_columns(name=pl.lit(hostile))
    tables["edit_verdicts"] = tables["edit_verdicts"].with_columns(note=pl.lit("<img src=x onerror=y>"))
    tables["reps"] = tables["reps"].with_columns(name=pl.lit('"><b>bold'))
    html = render(ReportInput(hostile, tables, hostile, report.run_summary))
    page = Page(html)

    assert hostile in page.text and "<img src=x onerror=y>" in page.text
    assert hostile not in html and "b" not in {tag for tag, _ in page.elements}
    assert len(re.findall("<script", html)) == 2, "the front's points and its script"
    assert all(source.startswith("data:") for source in page.attributes("img", "src"))


def test_figures_are_those_of_the_hand_drawn_cycle(page):
    for words in (
        "Locked 1 + placed 9 + overflow 1 = 11, and the pool has 11: no account is lost.",
        "People's edits made the books less even in accounts (0.00% → 10.00%), opportunities (0.00% → 10.00%), BPS",
        "2 edits: 1 accepted, 1 refused.",
        "Cat does not cover NY.",
        "1 of 2 regions signed.",
        "1 owner change approved, 1 deferred.",
        "Gil is full until West signs.",
        "1 of 1 account have their new owner in the org.",
        "The file is for another cycle.",
        "9 accounts are placed; no books could place more.",
        "$5.00K",
        "1 min 15 s",
    ):
        assert words in page.text


def test_people_and_accounts_are_named_and_ids_stand_below(page):
    assert "Clinic 6 a06" in page.text
    assert "Ann" in page.text


def test_a_cycle_of_which_nothing_has_run_says_so_in_every_section(nothing):
    page = Page(render(nothing))

    assert tuple(page.attributes("section", "id")) == ANCHORS
    assert page.text.count("has not run yet") >= 10
    assert "No stage has run yet." in page.text
    assert page.attributes("img", "src") == [] and not {"table", "details"} & {tag for tag, _ in page.elements}


def test_a_cycle_whose_tables_are_empty_says_what_there_is_none_of(report):
    empty = {name: frame.clear() for name, frame in report.tables.items()}
    text = Page(render(ReportInput("2026q4-global", empty))).text

    for sentence in (
        "No director changed the proposal.",
        "Nothing that people sent was held or refused.",
        "Nothing is approved yet.",
        "Every source row could be used.",
        "Nothing has been written.",
        "No region has anything to sign.",
        "Every account of the pool has a field rep; nothing goes to Inside Sales.",
        "Nothing has been recorded yet.",
    ):
        assert sentence in text


def test_the_same_cycle_gives_the_same_page(html, report):
    assert render(report) == html
