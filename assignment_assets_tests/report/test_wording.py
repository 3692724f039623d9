import datetime as dt

import pytest

from assignment_assets.report import wording


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (None, "–"),
        (0, "$0"),
        (84_249, "$842"),
        (99_949, "$999"),
        (99_950, "$1.00K"),
        (1_234_500, "$12.3K"),
        (482_000_000, "$4.82M"),
        (12_345_678_900, "$123M"),
        (120_000_000_000, "$1.20B"),
        (-1_234_500, "−$12.3K"),
    ],
)
def test_dollars_come_from_cents_with_three_figures(cents, words):
    assert wording.dollars(cents) == words


@pytest.mark.parametrize(
    ("value", "words"), [(None, "–"), (84.4, "84 min"), (119.6, "2 h 00 min"), (185, "3 h 05 min")]
)
def test_two_hours_and_more_are_told_in_hours(value, words):
    assert wording.minutes(value) == words


@pytest.mark.parametrize(("value", "words"), [(None, "–"), (4.24, "4.2 s"), (59.96, "1 min 00 s"), (125, "2 min 05 s")])
def test_a_minute_and_more_is_told_in_minutes(value, words):
    assert wording.seconds(value) == words


def test_numbers_have_separators_and_signs_that_people_read():
    assert wording.whole(12345) == "12,345"
    assert (wording.signed(12), wording.signed(-1234), wording.signed(0)) == ("+12", "−1,234", "0")
    assert wording.percent(12.84) == "12.8%"
    assert wording.hundredths(123_450) == "1,234.5"
    assert wording.plural(1, "account") == "1 account"
    assert wording.plural(1200, "account") == "1,200 accounts"


def test_days_and_moments_are_told_without_codes():
    assert wording.day(dt.date(2026, 11, 1)) == "1 Nov 2026"
    assert wording.moment(dt.datetime(2026, 11, 21, 9, 5)) == "21 Nov 2026 09:05 UTC"
    assert wording.moment(None) == "–"


def test_codes_become_words_and_abbreviations_stay():
    assert wording.words("protected_deal") == "protected deal"
    assert wording.words("arm") == "ARM"
    assert wording.words("l3m_referrer") == "L3M referrer"
    assert wording.within_sentence("opp_count") == "opportunities"
    assert wording.within_sentence("bps") == "BPS"


def test_a_load_is_told_in_its_own_unit():
    assert wording.of_measure("tam_cents", 100_000) == "$1.00K"
    assert wording.of_measure("bps", 500) == "5.0"
    assert wording.of_measure("opp_count", 33.3) == "33"
