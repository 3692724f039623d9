"""What the optimiser solves and the proposal explains: the setup of a cycle, its locks and its families."""

from dataclasses import dataclass
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.assignment.families import FAMILY_MEMBERS, FamilyMembersFrame
from assignment_assets.domain.lock_facts import FREE_SEATS, FreeSeatsFrame
from assignment_assets.domain.reading import Readable, Reader
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    FLAG,
    LOCKS,
    REAL,
    REFERRING_FRONT,
    REFERRING_FRONT_BOOKS,
    REPS,
    TEXT,
    WHOLE,
    AccountsFrame,
    CurrentBooksFrame,
    EligiblePoolFrame,
    LocksFrame,
    ReferringFrontBooksFrame,
    ReferringFrontFrame,
    RepsFrame,
    Table,
)


@dataclass(frozen=True)
class ProblemInput:
    """What the optimisation problem of a cycle is made of."""

    accounts: AccountsFrame
    pool: EligiblePoolFrame
    locks: LocksFrame
    books: CurrentBooksFrame
    reps: RepsFrame
    members: FamilyMembersFrame

    @classmethod
    def of(cls, reader: Reader) -> Self:
        """The rows that the reader opens."""
        return cls(
            accounts=reader.table(ACCOUNTS),
            pool=reader.table(ELIGIBLE_POOL),
            locks=reader.table(LOCKS),
            books=reader.table(CURRENT_BOOKS),
            reps=reader.table(REPS),
            members=reader.answer(FAMILY_MEMBERS),
        )

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls.of(reader)


@dataclass(frozen=True)
class ProposalInput:
    """The problem, the seats that fixed accounts leave, and the front of which a point was chosen."""

    problem: ProblemInput
    seats: FreeSeatsFrame
    front: ReferringFrontFrame
    front_books: ReferringFrontBooksFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                problem=ProblemInput.of(reader),
                seats=reader.answer(FREE_SEATS),
                front=reader.table(REFERRING_FRONT),
                front_books=reader.table(REFERRING_FRONT_BOOKS),
            )

    @property
    def chosen(self) -> ReferringFrontBooksFrame:
        """The books of the chosen point."""
        point = self.front.filter("is_chosen")["point"].item()
        return REFERRING_FRONT_BOOKS.conform(self.front_books.filter(pl.col("point") == point))


SolvedBooksFrame = NewType("SolvedBooksFrame", pl.DataFrame)
SOLVED_BOOKS: Table[SolvedBooksFrame] = Table(
    "solved_books",
    ("account_id",),
    {
        "account_id": TEXT,
        "rep_id": TEXT,  # null: overflow
        "phase": TEXT,
        "drive_minutes": WHOLE,
        "runner_up_rep_id": TEXT,
        "is_capped": FLAG,
        "keep_blocked": TEXT,
        "keep_cost_imbalance": REAL,
        "keep_cost_minutes": REAL,
        "keep_cost_moves": REAL,
        "tie_rep_id": TEXT,
        "tie_minutes": WHOLE,
        "tie_performance": REAL,
        "performance": REAL,
    },
)
SolvedFamiliesFrame = NewType("SolvedFamiliesFrame", pl.DataFrame)
SOLVED_FAMILIES: Table[SolvedFamiliesFrame] = Table(
    "solved_families", ("family_id",), {"family_id": TEXT, "outcome": TEXT, "rep_id": TEXT}
)


@dataclass(frozen=True)
class Solved:
    """What the optimiser found, as frames."""

    books: SolvedBooksFrame
    families: SolvedFamiliesFrame
