"""What each Regional Director is shown: their regions' books before and after, the moves, what they may ask for."""

from dataclasses import dataclass
from typing import Self

import polars as pl

from assignment_assets.domain.assignment.assigned import assigned
from assignment_assets.domain.gates.gates import Addressee
from assignment_assets.domain.identity.person_keys import safe_key
from assignment_assets.domain.packet_rows import books_before_and_after
from assignment_assets.domain.reading import Readable
from assignment_assets.domain.review.directors import director_name, regional_directors
from assignment_assets.domain.review.inputs import Proposal
from assignment_assets.domain.review.shown import (
    CANDIDATES,
    EDITABLE,
    MOVES,
    CandidatesFrame,
    EditableAccountsFrame,
    ProposedMovesFrame,
    by_value,
    editable_rows,
)
from assignment_assets.domain.setup.eligible_pool import fixed_accounts

SHOWN_CANDIDATES = 500


@dataclass(frozen=True)
class ReviewPacketsInput:
    """What packets to review are drawn from."""

    proposal: Proposal
    moves: ProposedMovesFrame
    editable: EditableAccountsFrame
    candidates: CandidatesFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                proposal=Proposal.through(reader),
                moves=reader.answer(MOVES),
                editable=reader.answer(EDITABLE),
                candidates=reader.answer(CANDIDATES),
            )


@dataclass(frozen=True)
class DirectorReview:
    """One director's part; the frames are those of ReviewPackets, of the director's regions."""

    name: str
    regions: list[str]
    books: pl.DataFrame
    moves: pl.DataFrame
    books_rows: pl.DataFrame
    candidates: pl.DataFrame


@dataclass(frozen=True)
class ReviewPackets:
    """All regions together, and the directors who are asked (e-mail → regions).

    Frames: a row a field rep's book, before and after; a move; an account that may be dropped; one to ask for; a
    receiver.
    """

    directors: dict[str, list[str]]
    books: pl.DataFrame
    moves: pl.DataFrame
    books_rows: pl.DataFrame
    candidates: pl.DataFrame
    receivers: pl.DataFrame

    @property
    def addressees(self) -> list[Addressee]:
        """Every director who is asked."""
        return [
            Addressee(person=safe_key(email), name=director_name(email), email=email, file="review.xlsx")
            for email in self.directors
        ]

    def summary(self) -> pl.DataFrame:
        """to_region and how many moves go there (`moves in`)."""
        return self.moves.group_by("to_region").len("moves in").sort("to_region")

    def of(self, director: str) -> DirectorReview:
        """What this director, named as an addressee, is shown.

        A move is there with either end, candidates of the states that their receivers cover, the most valuable first
        and not more than `SHOWN_CANDIDATES`.
        """
        email, own = next((email, own) for email, own in self.directors.items() if safe_key(email) == director)
        is_own = pl.col("region").is_in(own)
        covered = self.receivers.filter(is_own)["covered_states"].explode().drop_nulls().unique()
        return DirectorReview(
            name=director_name(email),
            regions=own,
            books=self.books.filter(is_own),
            moves=self.moves.filter(pl.col("from_region").is_in(own) | pl.col("to_region").is_in(own)),
            books_rows=self.books_rows.filter(is_own),
            candidates=self.candidates.filter(pl.col("state").is_in(covered.implode())).head(SHOWN_CANDIDATES),
        )


def review_packets(given: ReviewPacketsInput) -> ReviewPackets:
    """What goes out to review of a proposal."""
    proposal = given.proposal
    rows = assigned(proposal.proposed, proposal.overflow)
    return ReviewPackets(
        directors=regional_directors(proposal.reps, proposal.books, given.moves),
        books=books_before_and_after(
            rows, fixed_accounts(proposal.pool), proposal.accounts, proposal.books, proposal.reps
        ),
        moves=by_value(given.moves),
        books_rows=editable_rows(given.editable),
        candidates=by_value(given.candidates),
        receivers=proposal.books.filter("is_receiver"),
    )
