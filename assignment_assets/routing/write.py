"""Which decisions may be written now, under which policy, and what became of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from assignment_assets.domain.placed import READ_BACK
from assignment_assets.domain.routing.events.detect import FAMILY
from assignment_assets.domain.routing.latest_decisions import ON_THE_WAY
from assignment_assets.domain.routing.people import BOOK_SIZE
from assignment_assets.domain.routing.pilot import covers, home_states
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import DECISIONS, SEEN_ACCOUNTS, SEEN_REPS, WRITES
from assignment_assets.domain.sign_off.standing import ROUTING
from assignment_assets.routing.decide import POOL_RULE, Policies
from assignment_assets.routing.log import RoutingLog, Transaction
from assignment_assets.routing.poll import note_exceptions, owners_written

DAY = timedelta(days=1)
SET_ASIDE = "assignment routing set-aside"
"""The command that lists what the org refused."""
SetAside = Callable[[pl.DataFrame], pl.DataFrame]
"""Of the lines of a write log those that wait for a person: WRITE_BACK_LOG and group."""


def writable(
    log: RoutingLog, rules: RoutingRules, policies: Policies, now: datetime, set_aside: SetAside
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, int]]:
    """What the write-back takes: changes that a policy covers, the log so far, free seats per rep.

    Routing needs the policy for `routing`, a leaver's low tiers the one for `departure`, a family that changed the one
    for that; where there is a pilot, only its accounts are written. Within 24 hours no more
    accounts are moved than the policy says; the rest waits, and stands in the exception queue. What the org refused
    takes no place of these, and what was tried least goes first: nothing keeps the rest waiting.
    """
    with log.open() as transaction:
        decisions, writes = transaction.table(DECISIONS), transaction.table(WRITES)
        waiting = transaction.answer(ON_THE_WAY).sort("decision_no")
        waiting = waiting.filter(covers(home_states(rules.pilot, transaction.table(SEEN_REPS)), "segment", "state"))
        waiting = _least_tried(waiting, writes).join(
            set_aside(writes), left_on="decision_no", right_on="sign_off_no", how="anti"
        )
        allowed = [_within(waiting, decisions, writes, policies, kind, now) for kind in (ROUTING, "departure", *FAMILY)]
        going = pl.concat(allowed).sort("decision_no")
        _note_waiting(transaction, waiting.join(going, on="decision_no", how="anti"), policies, now)
        seats = _seats(transaction, going)
    rows = going.select(
        sign_off_no="decision_no",
        account_id="account_id",
        old_owner_id="old_owner_id",
        new_owner_id="new_owner_id",
        state="state",
        carve_out="carve_out",
    )
    return rows, writes, seats


def _least_tried(waiting: pl.DataFrame, writes: pl.DataFrame) -> pl.DataFrame:
    """The decisions, those first that were tried least."""
    tries = writes.group_by(decision_no="sign_off_no").agg(tries=pl.col("attempt").max())
    joined = waiting.join(tries, on="decision_no", how="left")
    return joined.sort(pl.col("tries").fill_null(0), "decision_no").drop("tries")


def _kind() -> pl.Expr:
    """The kind of policy that a decision needs."""
    why = pl.col("why")
    return (
        pl.when(pl.col("rule") == POOL_RULE)
        .then(pl.lit("departure"))
        .when(why.is_in(FAMILY))
        .then(why)
        .otherwise(pl.lit(ROUTING))
    )


def _within(
    waiting: pl.DataFrame, decisions: pl.DataFrame, writes: pl.DataFrame, policies: Policies, kind: str, now: datetime
) -> pl.DataFrame:
    mine = waiting.filter(_kind() == kind)
    if kind not in policies:
        return mine.clear()
    of_kind = decisions.filter(_kind() == kind).select(sign_off_no="decision_no")
    recent = writes.filter(pl.col("outcome").is_in(READ_BACK) & (pl.col("verified_at") > now - DAY))
    moved = recent.join(of_kind, on="sign_off_no", how="semi").height
    return mine.head(max(0, policies[kind][0].max_moves - moved))


def _note_waiting(transaction: Transaction, held: pl.DataFrame, policies: Policies, now: datetime) -> None:
    rows = held.with_columns(kind=_kind())
    note_exceptions(
        transaction,
        [
            (
                "over_policy",
                row["account_id"],
                f"decision {row['decision_no']}: "
                + (
                    f"the policy's largest number of moves is reached ({row['kind']})"
                    if row["kind"] in policies
                    else f"no standing policy for {row['kind']} is in force"
                ),
            )
            for row in rows.iter_rows(named=True)
        ],
        now,
    )


def _seats(transaction: Transaction, going: pl.DataFrame) -> dict[str, int]:
    """rep_id → free seats of the field reps who receive; Inside Sales takes any number."""
    reps = transaction.table(SEEN_REPS).filter(
        (pl.col("team") == "field") & pl.col("rep_id").is_in(going["new_owner_id"].implode())
    )
    counts = dict(
        transaction.table(SEEN_ACCOUNTS).filter(pl.col("carve_out").is_null()).group_by("owner_id").len().iter_rows()
    )
    return {
        rep_id: min(BOOK_SIZE, BOOK_SIZE if capacity is None else capacity) - counts.get(rep_id, 0)
        for rep_id, capacity in reps.select("rep_id", "capacity").iter_rows()
    }


def note_written(log: RoutingLog, ended: pl.DataFrame, now: datetime, set_aside: SetAside) -> None:
    """Appends rows of the write-back's log; owners that were read back count from now on."""
    with log.open() as transaction:
        transaction.append(WRITES, ended)
        owners_written(
            transaction, ended.filter(pl.col("outcome").is_in(READ_BACK)).select("account_id", "new_owner_id")
        )
        aside = dict(set_aside(ended).select("sign_off_no", "group").iter_rows())
        failed = ended.filter(~pl.col("outcome").is_in(READ_BACK))
        note_exceptions(
            transaction,
            [
                ("not_written", row["account_id"], _why_not(row, aside.get(row["sign_off_no"], "")))
                for row in failed.iter_rows(named=True)
            ],
            now,
        )


def _why_not(row: dict[str, Any], group: str) -> str:
    why = f"decision {row['sign_off_no']}: {row['outcome']}, {row['error'] or ''}"
    return f"{why} Set aside: nothing more is sent before `{SET_ASIDE} --retry {group}`." if group else why


def lines_on_the_way(log: RoutingLog) -> pl.DataFrame:
    """The lines of the write log about decisions that still stand and were not written."""
    with log.open() as transaction:
        standing = transaction.answer(ON_THE_WAY).select(sign_off_no="decision_no")
        return transaction.table(WRITES).join(standing, on="sign_off_no", how="semi")


def append_lines(log: RoutingLog, lines: pl.DataFrame) -> None:
    """Appends lines to the write log."""
    with log.open() as transaction:
        transaction.append(WRITES, lines)
