"""What the judge of a review is given, drawn from the waterfall's tables."""

from assignment_assets.domain.review.inputs import PEOPLE, REVIEWABLE, fallback
from assignment_assets_tests.company import books_of, config, pool_of, tiny
from assignment_assets_tests.domain.test_packet_rows import proposed


def test_a_lock_with_an_inside_sales_member_is_no_field_book():
    books = proposed().answer(REVIEWABLE)
    kinds = dict(books.select("account_id", "owner_kind").iter_rows())
    assert (kinds["i01"], kinds["a01"], kinds["c12"]) == ("inside_sales", "field", "inside_sales")


def test_review_reps_carry_names_directors_and_fixed_accounts():
    people = proposed(run_config=config(scope="rep", reps=["ana"])).answer(PEOPLE)
    rows = {row["rep_id"]: row for row in people.to_dicts()}
    assert (rows["ben"]["name"], rows["ben"]["director_email"], rows["ben"]["fixed_count"]) == (
        "Ben Ode",
        "dana@example.com",
        12,
    )
    assert (rows["ana"]["fixed_count"], rows["iris"]["fixed_count"]) == (0, 0)


def test_only_unlocked_accounts_of_field_books_have_somebody_in_inside_sales_to_fall_back_on():
    pool, books = pool_of(tiny(), config()), books_of(tiny(), config())
    review = proposed().answer(REVIEWABLE)
    assert set(fallback(review, pool, books, config())["account_id"]) == {"a03", "b03", "q01"}
