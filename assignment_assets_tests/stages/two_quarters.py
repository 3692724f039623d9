"""Two quarters that are drawn by hand, published as their segments publish them, and a draft of the second.

2026q3-global   as of 1 July, closed on 20 July                2026q4-global   as of 1 October, closed on 20 October

        July    Q3 writes     October            Q4
a01     ana                   ana      → ben     proposed: Ana's book is full; signed by Priya
a02     ana                   ana      → cleo    Dana's add, with her reason; signed by Priya
a03     ana                   ana      → nia     Dana's add of another region's account, decided by Priya
a04     ana                   ana      → iris    overflow: no seat
a05     ana     → ben         ben                nothing
a06     ana                   cleo               nothing: somebody changed it in the CRM
a07     ana                   cleo     → ben     the same, then proposed
a08     ana                   ana                locked with Ana
a09     ana                   ben      → ana     back to whom it was
a10     ana                   –                  its row could not be read in October
a11     –                     nia                new, routed to Nia in August

draft   as of 1 October: a01 → nia, a02 stays, a08 → ben
"""

from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.routing.tables import DECISIONS, NEW_ACCOUNTS, WRITES
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CYCLE_EVENTS,
    DECIDED_BOOKS,
    DECISION_VERDICTS,
    EDIT_VERDICTS,
    LOCKS,
    OVERFLOW,
    PROPOSED_BOOKS,
    REPS,
    REVIEWED_BOOKS,
    RUN_CONFIG,
    SIGN_OFF_VERDICTS,
    SOURCE_EXCEPTIONS,
    SUBMISSIONS,
    WRITE_BACK_LOG,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.routing_copies import routing_copies
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.ownership_changes import ownership_changes
from assignment_assets_tests.company import DANA, OLIVIA, PRIYA, account, field_reps, inside_sales, table
from assignment_assets_tests.sql.finished_cycle import rows

Q3, Q4, DRAFT = "2026q3-global", "2026q4-global", "draft"
JULY = dict.fromkeys((f"a{number:02}" for number in range(1, 11)), "ana")
OCTOBER = {each: "ana" for each in ("a01", "a02", "a03", "a04", "a08")} | {"a05": "ben", "a06": "cleo", "a07": "cleo"}
OCTOBER |= {"a09": "ben", "a11": "nia"}


def tell(
    warehouse: Warehouse,
    cycle: str,
    opened: datetime,
    owners: dict[str, str],
    *tables,
    mode="open",
    ends=(),
    as_of=None,
) -> None:
    """A cycle with what it has read, and these tables."""
    names = "revision mode scope as_of opened_by config_json config_digest"
    known = [
        (RUN_CONFIG, rows(RUN_CONFIG, names, (1, mode, "global", as_of or opened.date(), OLIVIA, "{}", "d"))),
        (ACCOUNTS, table(ACCOUNTS, *(account(each, owner) for each, owner in owners.items()))),
        (REPS, table(REPS, *field_reps(), *inside_sales())),
        *(each for each in tables if not each[0].is_log),
    ]
    warehouse.replace(cycle, known)
    for log, frame in tables:
        if log.is_log:
            warehouse.append(cycle, log, frame)
    events = [(1, "opened", 1, OLIVIA, opened)]
    events += [(2, end, 1, OLIVIA, opened + timedelta(days=19)) for end in ends]
    warehouse.append(cycle, CYCLE_EVENTS, rows(CYCLE_EVENTS, "event_no event revision actor at", *events))


def written(at: datetime, *moves: tuple[str, str, str]):
    """The log of writes that were verified."""
    names = "sign_off_no account_id attempt old_owner_id new_owner_id outcome verified_at"
    return WRITE_BACK_LOG, rows(
        WRITE_BACK_LOG, names, *((1, *(a, 1, old, new), "verified", at) for a, old, new in moves)
    )


def approved(*moves: tuple[str, str, str, str, str]):
    """An approved diff that Priya signed for North."""
    names = (
        "sign_off_no account_id region old_owner_id new_owner_id move_reason reason_sentence status signed_by digest"
    )
    values = [(1, a, "North", old, new, why, said, "approved", PRIYA, "d") for a, old, new, why, said in moves]
    return APPROVED_DIFF, rows(APPROVED_DIFF, names, *values)


PROPOSED = "account_id rep_id phase current_owner_id is_move move_reason reason_sentence"
SIGNED = [
    (
        SIGN_OFF_VERDICTS,
        rows(
            SIGN_OFF_VERDICTS,
            "receipt_no region signed_by decision digest verdict",
            (9, "North", PRIYA, "approve", "d", "accepted"),
        ),
    ),
    (
        SUBMISSIONS,
        rows(
            SUBMISSIONS,
            "gate receipt_no person revision received_at is_late verdict",
            ("sign_offs", 9, PRIYA, 1, datetime(2026, 10, 18, 15), False, "accepted"),
        ),
    ),
]


