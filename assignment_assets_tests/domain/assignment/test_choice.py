"""Another point than the knee: signed, bound to its figures, priced in words."""

import json

import polars as pl
import pytest

from assignment_assets.domain.assignment.choice import (
    ChosenPoint,
    chosen_row,
    figures_of,
    price,
    read_choice,
    signed_choice,
)
from assignment_assets.domain.errors import InvalidInput, NotEntitled, Tampered
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.tables import REFERRING_FRONT

KEY, PRIYA = b"k" * 32, "priya.shah@example.com"
TOKEN = signer_token(KEY, PRIYA)


@pytest.fixture
def front():
    """Three points; the second is the knee."""
    rows = [(0, 4.0, 120.0, 60.0, 20.0, False), (1, 4.5, 90.0, 40.0, 25.0, True), (2, 6.0, 80.0, 30.0, 25.0, False)]
    columns = ["point", "referring_imbalance", "drive_minutes", "moves_pct", "worst_book", "is_knee"]
    frame = pl.DataFrame(rows, schema=columns, orient="row").with_columns(is_chosen=pl.col("is_knee"))
    return REFERRING_FRONT.conform(frame)


def choice_of(front, point, **changes):
    return ChosenPoint(
        **{
            "cycle": "2026q4-global",
            "point": point,
            "figures": figures_of(front, point),
            "chosen_by": PRIYA,
            "note": "fewer moves",
        }
        | changes
    )


def test_a_point_says_what_it_wins_and_costs_against_the_knee(front):
    assert price(front, 2) == "10 minutes less mean drive and 25 % fewer moves cost 1.5 points of imbalance"
    assert price(front, 0) == (
        "0.5 points less imbalance and 5 points off the heaviest book cost 30 minutes of mean drive and 50 % more moves"
    )


def changed(front, point, **figures):
    """The front with other figures at one point."""
    at = pl.col("point") == point
    return front.with_columns(
        pl.when(at).then(pl.lit(value)).otherwise(name).alias(name) for name, value in figures.items()
    )


def test_one_gain_is_told_in_the_singular_to_the_digits_that_matter(front):
    cheaper = changed(front, 2, referring_imbalance=4.54, drive_minutes=90.0, moves_pct=35.2)
    assert price(cheaper, 2) == "12 % fewer moves costs 0.04 points of imbalance"


def test_what_no_digit_shows_is_neither_won_nor_lost(front):
    same = {"referring_imbalance": 4.501, "drive_minutes": 90.0, "moves_pct": 40.0}
    assert price(changed(front, 2, **same), 2) == "as good as the knee"
    assert price(changed(front, 2, **same, worst_book=20.0), 2) == "5 points off the heaviest book at no cost"
    assert price(changed(front, 2, **same, worst_book=30.0), 2) == (
        "wins nothing and costs 5 points on the heaviest book"
    )


def test_moves_against_a_knee_that_moves_nothing_are_told_in_points(front):
    still = changed(front, 1, moves_pct=0.0)
    assert "30 points more moves" in price(still, 2)


def test_the_knee_costs_nothing(front):
    assert price(front, 1).startswith("the knee")


def test_a_signed_choice_comes_back_as_it_was_made(front):
    choice = choice_of(front, 2)
    assert read_choice(json.loads(signed_choice(choice, TOKEN)), TOKEN, PRIYA, [PRIYA]) == choice


def test_the_choice_and_its_price_are_recorded(front):
    row = chosen_row(front, choice_of(front, 2)).row(0, named=True)
    assert (row["point"], row["chosen_by"], row["note"]) == (2, PRIYA, "fewer moves")
    assert "cost 1.5 points of imbalance" in row["price"]


def test_without_a_choice_the_knee_stands(front):
    assert chosen_row(front, None).select("point", "chosen_by").row(0) == (1, "engine")


def test_a_choice_changed_after_signing_is_refused(front):
    content = json.loads(signed_choice(choice_of(front, 2), TOKEN)) | {"point": 0}
    with pytest.raises(Tampered, match="not signed by priya"):
        read_choice(content, TOKEN, PRIYA, [PRIYA])


def test_a_choice_by_somebody_who_may_not_sign_is_refused(front):
    content = json.loads(signed_choice(choice_of(front, 2), TOKEN))
    with pytest.raises(NotEntitled, match="not among the signers"):
        read_choice(content, TOKEN, PRIYA, [])


def test_a_choice_from_another_front_is_refused(front):
    other = front.with_columns(drive_minutes=pl.col("drive_minutes") + 1)
    with pytest.raises(InvalidInput, match="other figures than when it was chosen"):
        chosen_row(other, choice_of(front, 2))


def test_a_point_that_the_front_does_not_have_is_named(front):
    with pytest.raises(InvalidInput, match="point 7: the front has no such point, expected 0 to 2"):
        figures_of(front, 7)
