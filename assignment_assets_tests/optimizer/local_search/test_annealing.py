from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.local_search.annealing import anneal
from assignment_assets.optimizer.local_search.candidates import (
    CANDIDATES,
    CandidateParams,
    candidates_among,
    nearest_candidates,
)
from assignment_assets.optimizer.local_search.cooling import ANNEALING, Schedule
from assignment_assets.optimizer.local_search.exchange_candidates import pair_up
from assignment_assets.optimizer.local_search.repair import repair_towards
from assignment_assets.optimizer.local_search.state import build_state, exchange, free_seat_by_augmenting, shift
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.feasible_start import fit_reserve
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets_tests.optimizer.instances import draw_instance

seeds = st.integers(0, 2**31)
weights_of = st.tuples(*[st.sampled_from([0.0, 0.1, 1.0, 7.0])] * 3)


def draw_phase(seed):
    instance = draw_instance(seed, num_accounts=50, num_reps=5, num_states=4, seats=6, covered=0.6)
    phase, start = referring_phase(instance, select_seats(instance))
    return phase, start


def search(phase, assignment, reserve, weighing, schedule, word, per_account=100.0):
    """Every eligible rep is proposed, unless `per_account` says how many."""
    candidates, window = nearest_candidates(
        phase, weighing.costs, lower_bound(phase, weighing), CandidateParams(per_account)
    )
    schedule = schedule._replace(wide=max(window, 1e-30), narrow=max(window, 1e-30) * schedule.narrow)
    return anneal(
        assignment,
        reserve,
        phase.searched,
        candidates,
        pair_up(phase.edges, candidates),
        weighing.costs,
        schedule,
        np.uint64(word),
    )


def demand_feasible(phase, assignment, reserve):
    edges = phase.edges
    assert (edges.rank[edges.state, assignment] >= 0).all()
    assert (reserve >= 0).all()
    assert not reserve[edges.rank < 0].any()
    assert (np.bincount(assignment, minlength=phase.num_reps) + reserve.sum(axis=0) <= edges.seats).all()
    assert (reserve.sum(axis=1) == phase.reserve.sum(axis=1)).all()


@settings(max_examples=60, deadline=None)
@given(seeds, weights_of, st.sampled_from([0.0, 1e-4, 1.0]), st.sampled_from([1.0, 0.1]), st.sampled_from([100.0, 2.0]))
def test_a_burst_keeps_every_rule_and_its_delta_is_the_full_difference(seed, weights, temperature, narrow, per_account):
    phase, start = draw_phase(seed)
    weighing = weigh(phase, np.array(weights))
    result, reserve = start.copy(), fit_reserve(phase, start)
    demand_feasible(phase, result, reserve)
    delta, _ = search(
        phase,
        result,
        reserve,
        weighing,
        Schedule(2000, temperature, temperature * 0.01, 1.0, narrow),
        seed + 1,
        per_account,
    )
    demand_feasible(phase, result, reserve)
    before, after = evaluate(phase, np.stack([start, result])) @ weighing.weights
    assert after - before == pytest.approx(delta, abs=1e-9)
    if temperature == 0.0:
        assert delta <= 0.0


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_repair_keeps_every_rule_and_comes_nearer_to_what_is_wanted(seed):
    phase, start = draw_phase(seed)
    mate, child = start.copy(), start.copy()
    other = fit_reserve(phase, mate)
    search(phase, mate, other, weigh(phase, np.ones(3)), Schedule(500, 10.0, 10.0, 1.0, 1.0), seed + 1)
    reserve = fit_reserve(phase, child)
    repair_towards(child, reserve, mate, phase.edges, False, np.uint64(seed + 3))
    demand_feasible(phase, child, reserve)
    if (mate != start).any():
        assert (child == mate).sum() >= (start == mate).sum()


def draw_capped_phase(seed):
    """A phase whose books may each take a little more revenue than they have at the start, so that caps bind."""
    plain, start = draw_phase(seed)
    rng = np.random.default_rng([seed, 5])
    revenue = rng.integers(0, 1000, plain.num_accounts)
    room = np.bincount(start, revenue, minlength=plain.num_reps) + rng.integers(0, 800, plain.num_reps)
    edges = plain.edges
    capped = edges._replace(
        **{
            name: np.column_stack([getattr(edges, name), column]).astype(np.float64)
            for name, column in (("amount", revenue), ("base", np.zeros(plain.num_reps)), ("target", room))
        }
    )
    return replace(plain, capped=capped), start, revenue, room


