"""What each asset of the waterfall is judged over, once it has been written."""

from dataclasses import dataclass
from typing import Self

from assignment_assets.domain.assignment.families import FAMILY_MEMBERS, FamilyMembersFrame
from assignment_assets.domain.lock_facts import FREE_SEATS, FreeSeatsFrame
from assignment_assets.domain.reading import Readable, Reader
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CURRENT_BOOKS,
    DECIDED_BOOKS,
    EDIT_VERDICTS,
    ELIGIBLE_POOL,
    FAMILIES,
    LOCKS,
    OVERFLOW,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    REPS,
    REVIEWED_BOOKS,
    RUN_CONFIG,
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
    AccountsFrame,
    ApprovedDiffFrame,
    CurrentBooksFrame,
    DecidedBooksFrame,
    EditVerdictsFrame,
    EligiblePoolFrame,
    FamiliesFrame,
    LocksFrame,
    OverflowFrame,
    ProposedBooksFrame,
    RegionDigestsFrame,
    RepsFrame,
    ReviewedBooksFrame,
    RunConfigFrame,
    SignOffPacketsFrame,
    SignOffVerdictsFrame,
    WriteBackLogFrame,
)


@dataclass(frozen=True)
class PoolChecked:
    """The source and what became of it."""

    accounts: AccountsFrame
    pool: EligiblePoolFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                accounts=reader.table(ACCOUNTS),
                pool=reader.table(ELIGIBLE_POOL),
            )


@dataclass(frozen=True)
class LocksChecked:
    """Locks, and what they are taken from."""

    pool: EligiblePoolFrame
    locks: LocksFrame
    books: CurrentBooksFrame
    seats: FreeSeatsFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                pool=reader.table(ELIGIBLE_POOL),
                locks=reader.table(LOCKS),
                books=reader.table(CURRENT_BOOKS),
                seats=reader.answer(FREE_SEATS),
            )


@dataclass(frozen=True)
class Setting:
    """What every set of books has to fit: the config, the accounts and people, the locks, the seats."""

    run_config: RunConfigFrame
    accounts: AccountsFrame
    pool: EligiblePoolFrame
    locks: LocksFrame
    books: CurrentBooksFrame
    reps: RepsFrame
    seats: FreeSeatsFrame

    @classmethod
    def of(cls, reader: Reader) -> Self:
        """The rows that the reader opens."""
        return cls(
            run_config=reader.table(RUN_CONFIG),
            accounts=reader.table(ACCOUNTS),
            pool=reader.table(ELIGIBLE_POOL),
            locks=reader.table(LOCKS),
            books=reader.table(CURRENT_BOOKS),
            reps=reader.table(REPS),
            seats=reader.answer(FREE_SEATS),
        )


@dataclass(frozen=True)
class ProposalChecked:
    """The proposal, and what it has to fit."""

    setting: Setting
    members: FamilyMembersFrame
    proposed: ProposedBooksFrame
    overflow: OverflowFrame
    families: FamiliesFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                setting=Setting.of(reader),
                members=reader.answer(FAMILY_MEMBERS),
                proposed=reader.table(PROPOSED_BOOKS),
                overflow=reader.table(OVERFLOW),
                families=reader.table(FAMILIES),
            )


@dataclass(frozen=True)
class ReviewChecked:
    """The reviewed books, and what they have to fit."""

    setting: Setting
    reviewed: ReviewedBooksFrame
    verdicts: EditVerdictsFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                setting=Setting.of(reader),
                reviewed=reader.table(REVIEWED_BOOKS),
                verdicts=reader.table(EDIT_VERDICTS),
            )


@dataclass(frozen=True)
class PacketsChecked:
    """The books as decided, and what is shown of them for signing."""

    decided: DecidedBooksFrame
    packets: SignOffPacketsFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                decided=reader.table(DECIDED_BOOKS),
                packets=reader.table(SIGN_OFF_PACKETS),
            )


@dataclass(frozen=True)
class SignOffChecked:
    """What is approved, and what it was signed over."""

    approved: ApprovedDiffFrame
    verdicts: SignOffVerdictsFrame
    reps: RepsFrame
    digests: RegionDigestsFrame
    log: WriteBackLogFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                approved=reader.table(APPROVED_DIFF),
                verdicts=reader.table(SIGN_OFF_VERDICTS),
                reps=reader.table(REPS),
                digests=reader.table(REGION_DIGESTS),
                log=reader.table(WRITE_BACK_LOG),
            )


@dataclass(frozen=True)
class LogChecked:
    """What is approved, and what was written."""

    approved: ApprovedDiffFrame
    log: WriteBackLogFrame
    is_by_hand: bool = False

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                approved=reader.table(APPROVED_DIFF),
                log=reader.table(WRITE_BACK_LOG),
            )
