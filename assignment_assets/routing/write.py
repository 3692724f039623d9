"""Which decisions may be written now, under which policy, and what became of them."""

from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.routing.candidates import SETTLED
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


def writable(
    log: RoutingLog, rules: RoutingRules, policies: Policies, now: datetime
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, int]]:
    """What the write-back takes: changes that a policy covers, the log so far, free seats per rep.

    Routing needs the policy for `routing`, a leaver's low tiers the one for `departure`, a family that changed the one
    for that; where there is a pilot, only its accounts are written. Within 24 hours no more
    accounts are moved than the policy says; the rest waits, and stands in the exception queue.
    """
    with log.open() as transaction:
        decisions, writes = transaction.table(DECISIONS), transaction.table(WRITES)
        waiting = transaction.answer(ON_THE_WAY).sort("decision_no")
        waiting = waiting.filter(covers(home_states(rules.pilot, transaction.table(SEEN_REPS)), "segment", "state"))
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
    return rows, writes.join(going, left_on="sign_off_no", right_on="decision_no", how="semi"), seats


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
    recent = writes.filter(pl.col("outcome").is_in(SETTLED) & (pl.col("verified_at") > now - DAY))
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


def note_written(log: RoutingLog, ended: pl.DataFrame, now: datetime) -> None:
    """Appends rows of the write-back's log; owners that were read back count from now on."""
    with log.open() as transaction:
        transaction.append(WRITES, ended)
        owners_written(transaction, ended.filter(pl.col("outcome").is_in(SETTLED)).select("account_id", "new_owner_id"))
        failed = ended.filter(~pl.col("outcome").is_in(SETTLED))
        note_exceptions(
            transaction,
            [
                (
                    "not_written",
                    row["account_id"],
                    f"decision {row['sign_off_no']}: {row['outcome']}, {row['error'] or ''}",
                )
                for row in failed.iter_rows(named=True)
            ],
            now,
        )
