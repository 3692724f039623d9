"""Whatever the company, the scope and the people: every invariant holds at every stage, and everybody is answered."""

from dataclasses import replace
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.domain.assignment.assigned import assigned
from assignment_assets.domain.assignment.families import FAMILY_NOTES
from assignment_assets.domain.assignment.moves import MOVE_REASONS, proposed_books
from assignment_assets.domain.assignment.overflow import inside_sales_queue
from assignment_assets.domain.assignment.problem import SOLVED_BOOKS, ProblemInput
from assignment_assets.domain.assignment.unseated import overflow_reasons, unseated
from assignment_assets.domain.invariants import predicates
from assignment_assets.domain.invariants.invariant import Invariant, require
from assignment_assets.domain.lock_facts import LocksInput
from assignment_assets.domain.locks import PICKS, lock_candidates, settle
from assignment_assets.domain.review.facts import REVIEW_EDITS
from assignment_assets.domain.review.inputs import PEOPLE, REVIEWABLE, fallback
from assignment_assets.domain.review.rule import Bounds, judge
from assignment_assets.domain.setup.current_books import performance_or_median
from assignment_assets.domain.setup.overrides import coverage_overrides, overrides_that_matter
from assignment_assets.domain.sign_off.packets import packets
from assignment_assets.domain.tables import CURRENT_BOOKS, ELIGIBLE_POOL, OVERFLOW, PROPOSED_BOOKS, REPS
from assignment_assets.optimizer.frames import Beside, instance_of
from assignment_assets_tests.company import books_of, drawn, pool_of
from assignment_assets_tests.in_memory import InMemory
from assignment_assets_tests.random_company import random_answers, random_company, random_config, random_edits

OFTEN = settings(max_examples=50, deadline=None, derandomize=True, database=None)
APART = FAMILY_NOTES.empty()


