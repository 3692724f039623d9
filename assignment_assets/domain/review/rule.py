"""The ±5 rule: a verdict for every edit of the Regional Directors, and the books that result.

Judged once, when the gate closes, as a pure function of each person's latest submission:

1. Edits stand in the order of their receipts; within one submission all drops come before all adds, in row order.
2. An edit with a fault of its own is refused (`review_refusals`): no reason, account not in review, unknown rep,
   another director's books, locked, not in the book, there already, rep receives nothing, state not covered, edited
   twice.
3. The rest is counted in order (`review_tally`), net against the proposed books: an account that leaves a book uses
   one of its drops, once, whoever says so; an account that enters a book uses one of its adds. Past the bound: refused.
   An account goes to the first rep who asks for it with the voices of both regions. Asked for with one voice it is
   held: it stays where it is and keeps its counts and its seat; an add with both voices displaces it.
4. Capacity is looked at on the end state, twice: as if every held edit were refused, and as if every one were
   accepted. Every overfull book refuses its latest adds, as many as are too many, and the count begins anew: what had
   failed for them may now stand. Every round leaves out one add more at least, so it ends.
5. Adds refused in 4 or displaced in 3 get a second look, in order, where their book has a seat after all: one that does
   no harm stands, and what had displaced it without standing itself gives way (`review_settlement`).
6. Dropped accounts without a taker are placed (`review_places`).
"""

from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.review.facts import (
    REVIEW_EDITS,
    WITHDRAWN,
    Edit,
    FallbackFrame,
    ReviewBooksFrame,
    ReviewEditsFrame,
    ReviewFacts,
    ReviewRepsFrame,
    WithdrawnFrame,
    read_edits,
    read_facts,
)
from assignment_assets.domain.review.places import Place, place
from assignment_assets.domain.review.refusals import Refusal, refuse_faulty
from assignment_assets.domain.review.settlement import settle
from assignment_assets.domain.review.tally import Counter, Tally
from assignment_assets.domain.setup.overrides import COVERAGE_OVERRIDES, CoverageOverridesFrame
from assignment_assets.domain.tables import EDIT_VERDICTS, REVIEWED_BOOKS, EditVerdictsFrame, ReviewedBooksFrame


@dataclass(frozen=True)
class Bounds:
    """How many accounts people may add to and drop from one rep's book, over all reviews together."""

    max_adds: int = 5
    max_drops: int = 5


@dataclass(frozen=True)
class Verdicts:
    """What a review came to: a verdict for every edit, every account once."""

    edit_verdicts: EditVerdictsFrame
    reviewed_books: ReviewedBooksFrame


PLUS_MINUS_FIVE = Bounds()


def judge(
    edits: ReviewEditsFrame,
    books: ReviewBooksFrame,
    reps: ReviewRepsFrame,
    fallback: FallbackFrame,
    *,
    bounds: Bounds = PLUS_MINUS_FIVE,
    coverage_overrides: CoverageOverridesFrame | None = None,
    withdrawn: WithdrawnFrame | None = None,
) -> Verdicts:
    """A verdict for every edit and the books after review; the frames' columns are in `review_facts`.

    Parameters
    ----------
    edits
        REVIEW_EDITS: each person's latest submission only.
    books
        REVIEW_BOOKS: every account of the cycle's pool, locks and overflow included, with its proposed owner.
    reps
        REVIEW_REPS: field reps and Inside Sales members; `fixed_count` is what counts in a rep's capacity
        and is not in `books`.
    fallback
        FALLBACK: for every unlocked account in a field book, the Inside Sales member who takes it at need.
    bounds
        How many adds and drops one book can take.
    coverage_overrides
        COVERAGE_OVERRIDES: Growth Strategy's named exceptions from covered states.
    withdrawn
        WITHDRAWN: accounts that a narrower open cycle has taken over; they stay with their current owner.

    Raises
    ------
    BrokenInvariant
        Where `books` name an unknown rep, or a dropped account has nowhere to go.
    """
    overrides = COVERAGE_OVERRIDES.empty() if coverage_overrides is None else coverage_overrides
    withdrawn = WITHDRAWN.empty() if withdrawn is None else withdrawn
    rows = read_edits(edits)
    facts = read_facts(books, reps, fallback, overrides, withdrawn, (edit.account_id for edit in rows))
    refusals = refuse_faulty(rows, facts)
    counter = Counter([edit for edit in rows if edit not in refusals], facts, bounds.max_adds, bounds.max_drops)
    settlement = settle(counter)
    refusals |= settlement.refusals(counter)
    places = place(settlement.tally, counter)
    verdicts = [_verdict(edit, refusals.get(edit), settlement.tally, places, facts) for edit in rows]
    return Verdicts(
        edit_verdicts=EDIT_VERDICTS.conform(pl.DataFrame(verdicts, schema=EDIT_VERDICTS.columns)),
        reviewed_books=withdraw(_reviewed(books, places), withdrawn),
    )


