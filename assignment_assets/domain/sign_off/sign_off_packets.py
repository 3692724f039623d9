"""What each region is about to sign: held edits decided, every move with its digest, what a signer is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.gate import REVIEW_GATE
from assignment_assets.domain.gates.gates import Addressee
from assignment_assets.domain.identity.file_names import plain_name
from assignment_assets.domain.packet_rows import books_before_and_after, move_rows
from assignment_assets.domain.review.held_edits import Decided, decide
from assignment_assets.domain.review.inputs import review_reps
from assignment_assets.domain.review.rule import withdraw
from assignment_assets.domain.setup.eligible_pool import fixed_accounts, taken_over
from assignment_assets.domain.setup.freeze import revision_of_gate
from assignment_assets.domain.sign_off.packets import packets
from assignment_assets.domain.sign_off.signed_files import SignedFile, held_edit_decisions
from assignment_assets.domain.sign_off.verdicts import entitlements

SIGN_OFF_DAYS = 90  # a sign-off is never assumed: the deadline only ends the reminders


@dataclass(frozen=True)
class RegionPacket:
    """One region's part: its digest, its books, and its moves with names and values."""

    digest: str
    books: pl.DataFrame
    moves: pl.DataFrame


@dataclass(frozen=True)
class SignOffPackets:
    """All regions together.

    Attributes
    ----------
    decided
        The books as they would be signed, and the verdicts on decisions.
    rows, digests
        SIGN_OFF_PACKETS and REGION_DIGESTS.
    books
        As `packet_rows.book_summary` gives them.
    named
        Name, state, value and the names of both ends of every account that moves.
    entitled
        ENTITLEMENTS.
    """

    decided: Decided
    rows: pl.DataFrame
    digests: pl.DataFrame
    books: pl.DataFrame
    named: pl.DataFrame
    entitled: pl.DataFrame

    @property
    def addressees(self) -> tuple[Addressee, ...]:
        """Everybody who may sign a region that has something to sign, once for each region."""
        signed = self.entitled.filter(pl.col("region").is_in(self.digests["region"].implode()))
        return tuple(
            Addressee(
                person=person, name=person, email=person, file=f"{plain_name(region.lower())}.xlsx", subject=region
            )
            for person, region in signed.select("person", "region").iter_rows()
        )

    def of(self, region: str) -> RegionPacket:
        """What a signer of this region is shown."""
        is_own = pl.col("region") == region
        return RegionPacket(
            digest=self.digests.filter(is_own)["digest"].item(),
            books=self.books.filter(is_own).sort("rep_id"),
            moves=self.rows.filter(is_own).join(self.named, on="account_id").sort("account_id"),
        )


def sign_off_packets(
    accounts: pl.DataFrame,
    pool: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    proposed: pl.DataFrame,
    reviewed: pl.DataFrame,
    verdicts: pl.DataFrame,
    claims: pl.DataFrame,
    files: Iterable[SignedFile],
    signers: Mapping[str, Iterable[str]],
    *,
    cycle: str,
    scope: str,
    revision: int,
) -> SignOffPackets:
    """The packets of a cycle that has been reviewed.

    Accounts that a narrower cycle has taken over since the review stay with their owner; then what Growth Strategy has
    decided on held edits is applied; what is still held keeps its regions from being signed.

    Parameters
    ----------
    accounts, pool, books, reps, proposed, reviewed, verdicts
        Tables `accounts`, `eligible_pool`, `current_books`, `reps`, `proposed_books`, `reviewed_books`,
        `edit_verdicts`.
    claims
        What other open cycles free too (``sql/eligible_pool/open_claims.sql``).
    files, signers
        Growth Strategy's signed decisions so far, and who may sign (as `verdicts.entitlements` takes it).
    cycle, scope, revision
        Of this cycle, now.
    """
    people = review_reps(books, reps, pool)
    entitled = entitlements(people, signers)
    standing = withdraw(reviewed, taken_over(claims, scope))
    decided = decide(standing, verdicts, held_edit_decisions(files), people, entitled)
    shown, digests = packets(decided.reviewed_books, decided.edit_verdicts, people, cycle=cycle, revision=revision)
    costs = proposed.select("account_id", pl.selectors.starts_with("keep_cost"))
    rows = decided.reviewed_books.rename({"reviewed_owner_id": "new_owner_id"}).join(costs, on="account_id", how="left")
    return SignOffPackets(
        decided=decided,
        rows=shown,
        digests=digests,
        books=books_before_and_after(rows, fixed_accounts(pool), accounts, books, reps),
        named=move_rows(rows, accounts, reps).select(
            "account_id", "name", "state", "from_name", "to_name", "value_cents"
        ),
        entitled=entitled,
    )


def require_reviewed(cycle: str, published: Mapping[str, Mapping[str, Any]], events: pl.DataFrame) -> None:
    """Nothing, or CycleClosed where the books that would be signed were not reviewed since the cycle was re-opened.

    Parameters
    ----------
    published
        The cycle's published tables: name → revision and more.
    events
        CYCLE_EVENTS.
    """
    reviewed, revision = published.get("reviewed_books"), revision_of_gate(events, REVIEW_GATE.name)
    if reviewed is None or reviewed["revision"] < revision:
        found = f"of revision {reviewed['revision']}" if reviewed else "not there"
        raise CycleClosed(
            f"cycle {cycle}, sign_off_packets: its reviewed books are {found}, expected those of revision {revision}. "
            f"`assignment cycle status {cycle}` says what comes first."
        )
