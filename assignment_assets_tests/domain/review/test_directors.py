"""Who is asked to review: directors whose reps receive or are touched by a move."""

import polars as pl

from assignment_assets.domain.review.directors import director_name, regional_directors
from assignment_assets_tests.company import DANA, LEE, books_of, config, tiny


def moves(*pairs):
    """Moves from one region to another."""
    return pl.DataFrame(pairs, schema={"from_region": pl.String, "to_region": pl.String}, orient="row")


def test_a_director_is_asked_for_receivers_and_for_moves():
    run_config = config(scope="rep", reps=["ana"])
    reps, books = tiny().reps, books_of(tiny(), run_config)
    receiving = set(books.filter("is_receiver")["region"])
    asked = regional_directors(reps, books, moves())
    assert {region for regions in asked.values() for region in regions} == receiving
    everybody = regional_directors(reps, books, moves(("North", "South"), (None, "North")))
    assert everybody == {DANA: ["North"], LEE: ["South"]}


def test_a_name_is_read_off_the_address():
    assert director_name("dana.west_north@example.com") == "Dana West North"
