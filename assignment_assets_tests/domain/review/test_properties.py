"""Whatever the company and whatever people ask for: invariants hold, every edit is answered, nothing is lost."""

import re
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.domain.invariants import predicates
from assignment_assets.domain.invariants.invariant import Invariant, require
from assignment_assets.domain.review.held_edits import DECISIONS, decide
from assignment_assets.domain.review.rule import Bounds, judge
from assignment_assets.domain.sign_off.approval import OWNED_NOW, approve
from assignment_assets.domain.sign_off.packets import packets
from assignment_assets.domain.sign_off.verdicts import SIGN_OFFS, judge_sign_offs, signed_regions
from assignment_assets.domain.tables import APPROVED_DIFF, LOCKS, OVERFLOW, SIGN_OFF_VERDICTS, WRITE_BACK_LOG
from assignment_assets_tests.domain.companies import REGIONS, random_company, random_review

OFTEN = settings(max_examples=60, deadline=None, derandomize=True, database=None)
SEEDS = st.integers(0, 2**32 - 1)
BOUNDS = st.builds(Bounds, st.integers(0, 5), st.integers(0, 5))
SIGNER = "gus@example.com"
ENTITLED = pl.DataFrame(
    [(SIGNER, region) for region in (*REGIONS, "no_region")], schema=["person", "region"], orient="row"
)


def broken_invariants(company, edit_verdicts, books, bounds):
    """Every invariant of reviewed books."""
    owners = predicates.reviewed_owners(books)
    locks = company.books.filter("is_locked").select(
        "account_id", rep_id="current_owner_id", lock_kind=pl.lit("l3m_referrer"), receipt_no=pl.lit(None, pl.Int64)
    )
    nothing = pl.DataFrame(schema={"account_id": pl.String, "rep_id": pl.String})
    found = {
        "conservation": predicates.conservation(company.books, books, OVERFLOW.empty()),
        "each_once": predicates.each_once(books),
        "capacity": predicates.capacity(owners, company.reps),
        "covered_states": predicates.covered_states(owners, company.books, company.reps, locks, nothing),
        "locks_unmoved": predicates.locks_unmoved(LOCKS.conform(locks), owners),
        "active_owner": predicates.active_owner(owners, company.reps),
        "within_bounds": predicates.within_bounds(
            books, edit_verdicts, company.reps, max_adds=bounds.max_adds, max_drops=bounds.max_drops
        ),
    }
    return [Invariant(name, offenders, "It holds for every company.") for name, offenders in found.items()]


@OFTEN
@given(SEEDS, BOUNDS)
def test_invariants_hold_and_every_edit_is_answered(seed, bounds):
    company = random_company(seed)
    edits = random_review(company, seed)
    verdicts = judge(edits, company.books, company.reps, company.fallback, bounds=bounds)
    require(broken_invariants(company, verdicts.edit_verdicts, verdicts.reviewed_books, bounds))
    answered = verdicts.edit_verdicts.select(edits.columns)
    assert answered.sort(edits.columns).equals(edits.sort(edits.columns))
    assert set(verdicts.edit_verdicts["verdict"]) <= {"accepted", "refused", "held"}
    refused = verdicts.edit_verdicts.filter(pl.col("verdict") == "refused")
    assert refused["rule"].null_count() == 0
    assert verdicts.edit_verdicts["message"].null_count() == 0


@OFTEN
@given(SEEDS, BOUNDS)
def test_the_order_of_rows_decides_nothing(seed, bounds):
    company = random_company(seed)
    edits = random_review(company, seed)
    first = judge(edits, company.books, company.reps, company.fallback, bounds=bounds)
    shuffled = [
        frame.sample(fraction=1, shuffle=True, seed=seed)
        for frame in (edits, company.books, company.reps, company.fallback)
    ]
    again = judge(*shuffled, bounds=bounds)
    assert again.edit_verdicts.equals(first.edit_verdicts)
    assert again.reviewed_books.equals(first.reviewed_books)


@OFTEN
@given(SEEDS, BOUNDS)
def test_what_is_accepted_happens_and_what_is_refused_does_not(seed, bounds):
    _, verdicts = random_verdicts(seed, bounds)
    owner = dict(verdicts.reviewed_books.select("account_id", "reviewed_owner_id").iter_rows())
    change = dict(verdicts.reviewed_books.select("account_id", "review_change").iter_rows())
    accepted = verdicts.edit_verdicts.filter(pl.col("verdict") == "accepted")
    for edit in accepted.to_dicts():
        is_there = owner[edit["account_id"]] == edit["rep_id"]
        assert is_there if edit["edit_kind"] == "add" else not is_there
    touched = set(accepted["account_id"])
    assert {account_id for account_id, kind in change.items() if kind != "none"} == touched


