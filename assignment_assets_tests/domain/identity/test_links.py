"""Personal links: what they grant comes back, and nothing else does."""

from datetime import datetime

import pytest

from assignment_assets.domain.identity.links import BadLink, Pass, read_link, seal_link

KEY, NOW = b"a key", datetime(2026, 10, 1, 9, 0)
DANA = Pass("director", "2026q4-global", "dana.west+x@example.com", datetime(2026, 10, 31, 9, 0))


def test_a_link_grants_what_it_was_made_for():
    assert read_link(KEY, seal_link(KEY, DANA), NOW) == DANA
    assert DANA.gate == "review_edits"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "unreadable"),
        ("director~x~y~1~z", "altered"),
        ("king~2026q4-global~dana~1~z", "unreadable"),
        ("director~2026q4-global~dana~soon~z", "unreadable"),
        ("é~~~~", "unreadable"),
        ("a" * 5000, "unreadable"),
    ],
)
def test_what_is_no_link_is_refused(text, rule):
    with pytest.raises(BadLink) as error:
        read_link(KEY, text, NOW)
    assert error.value.rule == rule


def test_a_link_expires_to_the_second():
    text = seal_link(KEY, DANA)
    assert read_link(KEY, text, datetime(2026, 10, 31, 8, 59, 59)) == DANA
    with pytest.raises(BadLink, match="expired on 2026-10-31 09:00 UTC"):
        read_link(KEY, text, DANA.expires_at)


def test_any_changed_letter_breaks_it():
    text = seal_link(KEY, DANA)
    for place in range(len(text)):
        changed = text[:place] + ("b" if text[place] != "b" else "c") + text[place + 1 :]
        with pytest.raises(BadLink):
            read_link(KEY, changed, NOW)


@pytest.mark.parametrize(
    "bad",
    [
        Pass("king", "2026q4-global", "dana", NOW),
        Pass("rep", "../x", "dana", NOW),
        Pass("rep", "2026q4", "a~b", NOW),
    ],
)
def test_a_link_that_could_not_be_read_back_is_not_made(bad):
    with pytest.raises(ValueError, match="no link"):
        seal_link(KEY, bad)
