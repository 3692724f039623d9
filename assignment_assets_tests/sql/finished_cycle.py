"""What the tiny company's cycles have left, drawn by hand: no search is run, so that answers are the same for ever.

    2026q3-global   closed; Max had not left yet. a12 was Ben's and went to Ana.
    2026q4-global   closed; its people and books are those of `company.py`, and two accounts more:
                    n01   nobody's, in no state, of unknown TAM and value
                    n02   of an owner whom the source does not know

    m01   max → ben    written at the second attempt         m03   max → nia    waited for a seat, then written
    m02   max → ana    approved, then revoked                c01   cleo → nia   found with another owner: drift
    c02   cleo → nia   undone by Lee                         c03   cleo → ana   Dana's add, held, refused by Priya
    q01   queue → gus  had that owner already                n01   nobody → iris   written
    i03   amy keeps what is in WY                            c04   cleo → nia   waits for a seat

    try             a draft of the same day, opened and never closed
    2027q1-global   opened and closed without a write: its tables are there and empty

Max, the leaver, owns m01 … m03 before; Nia owns nothing before. Books have 14 seats. North was signed at once, South
after a signature over a digest that had passed; nobody has signed West.
"""

from datetime import date, datetime, timedelta

import polars as pl

from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CURRENT_BOOKS,
    CYCLE_EVENTS,
    DECIDED_BOOKS,
    DECISION_VERDICTS,
    EDIT_VERDICTS,
    ELIGIBLE_POOL,
    LOCK_VERDICTS,
    LOCKS,
    OVERFLOW,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    REPS,
    REVIEWED_BOOKS,
    RUN_CONFIG,
    SIGN_OFF_VERDICTS,
    SUBMISSIONS,
    WRITE_BACK_LOG,
    Table,
)
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets_tests.company import (
    AS_OF,
    DANA,
    LEE,
    OLIVIA,
    PRIYA,
    TOM,
    account,
    books_of,
    config,
    pool_of,
    table,
    tiny,
)

Q3, Q4, DRAFT, EMPTY = "2026q3-global", "2026q4-global", "try", "2027q1-global"
CONFIG = config(book_size=14)
NOON = datetime(2026, 10, 20, 12, 0)
COMPANY = tiny(
    account("n01", None) | {"state": None, "tam_cents": None, "value_cents": None},
    account("n02", "stranger", "WY"),
    reps={"ben": {"started_on": date(2026, 4, 1)}, "cleo": {"started_on": None}},
)
MOVES = {"m01": "ben", "m02": "ana", "m03": "nia", "c01": "nia", "c02": "nia", "c04": "nia"}
IN_INSIDE_SALES = {
    "i01": ("arm", "iris"),
    "i03": ("activators", "amy"),
    "q01": ("growers", "gus"),
    "n01": ("arm", "iris"),
}
DRIVES = {"a01": None, "a02": 30, "a03": 30, "b01": 121, "c05": 120, "m03": 15}
"""Minutes that are not 45: unknown, ties, and one on either side of two hours. Locks have none."""


def rows(like: Table, names: str, *values: tuple) -> pl.DataFrame:
    """Rows of a table of which these columns are known."""
    return table(like, *(dict(zip(names.split(), each, strict=True)) for each in values))


def tell(warehouse: Warehouse) -> None:
    """Writes all four cycles, as their segments would have."""
    _tell_the_third_quarter(warehouse)
    _tell_the_fourth_quarter(warehouse)
    warehouse.replace(DRAFT, [*_setup(AS_OF, "draft"), (ACCOUNTS, COMPANY.accounts), (REPS, COMPANY.reps)])
    warehouse.append(DRAFT, CYCLE_EVENTS, _events(NOON, "opened"))
    written = [each for each in answers() if not each[0].is_log]
    warehouse.replace(EMPTY, [*_setup(date(2027, 1, 1)), *((each, each.empty()) for each, _ in written)])
    for log in (WRITE_BACK_LOG, SUBMISSIONS):
        warehouse.append(EMPTY, log, log.empty())
    warehouse.append(EMPTY, CYCLE_EVENTS, _events(NOON - timedelta(days=200), "opened", "closed"))


def _setup(as_of: date, mode: str = "open") -> list[tuple[Table, pl.DataFrame]]:
    names = "revision mode scope as_of opened_by config_json config_digest"
    return [(RUN_CONFIG, rows(RUN_CONFIG, names, (1, mode, "global", as_of, OLIVIA, "{}", "d")))]


def _events(end: datetime, *events: str) -> pl.DataFrame:
    values = [(number, event, 1, OLIVIA, end + timedelta(hours=number)) for number, event in enumerate(events, 1)]
    return rows(CYCLE_EVENTS, "event_no event revision actor at", *values)