def withdraw(reviewed_books: ReviewedBooksFrame, withdrawn: WithdrawnFrame) -> ReviewedBooksFrame:
    """Reviewed books in which the accounts of `withdrawn` stay with their current owner."""
    gone = withdrawn.select("account_id", "other_cycle")
    books = reviewed_books.join(gone, on="account_id", how="left")
    is_gone = pl.col("other_cycle").is_not_null()
    changed = {
        "reviewed_owner_id": pl.col("current_owner_id"),
        "review_change": pl.lit("withdrawn"),
        "is_move": pl.lit(False),
        "move_reason": pl.lit("withdrawn"),
        "reason_sentence": pl.format("Withdrawn: the narrower cycle {} decides its owner", "other_cycle"),
    }
    books = books.with_columns(
        **{name: pl.when(is_gone).then(value).otherwise(pl.col(name)) for name, value in changed.items()}
    )
    return REVIEWED_BOOKS.conform(books)


def _verdict(
    edit: Edit, refusal: Refusal | None, tally: Tally, places: dict[str, Place], facts: ReviewFacts
) -> dict[str, object]:
    content = {name: getattr(edit, name) for name in REVIEW_EDITS.columns}
    content |= {"rep_id": edit.rep_id or None, "account_id": edit.account_id or None}
    if refusal is not None:
        return content | {"verdict": "refused", "rule": refusal.rule, "message": refusal.message}
    taking = tally.takings.get(edit.account_id)
    proposed = facts.accounts[edit.account_id].proposed_owner_id
    if edit.edit_kind == "add" and taking is not None and taking.is_held:
        message = (
            f"Account {edit.account_id} is proposed for {facts.name(proposed)} ({facts.region(proposed)}) and asked for"
            f" {facts.book(edit.rep_id)} ({facts.region(edit.rep_id)}) by one of the two regions only:"
            f" Growth Strategy decides. {edit.because}"
        )
        return content | {"verdict": "held", "rule": "one_voice", "message": message}
    found = places[edit.account_id]
    message = f"Account {edit.account_id} goes from {facts.name(proposed)} to {facts.name(found.owner_id)}."
    if found.review_change != "added":
        message += f" {found.sentence}."
    return content | {"verdict": "accepted", "rule": None, "message": message}


def _reviewed(books: ReviewBooksFrame, places: dict[str, Place]) -> ReviewedBooksFrame:
    rows = [
        (p.account_id, p.owner_id, p.review_change, (p.edit.edit_reason or "").strip(), p.sentence, p.edit.receipt_no)
        for p in places.values()
    ]
    names = ["account_id", "reviewed_owner_id", "review_change", "human_reason", "human_sentence", "receipt_no"]
    schema = {name: pl.Int64 if name == "receipt_no" else pl.String for name in names}
    changed = books.join(pl.DataFrame(rows, schema=schema, orient="row"), on="account_id", how="left")
    changed = changed.with_columns(
        pl.col("reviewed_owner_id").fill_null(pl.col("proposed_owner_id")),
        pl.col("review_change").fill_null("none"),
        move_reason=pl.coalesce("human_reason", "move_reason"),
        reason_sentence=pl.coalesce("human_sentence", "reason_sentence"),
    )
    is_move = pl.col("reviewed_owner_id").ne_missing(pl.col("current_owner_id"))
    return REVIEWED_BOOKS.conform(changed.with_columns(is_move=is_move))
