"""What each region is about to sign: held edits decided, every move with its digest, what a signer is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NewType, Self

import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.gate import REVIEW_GATE
from assignment_assets.domain.gates.gates import Addressee
from assignment_assets.domain.identity.file_names import plain_name
from assignment_assets.domain.identity.person_keys import safe_key
from assignment_assets.domain.packet_rows import books_before_and_after
from assignment_assets.domain.reading import Query, Readable
from assignment_assets.domain.review.facts import WITHDRAWN, ReviewRepsFrame
from assignment_assets.domain.review.held_edits import Decided, EntitlementsFrame, decide
from assignment_assets.domain.review.inputs import PEOPLE
from assignment_assets.domain.review.rule import withdraw
from assignment_assets.domain.setup.eligible_pool import OPEN_CLAIMS, OpenClaimsFrame, fixed_accounts, taken_over
from assignment_assets.domain.setup.freeze import revision_of_gate
from assignment_assets.domain.sign_off.packets import packets
from assignment_assets.domain.sign_off.signed_files import SignedFile, held_edit_decisions
from assignment_assets.domain.sign_off.verdicts import entitlements
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    DECIDED_BOOKS,
    EDIT_VERDICTS,
    ELIGIBLE_POOL,
    FLAG,
    REPS,
    REVIEWED_BOOKS,
    SIGN_OFF_PACKETS,
    TEXT,
    WHOLE,
    AccountsFrame,
    CurrentBooksFrame,
    CycleEventsFrame,
    DecidedBooksFrame,
    EditVerdictsFrame,
    EligiblePoolFrame,
    RegionDigestsFrame,
    RepsFrame,
    ReviewedBooksFrame,
    SignOffPacketsFrame,
)

SIGN_OFF_DAYS = 90  # a sign-off is never assumed: the deadline only ends the reminders
PacketMovesFrame = NewType("PacketMovesFrame", pl.DataFrame)
PACKET_MOVES: Query[PacketMovesFrame] = Query(
    "sign_off_packets/moves",
    (SIGN_OFF_PACKETS, DECIDED_BOOKS, ACCOUNTS, REPS),
    SIGN_OFF_PACKETS.key,
    SIGN_OFF_PACKETS.columns
    | {
        "is_move": FLAG,
        "name": TEXT,
        "state": TEXT,
        "value_cents": WHOLE,
        "old_name": TEXT,
        "new_name": TEXT,
        "decided_name": TEXT,
    },
)


@dataclass(frozen=True)
class ToSignInput:
    """What is put together to be signed."""

    reviewed: ReviewedBooksFrame
    verdicts: EditVerdictsFrame
    people: ReviewRepsFrame
    claims: OpenClaimsFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                reviewed=reader.table(REVIEWED_BOOKS),
                verdicts=reader.table(EDIT_VERDICTS),
                people=reader.answer(PEOPLE),
                claims=reader.answer(OPEN_CLAIMS),
            )


@dataclass(frozen=True)
class ToSign:
    """What regions sign: the decisions on held edits, each region's moves and digest, and who may sign."""

    decided: Decided
    rows: SignOffPacketsFrame
    digests: RegionDigestsFrame
    entitled: EntitlementsFrame


@dataclass(frozen=True)
class SignersInput:
    """What signers are shown beside the moves' digests: drawn once what is to be signed is stored."""

    accounts: AccountsFrame
    pool: EligiblePoolFrame
    books: CurrentBooksFrame
    reps: RepsFrame
    decided: DecidedBooksFrame
    moves: PacketMovesFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                accounts=reader.table(ACCOUNTS),
                pool=reader.table(ELIGIBLE_POOL),
                books=reader.table(CURRENT_BOOKS),
                reps=reader.table(REPS),
                decided=reader.table(DECIDED_BOOKS),
                moves=reader.answer(PACKET_MOVES),
            )


@dataclass(frozen=True)
class RegionPacket:
    """One region's part: its digest, its books, and its moves with names and values."""

    digest: str
    books: pl.DataFrame
    moves: pl.DataFrame


@dataclass(frozen=True)
class SignOffPackets:
    """All regions together: what they sign, each book before and after, and the moves with names and values."""

    to_sign: ToSign
    books: pl.DataFrame
    moves: pl.DataFrame

    @property
    def addressees(self) -> tuple[Addressee, ...]:
        """Everybody who may sign a region that has something to sign, once for each region."""
        entitled, digests = self.to_sign.entitled, self.to_sign.digests
        signed = entitled.filter(pl.col("region").is_in(digests["region"].implode()))
        return tuple(
            Addressee(
                person=safe_key(person),
                name=person,
                email=person,
                file=f"{plain_name(region.lower())}.xlsx",
                subject=region,
            )
            for person, region in signed.select("person", "region").iter_rows()
        )

    def of(self, region: str) -> RegionPacket:
        """What a signer of this region is shown."""
        is_own = pl.col("region") == region
        return RegionPacket(
            digest=self.to_sign.digests.filter(is_own)["digest"].item(),
            books=self.books.filter(is_own).sort("rep_id"),
            moves=self.moves.filter(is_own),
        )


def to_sign(
    given: ToSignInput,
    files: Iterable[SignedFile],
    signers: Mapping[str, Iterable[str]],
    *,
    cycle: str,
    scope: str,
    revision: int,
) -> ToSign:
    """What each region of a cycle that has been reviewed signs.

    Accounts that a narrower cycle has taken over since the review stay with their owner; then what Growth Strategy has
    decided on held edits is applied; what is still held keeps its regions from being signed.

    Parameters
    ----------
    files, signers
        Growth Strategy's signed decisions so far, and who may sign (as `verdicts.entitlements` takes it).
    cycle, scope, revision
        Of this cycle, now.
    """
    entitled = entitlements(given.people, signers)
    standing = withdraw(given.reviewed, WITHDRAWN.conform(taken_over(given.claims, scope)))
    decided = decide(standing, given.verdicts, held_edit_decisions(files), given.people, entitled)
    rows, digests = packets(decided.reviewed_books, decided.edit_verdicts, given.people, cycle=cycle, revision=revision)
    return ToSign(decided, rows, digests, entitled)


def sign_off_packets(signed: ToSign, given: SignersInput) -> SignOffPackets:
    """What signers are shown of it."""
    owners = given.decided.rename({"reviewed_owner_id": "new_owner_id"})
    return SignOffPackets(
        to_sign=signed,
        books=books_before_and_after(owners, fixed_accounts(given.pool), given.accounts, given.books, given.reps),
        moves=given.moves.filter("is_move").with_columns(
            from_name=pl.col("old_name").fill_null("nobody"), to_name="decided_name"
        ),
    )


def require_reviewed(cycle: str, published: Mapping[str, Mapping[str, Any]], events: CycleEventsFrame) -> None:
    """Nothing, or CycleClosed where the books that would be signed were not reviewed since the cycle was re-opened.

    Parameters
    ----------
    published
        The cycle's published tables: name → revision and more.
    """
    reviewed, revision = published.get("reviewed_books"), revision_of_gate(events, REVIEW_GATE.name)
    if reviewed is None or reviewed["revision"] < revision:
        found = f"of revision {reviewed['revision']}" if reviewed else "not there"
        raise CycleClosed(
            f"cycle {cycle}, sign_off_packets: its reviewed books are {found}, expected those of revision {revision}. "
            f"`assignment cycle status {cycle}` says what comes first."
        )
