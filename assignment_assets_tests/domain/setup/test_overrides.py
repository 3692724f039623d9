"""Which of Growth Strategy's exceptions from covered states matter."""

import polars as pl

from assignment_assets.domain.setup.overrides import is_excepted, overrides_that_matter
from assignment_assets_tests.company import books_of, config, tiny


def override(account_id, rep_id, reason="they ask for him"):
    return {"account_id": account_id, "rep_id": rep_id, "reason": reason}


def test_only_exceptions_from_a_state_that_the_rep_does_not_cover_matter_each_once():
    run_config = config(
        coverage_overrides=[
            override("b12", "ben"),
            override("b12", "ben", "said twice"),
            override("b12", "ana"),
            override("zz", "ben"),
            override("i03", "cleo", "a promise"),
        ]
    )
    found = overrides_that_matter(run_config, tiny().accounts, books_of(tiny(), run_config))
    assert found.rows() == [("b12", "ben", "they ask for him"), ("i03", "cleo", "a promise")]


def test_covered_states_of_the_run_config_count():
    run_config = config(coverage_overrides=[override("b12", "ben")], covered_states={"ben": ["TX", "OK"]})
    assert overrides_that_matter(run_config, tiny().accounts, books_of(tiny(), run_config)).is_empty()


def test_a_pair_is_excepted_and_neither_half_alone():
    overrides = pl.DataFrame({"account_id": ["b12"], "rep_id": ["ben"], "reason": ["r"]})
    rows = pl.DataFrame({"account_id": ["b12", "b12", "b11", "b12"], "owner": ["ben", "ana", "ben", None]})
    assert rows.select(is_excepted(overrides, "owner"))["account_id"].to_list() == [True, False, False, False]