def _tell_the_third_quarter(warehouse: Warehouse) -> None:
    company = tiny(account("a12", "ben"), without=("n01", "n02"), reps={"max": {"is_active": True}})
    warehouse.replace(Q3, [*_setup(date(2026, 7, 1)), (ACCOUNTS, company.accounts), (REPS, company.reps)])
    names = "sign_off_no account_id region old_owner_id new_owner_id move_reason status signed_by digest"
    move = (1, "a12", "North", "ben", "ana", "rebalance", "approved", PRIYA, "d-north-q3")
    warehouse.append(Q3, APPROVED_DIFF, rows(APPROVED_DIFF, names, move))
    names = "sign_off_no account_id attempt old_owner_id new_owner_id outcome"
    warehouse.append(Q3, WRITE_BACK_LOG, rows(WRITE_BACK_LOG, names, (1, "a12", 1, "ben", "ana", "verified")))
    warehouse.append(Q3, CYCLE_EVENTS, _events(NOON - timedelta(days=92), "opened", "closed"))


def _tell_the_fourth_quarter(warehouse: Warehouse) -> None:
    tables = [
        *_setup(AS_OF),
        (ACCOUNTS, COMPANY.accounts),
        (REPS, COMPANY.reps),
        (CURRENT_BOOKS, books_of(COMPANY, CONFIG)),
        (ELIGIBLE_POOL, pool_of(COMPANY, CONFIG)),
        *proposal(),
        *answers(),
    ]
    warehouse.replace(Q4, [(each, frame) for each, frame in tables if not each.is_log])
    for each, frame in tables:
        if each.is_log:
            warehouse.append(Q4, each, frame)
    warehouse.append(Q4, CYCLE_EVENTS, _events(NOON, "opened", "closed"))


def proposal() -> list[tuple[Table, pl.DataFrame]]:
    """What was proposed, and the locks that stood."""
    owners = dict(COMPANY.accounts.filter(pl.col("carve_out").is_null()).select("account_id", "owner_id").iter_rows())
    placed = {each: MOVES.get(each, owner) for each, owner in owners.items() if each[0] in "abcm"}
    locked = {"a06", "a11", "b11"}
    proposed = [
        (
            each,
            rep_id,
            "lock" if each in locked else "referring",
            owners[each],
            rep_id != owners[each],
            None if each in locked else DRIVES.get(each, 45),
            "unowned" if owners[each] == "max" else "stays",
            f"{each} is proposed to {rep_id}.",
        )
        for each, rep_id in placed.items()
    ]
    names = "account_id rep_id phase current_owner_id is_move drive_minutes move_reason reason_sentence"
    queued = [
        (each, queue, member, owners[each], member != owners[each], "no_seat", f"{each} goes to {queue}.")
        for each, (queue, member) in IN_INSIDE_SALES.items()
    ]
    queue_names = "account_id inside_sales_queue member_id current_owner_id is_move move_reason reason_sentence"
    locks = [("a06", "ana", "dormant_pick", 1), ("a11", "ana", "keep_with_owner", None), ("b11", "ben", "house", None)]
    return [
        (PROPOSED_BOOKS, rows(PROPOSED_BOOKS, names, *proposed)),
        (OVERFLOW, rows(OVERFLOW, queue_names, *queued)),
        (LOCKS, rows(LOCKS, "account_id rep_id lock_kind receipt_no", *locks)),
    ]