def tell_q4(warehouse: Warehouse, *, ends=("closed",)) -> None:
    """The fourth quarter as drawn above."""
    moves = [
        ("a01", "ana", "ben", "full", "Ana's book is full."),
        ("a02", "ana", "cleo", "relationship", f"{DANA} (receipt 3): relationship"),
        ("a03", "ana", "nia", "other", f"{DANA} (receipt 3): other"),
        ("a04", "ana", "iris", "no_seat", "Everybody is full."),
        ("a07", "cleo", "ben", "rebalance", "Moves."),
        ("a09", "ben", "ana", "rebalance", "Moves back."),
    ]
    proposed = [
        ("a01", "ben", "value", "ana", True, "full", "Ana's book is full."),
        ("a02", "ana", "value", "ana", False, "stays", "Stays."),
        ("a03", "ana", "value", "ana", False, "stays", "Stays."),
        ("a05", "ben", "value", "ben", False, "stays", "Stays."),
        ("a07", "ben", "value", "cleo", True, "rebalance", "Moves."),
        ("a08", "ana", "lock", "ana", False, "locked", "Locked (dormant pick): it stays with its owner."),
        ("a09", "ana", "value", "ben", True, "rebalance", "Moves back."),
    ]
    books = (
        "account_id current_owner_id proposed_owner_id reviewed_owner_id review_change is_move move_reason receipt_no"
    )
    reviewed = [
        ("a02", "ana", "ana", "cleo", "added", True, "relationship", 3),
        ("a03", "ana", "ana", "ana", "none", False, "stays", None),
    ]
    decided = [reviewed[0], ("a03", "ana", "ana", "nia", "added", True, "other", 3)]
    edits = [
        (3, DANA, 5, "add", "cleo", "a02", "relationship", "Old friends", "accepted"),
        (3, DANA, 6, "drop", "ana", "a02", "relationship", None, "accepted"),
        (3, DANA, 7, "add", "nia", "a03", "other", None, "held"),
    ]
    tell(
        warehouse,
        Q4,
        datetime(2026, 10, 1, 12),
        OCTOBER,
        (PROPOSED_BOOKS, rows(PROPOSED_BOOKS, PROPOSED, *proposed)),
        (
            OVERFLOW,
            rows(
                OVERFLOW,
                "account_id inside_sales_queue member_id current_owner_id is_move move_reason reason_sentence",
                ("a04", "arm", "iris", "ana", True, "no_seat", "Everybody is full."),
            ),
        ),
        (LOCKS, rows(LOCKS, "account_id rep_id lock_kind receipt_no", ("a08", "ana", "dormant_pick", 1))),
        (REVIEWED_BOOKS, rows(REVIEWED_BOOKS, books, *reviewed)),
        (DECIDED_BOOKS, rows(DECIDED_BOOKS, books, *decided)),
        (
            EDIT_VERDICTS,
            rows(
                EDIT_VERDICTS, "receipt_no director row_no edit_kind rep_id account_id edit_reason note verdict", *edits
            ),
        ),
        (
            DECISION_VERDICTS,
            rows(
                DECISION_VERDICTS,
                "decision_no receipt_no account_id rep_id decision decided_by verdict",
                (7, 3, "a03", "nia", "accept", PRIYA, "accepted"),
            ),
        ),
        (
            SOURCE_EXCEPTIONS,
            rows(
                SOURCE_EXCEPTIONS,
                "table_name record_id column_name row_no found expected remedy",
                ("accounts", "a10", "state", 14, "Atlantis", "a state", "Correct it."),
            ),
        ),
        *SIGNED,
        approved(*moves),
        *([written(datetime(2026, 10, 20, 8), *(each[:3] for each in moves))] if ends == ("closed",) else []),
        ends=ends,
    )


def draw(warehouse: Warehouse, cycle: str = DRAFT, opened: datetime = datetime(2026, 10, 1, 11), **rep_of: str) -> None:
    """A draft with these proposals."""
    rep_of = rep_of or {"a01": "nia", "a02": "ana", "a08": "ben"}
    proposed = [(a, rep, "value", "ana", rep != "ana", "rebalance", f"{a} to {rep}.") for a, rep in rep_of.items()]
    proposals = (PROPOSED_BOOKS, rows(PROPOSED_BOOKS, PROPOSED, *proposed))
    tell(warehouse, cycle, opened, OCTOBER, proposals, mode="draft")


def route(folder: DataFolder) -> None:
    """In August a11 was entered by the queue and routed to Nia."""
    seen, decided = datetime(2026, 8, 5, 9), datetime(2026, 8, 5, 10)
    routing_copies(folder).publish(
        NEW_ACCOUNTS,
        rows(NEW_ACCOUNTS, "account_id seen_at owner_id why", ("a11", seen, "queue", "new_record")),
    )
    names = "decision_no account_id rule evidence old_owner_id new_owner_id decided_at policy_digest"
    decision = (1, "a11", "territory", "TX is Nia's", "queue", "nia", decided, "0123456789abcdef")
    routing_copies(folder).publish(DECISIONS, rows(DECISIONS, names, decision))
    names = "sign_off_no account_id attempt old_owner_id new_owner_id outcome verified_at"
    routing_copies(folder).publish(WRITES, rows(WRITES, names, (1, "a11", 1, "queue", "nia", "verified", decided)))


def changed(folder: DataFolder, first: str, second: str) -> dict[str, tuple[str | None, str | None, str]]:
    """Account → from, to, kind."""
    comparison = ownership_changes(folder, first, second).comparison
    return {a: rest for a, *rest in comparison.changed.select("account_id", "from_id", "to_id", "kind").iter_rows()}


def row_of(folder: DataFolder, first: str, second: str, account_id: str) -> dict:
    """What is told of one account."""
    comparison = ownership_changes(folder, first, second).comparison
    return comparison.changed.row(by_predicate=pl.col("account_id") == account_id, named=True)
