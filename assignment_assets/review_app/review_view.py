"""What a review is looked at with: the proposal of a cycle, and what edits would come to if the gate closed now."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Semaphore
from typing import Any

import polars as pl

from assignment_assets.domain.assignment.assigned import assigned
from assignment_assets.domain.gates.gates import Receipt
from assignment_assets.domain.packet_rows import book_summary
from assignment_assets.domain.review.facts import (
    REVIEW_EDITS,
    WITHDRAWN,
    FallbackFrame,
    ReviewBooksFrame,
    ReviewEditsFrame,
    ReviewRepsFrame,
    WithdrawnFrame,
    person_key,
)
from assignment_assets.domain.review.inputs import PEOPLE, REVIEWABLE, Proposal, fallback
from assignment_assets.domain.review.rule import Bounds, Verdicts, judge
from assignment_assets.domain.review.shown import EDITABLE, MOVES, by_value, editable_rows
from assignment_assets.domain.setup.eligible_pool import (
    HOLDINGS,
    OPEN_CLAIMS,
    HoldingsFrame,
    fixed_accounts,
    taken_over,
)
from assignment_assets.domain.setup.overrides import CoverageOverridesFrame, coverage_overrides
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    OVERFLOW,
    PROPOSED_BOOKS,
    REPS,
    AccountsFrame,
    CurrentBooksFrame,
    EditVerdictsFrame,
    OverflowFrame,
    ProposedBooksFrame,
    RepsFrame,
    Table,
)
from assignment_assets.io.intake.look import archived
from assignment_assets.io.workbooks.review_return import read_review
from assignment_assets.report.books import field_reps, ownership
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.gate import GateState

TABLES: tuple[Table[Any], ...] = (ACCOUNTS, ELIGIBLE_POOL, CURRENT_BOOKS, REPS, PROPOSED_BOOKS, OVERFLOW)
MOST_PROVISIONAL = 6  # each holds every book of the cycle
MOST_READ = 2_000
_JUDGING = Semaphore(2)  # every judgement copies the cycle's books: a rush of people would fill the memory


@dataclass(frozen=True)
class ReviewView:
    """A cycle's proposal as reviews need it; frames as the rules in `domain` name them."""

    accounts: AccountsFrame
    reps: RepsFrame
    current_books: CurrentBooksFrame
    proposed: ProposedBooksFrame
    overflow: OverflowFrame
    rows: pl.DataFrame
    moves: pl.DataFrame
    editable: pl.DataFrame
    fixed: HoldingsFrame
    books: ReviewBooksFrame
    people: ReviewRepsFrame
    fallback: FallbackFrame
    overrides: CoverageOverridesFrame
    bounds: Bounds

    def regions_of(self, director: str) -> list[str]:
        """The regions whose field reps report to the director."""
        field = self.people.filter(pl.col("team") == "field").select("director_email", "region").drop_nulls()
        return sorted({region for email, region in field.iter_rows() if person_key(email) == person_key(director)})

    def summary(self, after: pl.DataFrame) -> pl.DataFrame:
        """Each field rep's book before and after; `after` has account_id and rep_id."""
        before, later = (
            HOLDINGS.conform(pl.concat([self.fixed, owned]))
            for owned in (self.rows.select("account_id", rep_id="current_owner_id"), after)
        )
        return book_summary(before, later, self.accounts, self.current_books, self.reps)

    def owned(self, reviewed: pl.DataFrame) -> pl.DataFrame:
        """Every account with its owner before, as proposed and as reviewed."""
        return ownership(self.accounts, self.proposed, self.overflow, reviewed)

    def measured(self, regions: list[str]) -> pl.DataFrame:
        """The regions' reps whose books are compared."""
        return field_reps(self.reps, self.current_books).filter(pl.col("region").is_in(regions))


@dataclass(frozen=True)
class Provisional:
    """What all edits known now would come to.

    `own` maps (kind, rep, account) of the visitor's edits to (verdict, message); `others_adds` and `others_drops` map
    a rep to the accounts by which other people's edits use up that book's bounds.
    """

    verdicts: Verdicts
    own: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    others_adds: dict[str, set[str]] = field(default_factory=dict)
    others_drops: dict[str, set[str]] = field(default_factory=dict)


def desk_of(request: PageRequest) -> ReviewView:
    """The cycle's proposal, drawn once for each time that it is published."""
    context, cycle = request.context, request.cycle

    def draw() -> ReviewView:
        config = context.config(cycle)
        with context.cache.reading(cycle) as reader:
            proposal, reviewable = Proposal.through(reader), reader.answer(REVIEWABLE)
            people, moves, editable = reader.answer(PEOPLE), reader.answer(MOVES), reader.answer(EDITABLE)
        return ReviewView(
            accounts=proposal.accounts,
            reps=proposal.reps,
            current_books=proposal.books,
            proposed=proposal.proposed,
            overflow=proposal.overflow,
            rows=assigned(proposal.proposed, proposal.overflow),
            moves=by_value(moves),
            editable=editable_rows(editable),
            fixed=fixed_accounts(proposal.pool),
            books=reviewable,
            people=people,
            fallback=fallback(reviewable, proposal.pool, proposal.books, config),
            overrides=coverage_overrides(config),
            bounds=Bounds(config.max_adds, config.max_drops),
        )

    return context.cache.drawn("review view", cycle, TABLES, draw)


