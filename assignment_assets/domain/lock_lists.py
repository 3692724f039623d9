"""Keep-lists: what each rep is shown and asked before anything is redistributed, and what the answers come to."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.gates.gates import Addressee
from assignment_assets.domain.locks import free_seats, lock_candidates, settle
from assignment_assets.domain.packet_rows import lock_list_rows
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import LOCK_VERDICTS

RETURNED = {
    "rep_id": pl.String,
    "receipt_no": pl.Int64,
    "row_no": pl.Int64,
    "account_id": pl.String,
    "answer": pl.String,
    "rule": pl.String,
    "message": pl.String,
}


@dataclass(frozen=True)
class LockLists:
    """The lists to send: `rows` (as `packet_rows.lock_list_rows`), and who is asked (`reps`: rep_id, name, email,
    capacity; one row a list)."""

    rows: pl.DataFrame
    reps: pl.DataFrame

    @property
    def addressees(self) -> list[Addressee]:
        """Every rep who has a list, in the order of their ids."""
        return [
            Addressee(person=rep["rep_id"], name=rep["name"], email=rep["email"] or "", file="lock_list.xlsx")
            for rep in self.reps.iter_rows(named=True)
        ]

    def summary(self) -> pl.DataFrame:
        """rep_id, accounts, and how many of them lock by themselves (automatic)."""
        by_rep = self.rows.group_by("rep_id")
        return by_rep.agg(pl.len().alias("accounts"), automatic=pl.col("lock_kind").is_not_null().sum()).sort("rep_id")


def lock_lists(
    accounts: pl.DataFrame,
    opportunities: pl.DataFrame,
    pool: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    config: RunConfig,
) -> LockLists:
    """A list for every active field rep who owns a free account; the frames are the tables of the setup."""
    rows = lock_list_rows(lock_candidates(accounts, opportunities, pool, books, config), reps)
    asked = reps.join(rows.select("rep_id").unique(), on="rep_id", how="semi").sort("rep_id")
    seats = books.select("rep_id", "capacity")
    return LockLists(rows, asked.select("rep_id", "name", "email").join(seats, on="rep_id", maintain_order="left"))


def settle_lists(
    returned: Sequence[pl.DataFrame],
    accounts: pl.DataFrame,
    opportunities: pl.DataFrame,
    pool: pl.DataFrame,
    books: pl.DataFrame,
    config: RunConfig,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The locks (LOCKS), and a verdict on every row that a rep returned and every lock that did not fit.

    A row that could not be read (it has a `rule` already) is refused with that rule and takes no part.

    Parameters
    ----------
    returned
        The lists that count, each with the columns of RETURNED, in workbook order.
    accounts, opportunities, pool, books
        Tables `accounts`, `opportunities`, `eligible_pool`, `current_books`.
    """
    rows = pl.concat([pl.DataFrame(schema=RETURNED), *returned], how="diagonal_relaxed")
    candidates = lock_candidates(accounts, opportunities, pool, books, config)
    picks, unusable = rows.filter(pl.col("rule").is_null()), rows.filter(pl.col("rule").is_not_null())
    locks, verdicts = settle(candidates, picks, free_seats(books, pool), config)
    unusable = unusable.with_columns(lock_kind=pl.lit(""), verdict=pl.lit("refused"))
    return locks, LOCK_VERDICTS.conform(pl.concat([verdicts, unusable.select(list(LOCK_VERDICTS.columns))]))
