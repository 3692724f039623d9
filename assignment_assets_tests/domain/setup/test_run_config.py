"""Whatever is wrong with a run config is said at once, before anything runs."""

import pytest
from pydantic import ValidationError

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.setup.run_config import RunConfig, model_faults
from assignment_assets.domain.setup.run_config_faults import RANGES, config_faults
from assignment_assets_tests.company import config, tiny


def wheres(faults):
    """What each fault is about, without the common beginning."""
    return [fault.where.removeprefix("run config, ") for fault in faults]


def test_the_defaults_need_only_a_day_and_a_name():
    assert wheres(config_faults(RunConfig())) == ["as_of", "opened_by"]
    assert config_faults(RunConfig(as_of="2026-10-01", opened_by="olivia@example.com"), tiny().reps) == []


@pytest.mark.parametrize("day", ["", "2026-13-01", "2026-02-30", "01.10.2026", "2026-1-1", "20261001", "today"])
def test_a_day_is_a_real_day_in_one_spelling(day):
    (fault,) = config_faults(config(as_of=day))
    assert fault.where == "run config, as_of"
    assert fault.expected == "a day as YYYY-MM-DD"


def test_the_effective_date_may_be_left_out_but_not_misspelt():
    assert config_faults(config(write_not_before="")) == []
    assert wheres(config_faults(config(write_not_before="2026-10-1"))) == ["write_not_before"]


@pytest.mark.parametrize("name", sorted(RANGES))
def test_every_number_has_bounds(name):
    low, high = RANGES[name]
    for value in (low, high):
        assert name not in wheres(config_faults(config(**{name: value})))
    for value in (low - 1, high + 1):
        assert name in wheres(config_faults(config(**{name: value})))


def test_a_number_that_is_none_is_out_of_bounds():
    assert wheres(config_faults(config(weight_balance=float("nan")))) == ["weight_balance"]


def test_weights_that_weigh_nothing_are_refused():
    assert wheres(config_faults(config(weight_balance=0, weight_drive=0, weight_moves=0))) == ["weights"]


def test_capacities_are_lowered_never_raised():
    faults = config_faults(config(book_size=50, capacities={"ana": 50, "ben": 51, "cleo": -1}))
    assert [str(fault) for fault in faults] == [
        "run config, capacities, ben: it is 51, expected 0 to the book size of 50. "
        "Capacities may be lowered, not raised.",
        "run config, capacities, cleo: it is -1, expected 0 to the book size of 50. "
        "Capacities may be lowered, not raised.",
    ]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"scope": "region"}, ["regions"]),
        ({"scope": "region", "regions": ["North"], "reps": ["ana"]}, ["reps"]),
        ({"scope": "rep"}, ["reps"]),
        ({"scope": "rep", "reps": ["ana", "ben"]}, ["reps"]),
        ({"scope": "churn", "reps": ["ana"]}, ["reps"]),
        ({"scope": "churn", "regions": ["North"], "books": ["max"]}, []),
        ({"scope": "new_starter_class"}, ["reps"]),
        ({"scope": "new_starter_class", "reps": ["nia"], "books": ["max"]}, ["books"]),
        ({"scope": "global", "regions": ["North"], "reps": ["ana"], "books": ["max"]}, ["regions", "reps", "books"]),
    ],
)
def test_a_scope_takes_its_own_names_and_no_others(given, wrong):
    assert wheres(config_faults(config(**given), tiny().reps)) == wrong


def test_a_coverage_override_names_account_rep_and_reason():
    whole = {"account_id": "b12", "rep_id": "ben", "reason": "they ask for him"}
    assert config_faults(config(coverage_overrides=[whole]), tiny().reps) == []
    for broken in ({"account_id": "b12"}, whole | {"reason": " "}, whole | {"until": "2027"}):
        faults = config_faults(config(coverage_overrides=[whole, broken]))
        assert wheres(faults) == ["coverage_overrides, entry 2"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"enforce_revenue_cap": True}, ["enforce_revenue_cap"]),
        ({"enforce_revenue_cap": True, "revenue_cap": 1000}, []),
        ({"enforce_revenue_cap": True, "revenue_caps": {"ana": 1000}}, []),
        (
            {"revenue_caps": {"ana": 0, "ben": -1, "cleo": 10**13}},
            ["revenue_caps, ana", "revenue_caps, ben", "revenue_caps, cleo"],
        ),
        ({"revenue_caps": {"yan": 5}}, ["revenue_caps"]),
    ],
)
def test_an_enforced_revenue_cap_needs_a_cap_and_every_cap_a_rep(given, wrong):
    assert wheres(config_faults(config(**given), tiny().reps)) == wrong


def test_names_are_looked_up_in_the_source():
    faults = config_faults(
        config(
            scope="churn",
            books=["max", "moritz"],
            regions=["West"],
            capacities={"bob": 1},
            covered_states={"zoe": ["TX"]},
            coverage_overrides=[{"account_id": "b12", "rep_id": "yan", "reason": "r"}],
        ),
        tiny().reps,
    )
    assert [(fault.where, fault.found) for fault in faults] == [
        ("run config, books", "'moritz' is not in reps"),
        ("run config, capacities", "'bob' is not in reps"),
        ("run config, covered_states", "'zoe' is not in reps"),
        ("run config, coverage_overrides", "'yan' is not in reps"),
        ("run config, regions", "'West' has no field rep"),
    ]
    assert faults[-1].expected == "one of North, South"


@pytest.mark.parametrize(
    ("rep_id", "found"),
    [
        ("max", "'max' is inactive"),
        ("iris", "'iris' is of team arm"),
        ("queue", "'queue' is of team placeholder"),
    ],
)
@pytest.mark.parametrize("scope", ["rep", "new_starter_class"])
def test_who_is_named_to_receive_must_be_able_to(scope, rep_id, found):
    (fault,) = config_faults(config(scope=scope, reps=[rep_id]), tiny().reps)
    assert (fault.found, fault.expected) == (found, "an active field rep")


def test_all_faults_are_listed_together():
    wrong = config(as_of="soon", opened_by=" ", scope="rep", reps=["zoe", "yan"], book_size=0, seed=-1)
    message = str(InvalidInput("run config", config_faults(wrong, tiny().reps)))
    assert message.startswith("run config: 7 faults.\n  1. run config, as_of: 'soon', expected a day as YYYY-MM-DD.")
    for place in ("as_of", "opened_by", "book_size", "seed", "reps: 2 reps are named", "'zoe'", "'yan'"):
        assert place in message


def test_wrong_words_and_types_are_faults_in_our_words():
    with pytest.raises(ValidationError) as caught:
        RunConfig.model_validate({"scope": "galaxy", "book_size": "many", "colour": "red", "reps": "ana"})
    faults = {fault.where: fault for fault in model_faults(caught.value.errors())}
    assert set(faults) == {f"run config, {name}" for name in ("scope", "book_size", "colour", "reps")}
    assert "'global'" in faults["run config, scope"].expected
    assert faults["run config, colour"].remedy == "Remove it or correct its name."


def test_the_digest_follows_the_content_and_nothing_else():
    assert config().digest() == config().digest()
    assert config().digest() != config(seed=8).digest()
    assert RunConfig.model_validate_json(config(reps=["ana"]).canonical_json()) == config(reps=["ana"])