def answers() -> list[tuple[Table, pl.DataFrame]]:
    """What people returned, and what was approved and written."""
    return [
        (
            LOCK_VERDICTS,
            rows(
                LOCK_VERDICTS,
                "rep_id receipt_no row_no account_id lock_kind verdict rule message",
                ("ana", 1, 6, "a06", "dormant_pick", "accepted", None, "Kept."),
                ("ana", 1, 9, "a07", "dormant_pick", "refused", "over_quota", "The sixth pick of five."),
                ("cleo", None, 0, "c11", "protected_deal", "refused", "capacity", "No seat is left."),
            ),
        ),
        (
            EDIT_VERDICTS,
            rows(
                EDIT_VERDICTS,
                "receipt_no director row_no edit_kind rep_id account_id edit_reason note verdict rule message",
                (3, DANA, 5, "drop", "ana", "a05", "morale", None, "accepted", None, "Goes to Inside Sales."),
                (3, DANA, 7, "add", "ana", "c03", "relationship", "Old friends", "held", "one_voice", "Lee is silent."),
                (4, LEE, 2, "drop", "nia", "c02", "relationship", None, "accepted", None, "Returned."),
                (4, LEE, 2, "add", "cleo", "c02", "relationship", None, "accepted", None, "Returned."),
                (4, LEE, 9, "add", "cleo", "b11", "other", None, "refused", "locked", "b11 is locked with ben."),
            ),
        ),
        *((each, rows(each, *_reviewed())) for each in (REVIEWED_BOOKS, DECIDED_BOOKS)),
        (
            DECISION_VERDICTS,
            rows(
                DECISION_VERDICTS,
                "decision_no receipt_no account_id rep_id decision decided_by verdict rule message",
                (6, 3, "c03", "ana", "accept", TOM, "refused", "not_entitled", "Tom may not sign for North."),
                (7, 3, "c03", "ana", "refuse", PRIYA, "accepted", None, "Refused by Priya."),
            ),
        ),
        (
            REGION_DIGESTS,
            rows(
                REGION_DIGESTS,
                "region move_count held_count digest",
                *(("North", 3, 0, "d-north"), ("South", 4, 1, "d-south-2"), ("West", 0, 0, "d-west")),
            ),
        ),
        (
            SIGN_OFF_VERDICTS,
            rows(
                SIGN_OFF_VERDICTS,
                "receipt_no region signed_by decision digest verdict rule message",
                (8, "North", PRIYA, "approve", "d-north", "accepted", None, "North approved."),
                (9, "South", TOM, "approve", "d-south-1", "refused", "stale_digest", "South has changed since."),
                (10, "South", TOM, "approve", "d-south-2", "accepted", None, "South approved."),
            ),
        ),
        (APPROVED_DIFF, rows(APPROVED_DIFF, *_approved())),
        (WRITE_BACK_LOG, rows(WRITE_BACK_LOG, *_written())),
        (
            SUBMISSIONS,
            rows(
                SUBMISSIONS,
                "gate receipt_no person revision file_name received_at is_late verdict message",
                ("lock_lists", 1, "ana", 1, "lock_list.xlsx", NOON - timedelta(days=18), False, "accepted", None),
                ("lock_lists", 2, "nia", 1, "holiday.xlsx", NOON - timedelta(days=18), False, "refused", "No code."),
                ("sign_offs", 8, PRIYA, 1, "north.json", NOON - timedelta(days=1), False, "accepted", None),
                ("sign_offs", 9, TOM, 1, "south.json", NOON - timedelta(hours=5), False, "accepted", None),
                ("sign_offs", 10, TOM, 1, "south.json", NOON - timedelta(hours=4), True, "accepted", None),
            ),
        ),
    ]


def _reviewed() -> tuple[str, *tuple[tuple, ...]]:
    return (
        "account_id current_owner_id proposed_owner_id reviewed_owner_id review_change is_move",
        ("a05", "ana", "ana", "iris", "to_inside_sales", True),
        ("a12", "ana", "ana", "ana", "none", False),
        ("c02", "cleo", "nia", "cleo", "returned", False),
        ("c03", "cleo", "cleo", "cleo", "none", False),
        ("m01", "max", "ben", "ben", "none", True),
    )


def _approved() -> tuple[str, *tuple[tuple, ...]]:
    north, south = (PRIYA, "d-north"), (TOM, "d-south-2")
    return (
        "sign_off_no account_id region old_owner_id new_owner_id move_reason reason_sentence status signed_by digest",
        (1, "m01", "North", "max", "ben", "unowned", "Max has left.", "approved", *north),
        (1, "m02", "North", "max", "ana", "unowned", "Max has left.", "approved", *north),
        (2, "m02", "North", "max", "ana", "unowned", "Max has left.", "revoked", *north),
        (1, "m03", "South", "max", "nia", "unowned", "Max has left.", "deferred", *south),
        (2, "m03", "South", "max", "nia", "unowned", "Max has left.", "approved", *south),
        (2, "c01", "South", "cleo", "nia", "rebalance", "Nia has few referring accounts.", "approved", *south),
        (2, "c04", "South", "cleo", "nia", "rebalance", "Nia has few referring accounts.", "deferred", *south),
        (2, "q01", "no_region", "queue", "gus", "no_seat", "No seat in TX.", "approved", PRIYA, "d-none"),
        (2, "n01", "no_region", None, "iris", "no_seat", "No state is known.", "approved", PRIYA, "d-none"),
    )


def _written() -> tuple[str, *tuple[tuple, ...]]:
    return (
        "sign_off_no account_id attempt old_owner_id new_owner_id found_owner_id outcome error",
        (1, "m01", 1, "max", "ben", "max", "failed", "The org was down."),
        (1, "m01", 2, "max", "ben", "ben", "verified", None),
        (2, "m03", 1, "max", "nia", "nia", "verified", None),
        (2, "c01", 1, "cleo", "nia", "gus", "drift", "Owned by gus, expected cleo."),
        (2, "q01", 1, "queue", "gus", "gus", "skipped_already", None),
        (2, "n01", 1, None, "iris", "iris", "verified", None),
    )