class Waterfall:
    """The stages' calls one after the other on frames; a feasible draw stands for the optimiser."""

    def __init__(self, seed: int):
        self.seed, self.company = seed, random_company(seed)
        self.config = random_config(self.company, seed)
        self.books, self.pool = books_of(self.company, self.config), pool_of(self.company, self.config)
        self.free = self.pool.filter(pl.col("standing") == "free")
        self.overrides = overrides_that_matter(self.config, self.pool, self.books)
        tables = drawn(self.company, current_books=self.books, eligible_pool=self.pool)
        locks = LocksInput.read(tables, "c", self.config)
        self.candidates, self.seats = lock_candidates(locks.facts, self.config), locks.seats
        self.picks = self._picks()
        self.locks, self.lock_verdicts = settle(self.candidates, self.picks, self.seats, self.config)
        solved = self._drawn()
        problem = ProblemInput.read(replace(tables, tables=tables.tables | {"locks": self.locks}), "c")
        kept, rest = unseated(solved, problem, self.seats, self.overrides)
        self.proposed = proposed_books(solved, problem, kept, self.overrides, APART)
        placed = inside_sales_queue(rest, self.books, self.config)
        self.overflow = overflow_reasons(placed, rest, self.books, self.company.reps, self.overrides, APART)

    def _picks(self) -> pl.DataFrame:
        rows = []
        for receipt_no, rep_id in enumerate(sorted(self.candidates["owner_id"].drop_nulls().unique()), 1):
            answers = random_answers(self.pool["account_id"].to_list(), self.seed + receipt_no)
            own = dict(self.candidates.select("account_id", "owner_id").iter_rows())
            rows += [
                {"rep_id": rep_id, "receipt_no": receipt_no, "row_no": row_no, "account_id": account_id, "answer": said}
                for row_no, (account_id, said) in enumerate(answers.items())
                if own.get(account_id) == rep_id or row_no % 9 == 0
            ]
        return pl.DataFrame(rows, schema=PICKS.columns)

    def _drawn(self) -> pl.DataFrame:
        """Every free account with some receiver who has a seat and covers it, as the optimiser would hand over."""
        draw = Random(self.seed)
        locked = dict(self.locks.group_by("rep_id").len().iter_rows())
        left = {
            rep_id: seats - locked.get(rep_id, 0)
            for rep_id, seats in self.seats.select("rep_id", "free_seats").iter_rows()
        }
        receivers = {row["rep_id"]: row["covered_states"] for row in self.books.filter("is_receiver").to_dicts()}
        rows, excepted = [], set(self.overrides.select("account_id", "rep_id").rows())
        for row in self.free.join(self.locks, on="account_id", how="anti").sort("account_id").to_dicts():
            fits = [
                rep_id
                for rep_id, states in receivers.items()
                if left[rep_id] > 0 and (row["state"] in states or (row["account_id"], rep_id) in excepted)
            ]
            rep_id = draw.choice(fits) if fits else None
            if rep_id:
                left[rep_id] -= 1
            rows.append(
                {
                    "account_id": row["account_id"],
                    "rep_id": rep_id,
                    "phase": "value",
                    "drive_minutes": 1,
                    "is_capped": False,
                    "runner_up_rep_id": None,
                    "keep_blocked": "",
                    "keep_cost_imbalance": 0.0,
                    "keep_cost_minutes": 0.0,
                    "keep_cost_moves": 0.0,
                    "tie_rep_id": None,
                    "tie_minutes": -1,
                    "tie_performance": None,
                    "performance": 1.0,
                }
            )
        return pl.DataFrame(rows, schema=SOLVED_BOOKS.columns)

    def owner_invariants(self, owners: pl.DataFrame) -> list[Invariant]:
        """The hard rules on who owns what, as the stages' checks ask them."""
        field = self.books.select("rep_id", "team", "covered_states").join(self.seats, on="rep_id")
        return [
            Invariant("capacity", predicates.capacity(owners, field), "No book exceeds its capacity."),
            Invariant(
                "covered_states",
                predicates.covered_states(
                    owners, self.company.accounts, field, self.locks, coverage_overrides(self.config)
                ),
                "Reps hold their states.",
            ),
            Invariant("locks_unmoved", predicates.locks_unmoved(self.locks, owners), "Locks stay."),
            Invariant(
                "no_carve_out", predicates.no_carve_out(self.company.accounts, owners), "No carve-out is given away."
            ),
            Invariant("active_owner", predicates.active_owner(owners, self.company.reps), "Owners are active."),
        ]

    def reviewed(self):
        """The review of random edits, as the stage composes it."""
        rows = assigned(self.proposed, self.overflow)
        cycle = InMemory(
            (PROPOSED_BOOKS, self.proposed),
            (OVERFLOW, self.overflow),
            (ELIGIBLE_POOL, self.pool),
            (CURRENT_BOOKS, self.books),
            (REPS, self.company.reps),
        )
        with cycle.reading() as reader:
            books, self.people = reader.answer(REVIEWABLE), reader.answer(PEOPLE)
        self.edits = pl.DataFrame(random_edits(rows, self.company, self.seed), schema=REVIEW_EDITS.columns)
        return judge(
            self.edits,
            books,
            self.people,
            fallback(books, self.pool, self.books, self.config),
            bounds=Bounds(self.config.max_adds, self.config.max_drops),
            coverage_overrides=coverage_overrides(self.config),
        )