@settings(max_examples=60, deadline=None)
@given(seeds, weights_of)
def test_no_book_ever_exceeds_its_revenue_cap(seed, weights):
    phase, start, revenue, room = draw_capped_phase(seed)
    weighing = weigh(phase, np.array(weights))
    result, reserve = start.copy(), fit_reserve(phase, start)
    delta, _ = search(phase, result, reserve, weighing, Schedule(2000, 1.0, 0.01, 1.0, 1.0), seed + 1)
    demand_feasible(phase, result, reserve)
    assert (np.bincount(result, revenue, minlength=phase.num_reps) <= room).all()
    before, after = evaluate(phase, np.stack([start, result])) @ weighing.weights
    assert after - before == pytest.approx(delta, abs=1e-9)
    plain, free, other = replace(phase, capped=None), start.copy(), fit_reserve(phase, start)
    search(plain, free, other, weighing, Schedule(2000, 1.0, 0.01, 1.0, 1.0), seed + 1)
    child, reserve = start.copy(), fit_reserve(phase, start)
    repair_towards(child, reserve, free, phase.searched, phase.is_capped, np.uint64(seed + 3))
    demand_feasible(phase, child, reserve)
    assert (np.bincount(child, revenue, minlength=phase.num_reps) <= room).all()


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_the_state_after_shifts_and_exchanges_is_the_state_built_anew(seed):
    phase, start = draw_phase(seed)
    if phase.num_accounts < 2:
        return
    rng = np.random.default_rng(seed)
    search = build_state(start.copy(), fit_reserve(phase, start), phase.edges)
    for _ in range(50):
        account, other = rng.integers(0, phase.num_accounts, 2)
        state = phase.edges.state[account]
        there = rng.choice(phase.edges.reps[phase.edges.state_start[state] : phase.edges.state_start[state + 1]])
        here, partner_rep = search.assignment[account], search.assignment[other]
        if there != here and free_seat_by_augmenting(search, phase.edges, there, here):
            shift(search, phase.edges, account, there)
        elif (
            here != partner_rep
            and phase.edges.rank[state, partner_rep] >= 0
            and phase.edges.rank[phase.edges.state[other], here] >= 0
        ):
            exchange(search, phase.edges, account, other)
    demand_feasible(phase, search.assignment, search.reserve)
    fresh = build_state(search.assignment, search.reserve, phase.edges)
    for name in ("load", "over", "free", "count"):
        assert (getattr(search, name) == getattr(fresh, name)).all(), name
    members = search.member[search.place]
    assert (members == np.arange(phase.num_accounts)).all()


def test_two_full_books_change_places_where_that_helps():
    """One seat each, both accounts far from their reps: only an exchange can mend it."""
    instance = draw_instance(
        1,
        num_accounts=2,
        num_reps=2,
        num_states=1,
        seats=1,
        covered=1.1,
        base_load=np.zeros((2, 4)),
        weight=np.array([100, 100]),
        is_referring=np.ones(2),
        measures=np.ones((2, 3), dtype=int),
        has_owner=np.zeros(2),
        account_latitude=np.array([30.0, 45.0]),
        account_longitude=np.array([-90.0, -90.0]),
        rep_latitude=np.array([45.0, 30.0]),
        rep_longitude=np.array([-90.0, -90.0]),
    )
    phase, _ = referring_phase(instance, select_seats(instance))
    crossed = np.array([0, 1], dtype=np.int32)
    _, accepted = search(
        phase,
        crossed,
        fit_reserve(phase, crossed),
        weigh(phase, np.array([0.0, 1.0, 0.0])),
        Schedule(200, 0.0, 0.0, 1.0, 1.0),
        7,
    )
    assert crossed.tolist() == [1, 0]
    assert accepted == 1


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_every_pair_lists_the_accounts_that_have_both_reps_in_question(seed):
    phase, _ = draw_phase(seed)
    weighing = weigh(phase, np.ones(3))
    candidates, _ = nearest_candidates(phase, weighing.costs, lower_bound(phase, weighing), CandidateParams(3.0))
    pairs, edges = pair_up(phase.edges, candidates), phase.edges
    rep_of = [
        edges.reps[edges.state_start[state] + candidates.rank[slice(*candidates.start[account : account + 2])]]
        for account, state in enumerate(edges.state)
    ]
    for row, reps in enumerate(rep_of):
        for a, b in [(a, b) for a in range(len(reps)) for b in range(len(reps)) if a != b]:
            pair = pairs.table[pairs.slot[row] + a * len(reps) + b]
            listed = pairs.account[pairs.start[pair] : pairs.start[pair + 1]].tolist()
            expected = [account for account, theirs in enumerate(rep_of) if reps[a] in theirs and reps[b] in theirs]
            assert sorted(listed) == sorted(expected)


