"""Keep-lists: what each rep is shown and asked before anything is redistributed, and what the answers come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.gates.gates import Addressee
from assignment_assets.domain.lock_facts import LockFactsFrame, LocksInput, lock_facts
from assignment_assets.domain.locks import PICKS, lock_candidates, settle
from assignment_assets.domain.packet_rows import LockListRowsFrame, lock_list_rows
from assignment_assets.domain.reading import Query, Readable
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import (
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    LOCK_VERDICTS,
    REPS,
    TEXT,
    WHOLE,
    LocksFrame,
    LockVerdictsFrame,
    RepsFrame,
    Table,
)

LockListRepsFrame = NewType("LockListRepsFrame", pl.DataFrame)
LOCK_LIST_REPS: Query[LockListRepsFrame] = Query(
    "lock_packets/lock_list_reps",
    (CURRENT_BOOKS, REPS, ELIGIBLE_POOL),
    ("rep_id",),
    {"rep_id": TEXT, "name": TEXT, "email": TEXT, "capacity": WHOLE, "free_account_count": WHOLE},
)
ReturnedFrame = NewType("ReturnedFrame", pl.DataFrame)
RETURNED: Table[ReturnedFrame] = Table("returned", PICKS.key, PICKS.columns | {"rule": TEXT, "message": TEXT})
"""A list as it came back; a row that could not be read has a rule already."""


@dataclass(frozen=True)
class LockListsInput:
    """What lock lists are drawn from."""

    facts: LockFactsFrame
    reps: RepsFrame
    asked: LockListRepsFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str, config: RunConfig) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(facts=lock_facts(reader, config), reps=reader.table(REPS), asked=reader.answer(LOCK_LIST_REPS))


@dataclass(frozen=True)
class LockLists:
    """The lists to send, and who is asked; one rep a list."""

    rows: LockListRowsFrame
    reps: LockListRepsFrame

    @property
    def addressees(self) -> list[Addressee]:
        """Every rep who has a list, in the order of their ids."""
        return [
            Addressee(person=rep["rep_id"], name=rep["name"], email=rep["email"] or "", file="lock_list.xlsx")
            for rep in self.reps.iter_rows(named=True)
        ]

    def summary(self) -> pl.DataFrame:
        """rep_id, accounts, and how many of them lock by themselves (automatic)."""
        automatic = self.rows.group_by("rep_id").agg(automatic=pl.col("lock_kind").is_not_null().sum())
        return self.reps.select("rep_id", accounts="free_account_count").join(automatic, on="rep_id").sort("rep_id")


def lock_lists(given: LockListsInput, config: RunConfig) -> LockLists:
    """A list for every active field rep who owns a free account."""
    return LockLists(lock_list_rows(lock_candidates(given.facts, config), given.reps), given.asked)


def settle_lists(
    returned: Sequence[pl.DataFrame], given: LocksInput, config: RunConfig
) -> tuple[LocksFrame, LockVerdictsFrame]:
    """The locks, and a verdict on every row that a rep returned and every lock that did not fit.

    A row that could not be read (it has a `rule` already) is refused with that rule and takes no part.

    Parameters
    ----------
    returned
        The lists that count, each with the columns of RETURNED, in workbook order.
    """
    rows = RETURNED.shaped(pl.concat([RETURNED.empty(), *returned], how="diagonal_relaxed"))
    picks, unusable = rows.filter(pl.col("rule").is_null()), rows.filter(pl.col("rule").is_not_null())
    locks, verdicts = settle(lock_candidates(given.facts, config), PICKS.shaped(picks), given.seats, config)
    unusable = unusable.with_columns(lock_kind=pl.lit(""), verdict=pl.lit("refused"))
    return locks, LOCK_VERDICTS.conform(pl.concat([verdicts, unusable.select(list(LOCK_VERDICTS.columns))]))