@OFTEN
@given(st.integers(0, 2**32 - 1))
def test_the_invariants_hold_from_the_pool_to_the_packets(seed):
    waterfall = Waterfall(seed)
    pool, free, proposed, over = waterfall.pool, waterfall.free, waterfall.proposed, waterfall.overflow
    require(
        [
            Invariant("each_once", predicates.each_once(pool), "Every account has one standing."),
            Invariant("carve_outs", predicates.no_carve_out(waterfall.company.accounts, free), "No carve-out is free."),
            Invariant(
                "conservation", predicates.conservation(free, proposed, over), "Locked + placed + overflow = pool."
            ),
            *waterfall.owner_invariants(predicates.proposed_owners(proposed, over)),
        ]
    )
    assert set(pool["account_id"]) == set(waterfall.company.accounts["account_id"])
    assert set(proposed["move_reason"]) | set(over["move_reason"]) <= set(MOVE_REASONS)
    assert pl.concat([proposed["reason_sentence"], over["reason_sentence"]]).null_count() == 0
    verdicts = waterfall.reviewed()
    bounds = {"max_adds": waterfall.config.max_adds, "max_drops": waterfall.config.max_drops}
    require(
        [
            Invariant(
                "conservation",
                predicates.conservation(free, verdicts.reviewed_books.select("account_id"), OVERFLOW.empty()),
                "The reviewed books hold the pool.",
            ),
            Invariant(
                "bounds",
                predicates.within_bounds(
                    verdicts.reviewed_books, verdicts.edit_verdicts, waterfall.company.reps, **bounds
                ),
                "±5 holds.",
            ),
            *waterfall.owner_invariants(predicates.reviewed_owners(verdicts.reviewed_books)),
        ]
    )
    rows, _ = packets(
        verdicts.reviewed_books,
        verdicts.edit_verdicts,
        waterfall.people,
        cycle="c",
        revision=1,
    )
    assert predicates.diff_equals_books(verdicts.reviewed_books, rows).is_empty()
    assert verdicts.edit_verdicts.height == waterfall.edits.height


@OFTEN
@given(st.integers(0, 2**32 - 1))
def test_every_row_that_a_rep_returned_has_a_verdict_and_quotas_hold(seed):
    waterfall = Waterfall(seed)
    verdicts = waterfall.lock_verdicts.filter(pl.col("receipt_no").is_not_null())
    assert verdicts.height == waterfall.picks.height
    assert verdicts.filter((pl.col("verdict") == "refused") != pl.col("rule").is_not_null()).is_empty()
    picked = waterfall.locks.filter(pl.col("receipt_no").is_not_null())
    counts = {(rep_id, kind): count for rep_id, kind, count in picked.group_by("rep_id", "lock_kind").len().iter_rows()}
    assert all(
        count <= (waterfall.config.dormant_quota if kind == "dormant_pick" else waterfall.config.never_referred_quota)
        for (_, kind), count in counts.items()
    )
    outside = waterfall.locks.join(waterfall.free, on="account_id", how="anti")
    assert outside.is_empty()


@OFTEN
@given(st.integers(0, 2**32 - 1))
def test_the_optimiser_is_given_what_the_locks_left(seed):
    waterfall = Waterfall(seed)
    instance = instance_of(
        waterfall.company.accounts,
        waterfall.pool,
        waterfall.locks,
        waterfall.books,
        waterfall.company.reps,
        performance_or_median(waterfall.company.reps),
        Beside(overrides=waterfall.overrides),
    )
    named = set(waterfall.overrides.select("account_id", "rep_id").rows())
    covered = dict(waterfall.books.select("rep_id", "covered_states").iter_rows())
    states = dict(waterfall.pool.select("account_id", "state").iter_rows())
    for account_id, account_class in zip(instance.account_ids, instance.account_state, strict=True):
        assert instance.states[account_class] == states[account_id]
        for rep, rep_id in enumerate(instance.rep_ids):
            may_hold = states[account_id] in covered[rep_id] or (account_id, rep_id) in named
            assert instance.covers[rep, account_class] == may_hold
    assert list(instance.account_ids) == sorted(set(waterfall.free["account_id"]) - set(waterfall.locks["account_id"]))
    locked = dict(waterfall.locks.group_by("rep_id").len().iter_rows())
    seats = dict(waterfall.seats.select("rep_id", "free_seats").iter_rows())
    assert dict(zip(instance.rep_ids, instance.seats.tolist(), strict=True)) == {
        rep_id: max(0, seats[rep_id] - locked.get(rep_id, 0)) for rep_id in instance.rep_ids
    }