def test_balance_of_a_hand_drawn_case():
    """Two equal reps, loads 3 and 1 of one measure and nothing of the others: a quarter sits in the wrong book."""
    instance = draw_instance(
        1,
        num_accounts=2,
        num_reps=2,
        num_states=1,
        seats=2,
        covered=1.1,
        base_load=np.zeros((2, 4)),
        weight=np.array([100, 100]),
        is_referring=np.ones(2),
        measures=np.array([[3, 0, 0], [1, 0, 0]]),
        owner=np.array([0, 0]),
        has_owner=np.ones(2),
    )
    phase, _ = referring_phase(instance, select_seats(instance))
    apart, together = evaluate(phase, np.array([[0, 1], [0, 0]], dtype=np.int32))
    assert apart[0] == pytest.approx(25.0 / 3)
    assert together[0] == pytest.approx(50.0 / 3)
    assert apart[2] == 50.0
    assert together[2] == 0.0


def test_targets_follow_the_weights():
    instance = draw_instance(
        1,
        num_accounts=4,
        num_reps=2,
        num_states=1,
        seats=4,
        covered=1.1,
        base_load=np.zeros((2, 4)),
        weight=np.array([75, 25]),
        is_referring=np.ones(4),
        measures=np.full((4, 3), 5),
    )
    phase, _ = referring_phase(instance, select_seats(instance))
    assert evaluate(phase, np.array([[0, 0, 0, 1]], dtype=np.int32))[0, 0] == 0.0
    assert evaluate(phase, np.array([[0, 0, 1, 1]], dtype=np.int32))[0, 0] == pytest.approx(25.0)


def test_a_large_account_has_the_wider_choice_and_none_has_more_than_the_most():
    rng = np.random.default_rng(3)
    measures = rng.integers(1, 5, (60, 3))
    measures[0] = 500
    instance = draw_instance(
        3,
        num_accounts=60,
        num_reps=CANDIDATES.most + 8,
        num_states=1,
        seats=3,
        covered=1.1,
        measures=measures,
        is_referring=np.ones(60, bool),
    )
    phase, _ = referring_phase(instance, select_seats(instance))
    weighing = weigh(phase, np.ones(3))
    duals = lower_bound(phase, weighing)
    few = np.diff(nearest_candidates(phase, weighing.costs, duals, CandidateParams(3.0))[0].start)
    whale = int(np.flatnonzero(phase.edges.amount[:, 0] == 500)[0])
    assert few[whale] > 3 * few.mean()
    every = nearest_candidates(phase, weighing.costs, duals, CandidateParams(1000.0))[0]
    assert np.diff(every.start).max() == CANDIDATES.most
    for account in range(phase.num_accounts):
        assert (np.diff(every.above[every.start[account] : every.start[account + 1]]) >= 0).all()


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_open_among_assignments_is_who_has_a_choice_of_theirs_that_the_first_does_not_take(seed):
    phase, start = draw_phase(seed)
    weighing, mate = weigh(phase, np.ones(3)), start.copy()
    candidates, _ = nearest_candidates(phase, weighing.costs, lower_bound(phase, weighing), CandidateParams(2.0))
    search(phase, mate, fit_reserve(phase, mate), weighing, Schedule(500, 10.0, 10.0, 1.0, 1.0), seed + 1)
    accounts, among = candidates_among(phase, candidates, np.stack([start, mate]))

    def reps_of(some, row, account):
        ranks = some.rank[some.start[row] : some.start[row + 1]]
        return phase.edges.reps[phase.edges.state_start[phase.edges.state[account]] + ranks].tolist()

    left = {int(account): reps_of(among, row, account) for row, account in enumerate(accounts)}
    for account in range(phase.num_accounts):
        before = reps_of(candidates, account, account)
        after = [rep for rep in before if rep in (start[account], mate[account])] or before[:1]
        assert left.get(account, [start[account]]) == after


def test_the_stretch_of_a_large_phase_passes_every_account():
    count = 2 * ANNEALING.stretch + 100
    instance = draw_instance(
        3, num_accounts=count, num_reps=4, num_states=1, seats=count, covered=1.1, is_referring=np.ones(count, bool)
    )
    phase, _ = referring_phase(instance, select_seats(instance))
    minutes = phase.edges.minutes.reshape(count, 4)
    result = minutes.argmax(axis=1).astype(np.int32)
    search(
        phase,
        result,
        fit_reserve(phase, result),
        weigh(phase, np.array([0.0, 1.0, 0.0])),
        Schedule(40 * count, 0.0, 0.0, 1.0, 1.0),
        7,
    )
    held = minutes[np.arange(count), result]
    assert (held == minutes.min(axis=1)).all()