def provisional(
    request: PageRequest, gate_state: GateState, view: ReviewView, edits: list[dict[str, Any]]
) -> Provisional:
    """What the edits would come to beside everybody else's last submission, were the gate to close now."""
    receipts = tuple(each for each in gate_state.counting if each.person != request.person)
    taken = withdrawn_now(request)
    key = "provisional", request.person, tuple(each.digest for each in receipts), repr(edits), tuple(taken.rows())

    def draw() -> Provisional:
        with _JUDGING:
            others: list[pl.DataFrame] = [_edits_of(request, receipt) for receipt in receipts]
            alone = _judge(view, others, taken)
            adds, drops = used(alone.edit_verdicts, view)
            number = max((each.receipt_no for each in gate_state.counting), default=0) + 1
            own = pl.DataFrame(
                [_as_edit(edit, row_no, number, request.person) for row_no, edit in enumerate(edits, 1)],
                schema=REVIEW_EDITS.columns,
            )
            verdicts = _judge(view, [*others, own], taken) if edits else alone
            mine = verdicts.edit_verdicts.filter(pl.col("receipt_no") == number)
            told = {
                (row["edit_kind"], row["rep_id"], row["account_id"]): (
                    row["verdict"],
                    to_you(row["message"], request.person, number),
                )
                for row in mine.to_dicts()
            }
            return Provisional(verdicts, told, adds, drops)

    return request.context.cache.drawn(key, request.cycle, TABLES, draw, MOST_PROVISIONAL)


def to_you(message: str, person: str, receipt_no: int) -> str:
    """A verdict's sentence as the author of the edit reads it."""
    author = f"{person} (receipt {receipt_no})"
    return (
        message.replace(f". {author}", ". You")
        .replace(f"{person}'s review (receipt {receipt_no})", "your review")
        .replace(author, "you")
    )


def withdrawn_now(request: PageRequest) -> WithdrawnFrame:
    """The accounts that a narrower open cycle has taken over meanwhile."""
    claims = request.context.cache.answer(request.cycle, OPEN_CLAIMS)
    return WITHDRAWN.conform(taken_over(claims, request.context.config(request.cycle).scope))


def used(verdicts: EditVerdictsFrame, view: ReviewView) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Accounts that count as adds and as drops of each book, net: accepted and held edits on both ends."""
    adds, drops = defaultdict(set), defaultdict(set)
    gate_state = verdicts.filter(pl.col("verdict").is_in(["accepted", "held"])).join(
        view.books.select("account_id", "proposed_owner_id", "owner_kind"), on="account_id", how="left"
    )
    for row in gate_state.to_dicts():
        if row["edit_kind"] == "add":
            adds[row["rep_id"]].add(row["account_id"])
        if row["owner_kind"] == "field":
            drops[row["proposed_owner_id"]].add(row["account_id"])
    return dict(adds), dict(drops)


def sent_edits(request: PageRequest, receipt: Receipt | None) -> list[dict[str, Any]]:
    """The usable edits of a receipt, in the columns of a draft."""
    if receipt is None:
        return []
    return [dict(edit) for edit in _usable(archived(request.context.folder, receipt))]


@lru_cache(maxsize=MOST_READ)
def _usable(path: Path) -> tuple[dict[str, Any], ...]:
    """The usable edits of an archived review; the archive names files by their content, which never changes."""
    rows = read_review(path).edits.filter(pl.col("rule").is_null())
    return tuple(rows.select("edit_kind", "account_id", "rep_id", reason="edit_reason", note="note").to_dicts())


def _edits_of(request: PageRequest, receipt: Receipt) -> ReviewEditsFrame:
    rows = [
        _as_edit(edit, row_no, receipt.receipt_no, receipt.person)
        for row_no, edit in enumerate(sent_edits(request, receipt), 1)
    ]
    return REVIEW_EDITS.conform(pl.DataFrame(rows, schema=REVIEW_EDITS.columns))


def _as_edit(edit: dict[str, Any], row_no: int, receipt_no: int, director: str) -> dict[str, Any]:
    return {
        "receipt_no": receipt_no,
        "director": director,
        "row_no": row_no,
        "edit_kind": edit["edit_kind"],
        "rep_id": edit["rep_id"],
        "account_id": edit["account_id"],
        "edit_reason": edit["reason"],
        "note": edit["note"],
    }


def _judge(view: ReviewView, edits: list[pl.DataFrame], taken: WithdrawnFrame) -> Verdicts:
    return judge(
        REVIEW_EDITS.conform(pl.concat([REVIEW_EDITS.empty(), *edits])),
        view.books,
        view.people,
        view.fallback,
        bounds=view.bounds,
        coverage_overrides=view.overrides,
        withdrawn=taken,
    )