@OFTEN
@given(SEEDS, BOUNDS)
def test_a_refusal_for_capacity_names_a_book_that_is_full_or_would_be_overfull(seed, bounds):
    company, verdicts = random_verdicts(seed, bounds)
    capacities = {rep["name"]: rep["capacity"] for rep in company.reps.to_dicts()}
    for message in verdicts.edit_verdicts.filter(pl.col("rule") == "capacity")["message"]:
        found = re.findall(r"(Rep \d)'s book (holds|would hold) (\d+) of (\d+) accounts", message)
        assert found, message
        for name, verb, load, capacity in found:
            assert int(capacity) == capacities[name]
            assert int(load) >= int(capacity) + (verb == "would hold")


@OFTEN
@given(SEEDS, BOUNDS)
def test_decisions_on_held_edits_keep_the_invariants(seed, bounds):
    company, verdicts = random_verdicts(seed, bounds)
    decided = decide_at_random(company, verdicts, seed)
    require(broken_invariants(company, decided.edit_verdicts, decided.reviewed_books, bounds))
    assert decided.edit_verdicts.height == verdicts.edit_verdicts.height


def random_verdicts(seed, bounds):
    """A company and the review that its directors asked for."""
    company = random_company(seed)
    edits = random_review(company, seed)
    return company, judge(edits, company.books, company.reps, company.fallback, bounds=bounds)


def decide_at_random(company, verdicts, seed):
    """Held edits accepted, refused or left open."""
    held = verdicts.edit_verdicts.filter((pl.col("verdict") == "held") & (pl.col("edit_kind") == "add")).to_dicts()
    choices = Random(seed).choices(["accept", "accept", "refuse", None], k=len(held))
    decisions = [
        {
            "decision_no": number,
            "receipt_no": edit["receipt_no"],
            "account_id": edit["account_id"],
            "rep_id": edit["rep_id"],
            "decision": choice,
            "decided_by": SIGNER,
            "note": None,
            "is_signature_valid": True,
        }
        for number, (edit, choice) in enumerate(zip(held, choices, strict=True))
        if choice is not None
    ]
    frame = pl.DataFrame(decisions, schema=DECISIONS.columns)
    return decide(verdicts.reviewed_books, verdicts.edit_verdicts, frame, company.reps, ENTITLED)


@OFTEN
@given(SEEDS, BOUNDS)
def test_regions_that_sign_in_any_order_write_the_books_and_never_overfill_one(seed, bounds):
    company, verdicts = random_verdicts(seed, bounds)
    verdicts = decide_at_random(company, verdicts, seed)
    books = verdicts.reviewed_books
    rows, digests = packets(books, verdicts.edit_verdicts, company.reps, cycle="2026q4-global", revision=1)
    assert predicates.diff_equals_books(books, rows).is_empty()
    owners = dict(company.books.select("account_id", "current_owner_id").iter_rows())
    capacities = {rep["rep_id"]: max(rep["capacity"], owned(owners, rep)) for rep in company.reps.to_dicts()}
    signatures, diff, log = SIGN_OFF_VERDICTS.empty(), APPROVED_DIFF.empty(), []
    for number, region in enumerate(Random(seed).sample(digests["region"].to_list(), digests.height), 1):
        digest = digests.filter(pl.col("region") == region)["digest"][0]
        sign_off = {
            "receipt_no": number,
            "region": region,
            "signed_by": SIGNER,
            "decision": "approve",
            "digest": digest,
            "is_signature_valid": True,
        }
        new = judge_sign_offs(
            pl.DataFrame([sign_off], schema=SIGN_OFFS.columns), digests, ENTITLED, signatures, opened_by="ola"
        )
        signatures = pl.concat([signatures, new])
        now = [
            (rep["rep_id"], rep["name"], owned(owners, rep), capacities[rep["rep_id"]])
            for rep in company.reps.filter(pl.col("team") == "field").to_dicts()
        ]
        verified = frozenset(row["account_id"] for row in log)
        approved = approve(
            rows,
            signed_regions(signatures, digests),
            diff,
            pl.DataFrame(now, schema=OWNED_NOW.columns, orient="row"),
            sign_off_no=number,
            verified=verified,
        )
        diff = pl.concat([diff, approved])
        for row in approved.filter(pl.col("status") == "approved").to_dicts():
            assert owners[row["account_id"]] == row["old_owner_id"]
            owners[row["account_id"]] = row["new_owner_id"]
            log.append({**dict.fromkeys(WRITE_BACK_LOG.columns), **row, "attempt": 1, "outcome": "verified"})
        for rep in company.reps.filter(pl.col("team") == "field").to_dicts():
            assert owned(owners, rep) <= capacities[rep["rep_id"]]
    log = pl.DataFrame([{n: row[n] for n in WRITE_BACK_LOG.columns} for row in log], schema=WRITE_BACK_LOG.columns)
    assert predicates.approved_within_signed(diff, signatures, company.reps).is_empty()
    assert predicates.log_equals_diff(log, diff).is_empty()
    if not rows["is_held"].any():
        assert owners == dict(books.select("account_id", "reviewed_owner_id").iter_rows())


def owned(owners, rep):
    """Accounts that a rep owns, fixed ones included."""
    return rep["fixed_count"] + sum(owner == rep["rep_id"] for owner in owners.values())
