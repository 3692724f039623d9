"""Where an account without a seat goes: an Inside Sales queue and a member of it, so that none goes unworked."""

from typing import NewType

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.setup.current_books import INSIDE_SALES
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import TEXT, CurrentBooksFrame, Table

InsideSalesFrame = NewType("InsideSalesFrame", pl.DataFrame)
INSIDE_SALES_PLACES: Table[InsideSalesFrame] = Table(
    "inside_sales_places", ("account_id",), {"account_id": TEXT, "inside_sales_queue": TEXT, "member_id": TEXT}
)


def queue_of(config: RunConfig) -> pl.Expr:
    """The Inside Sales queue of an account, by `referral_status` and `is_referring`."""
    return (
        pl.when((pl.col("referral_status") == "l3m") | pl.col("is_referring"))
        .then(pl.lit(config.queue_for_referring))
        .when(pl.col("referral_status") == "dormant")
        .then(pl.lit(config.queue_for_dormant))
        .otherwise(pl.lit(config.queue_for_never_referred))
    )


def inside_sales_members(books: CurrentBooksFrame) -> pl.DataFrame:
    """rep_id and team of the Inside Sales members who can take accounts."""
    return books.filter(pl.col("team").is_in(INSIDE_SALES) & pl.col("is_active") & ~pl.col("is_on_leave")).select(
        "rep_id", "team"
    )


def inside_sales_queue(unseated: pl.DataFrame, books: CurrentBooksFrame, config: RunConfig) -> InsideSalesFrame:
    """The queue and the member of every account given.

    A member who owns the account already and works its queue keeps it; the others go one by one, in id order, to
    the member of the queue with the fewest accounts, ties in id order. A queue nobody works falls to the next one, the
    last one to the first.

    Parameters
    ----------
    unseated
        account_id, current_owner_id, referral_status, is_referring.
    config
        Names the queues.

    Raises
    ------
    InvalidInput
        There are accounts to place and no active Inside Sales member at all.
    """
    members = inside_sales_members(books)
    if unseated.height and not members.height:
        raise InvalidInput(
            "Inside Sales",
            [
                Fault(
                    "reps",
                    f"no active member of {', '.join(INSIDE_SALES)} is there for {unseated.height} accounts",
                    "at least one, so that no account goes unworked",
                    "Add a member to the source.",
                )
            ],
        )
    by_queue = {team: sorted(members.filter(pl.col("team") == team)["rep_id"]) for team in INSIDE_SALES}
    wanted = unseated.with_columns(inside_sales_queue=queue_of(config)).sort("account_id")
    loads: dict[str, int] = dict.fromkeys(members["rep_id"], 0)
    rows, waiting = [], []
    for account_id, owner_id, queue in wanted.select(
        "account_id", "current_owner_id", "inside_sales_queue"
    ).iter_rows():
        queue = next(team for team in _from_queue(queue) if by_queue[team])
        if owner_id in by_queue[queue]:
            loads[owner_id] += 1
            rows.append((account_id, queue, owner_id))
        else:
            waiting.append((account_id, queue))
    for account_id, queue in waiting:
        member_id = min(by_queue[queue], key=lambda rep_id: (loads[rep_id], rep_id))
        loads[member_id] += 1
        rows.append((account_id, queue, member_id))
    return INSIDE_SALES_PLACES.conform(pl.DataFrame(rows, schema=INSIDE_SALES_PLACES.columns, orient="row"))


def _from_queue(queue: str) -> tuple[str, ...]:
    """All queues, beginning with this one."""
    first = INSIDE_SALES.index(queue)
    return INSIDE_SALES[first:] + INSIDE_SALES[:first]
