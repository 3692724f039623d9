"""Routing drawn by hand on the tiny company: new clinics, and who should take them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import polars as pl

from assignment_assets.domain.routing.candidates import NewAccountsInput, new_accounts
from assignment_assets.domain.routing.latest_decisions import GIVEN_BACK, ON_THE_WAY
from assignment_assets.domain.routing.people import People, loads
from assignment_assets.domain.routing.router import Router
from assignment_assets.domain.routing.rules import RoutingRules, routing_rules
from assignment_assets.domain.routing.tables import DECISIONS, SEEN
from assignment_assets.domain.tables import Table
from assignment_assets.io.warehouse.connection import patiently_opened
from assignment_assets.routing.log import Transaction
from assignment_assets.sample.company import Company
from assignment_assets_tests.company import AS_OF, account, tiny

BEGIN = datetime(2026, 10, 1, 8, 0)
SEEN_AT = datetime(2026, 10, 1, 9, 0)
NOBODY_BACK = GIVEN_BACK.rows.empty()
NOT_ON_ITS_WAY = ON_THE_WAY.rows.empty()


def clinic(account_id: str = "n01", state: str = "TX", minute: int = 30, **changes) -> dict:
    """A new record, entered by somebody of the back office half an hour before the poll."""
    return account(account_id, "office", state, created_at=BEGIN.replace(minute=minute)) | changes


def company(*clinics: dict, capacity: int = 20, reps: dict[str, dict] | None = None) -> Company:
    """The tiny company, with books of 20 seats, and new clinics."""
    seats = {"capacity": capacity}
    changes = {rep_id: seats | (reps or {}).get(rep_id, {}) for rep_id in ("ana", "ben", "cleo", "nia")}
    return tiny(*clinics, without=("q01",), reps=changes)


def candidates(
    drawn: Company, rules: RoutingRules, decisions: pl.DataFrame | None = None, returned: pl.DataFrame = NOBODY_BACK
) -> pl.DataFrame:
    """The accounts of the company that need an owner."""
    decided = DECISIONS.empty() if decisions is None else decisions
    given = NewAccountsInput(drawn.accounts, drawn.reps, drawn.opportunities, decided, returned)
    return new_accounts(given, rules, BEGIN, SEEN_AT)


@contextmanager
def seen(drawn: Company, *frames: tuple[Table, pl.DataFrame]) -> Iterator[Transaction]:
    """A routing log in memory that has seen the company, and what else it holds."""
    with closing(patiently_opened(Path(":memory:"), 0)) as connection:
        transaction = Transaction(connection, {})
        polled = zip(SEEN, (drawn.accounts, drawn.reps, drawn.opportunities), strict=True)
        for table, frame in (*polled, *frames):
            transaction.append(table, frame)
        yield transaction


def route(
    drawn: Company,
    high: tuple[str, ...] = (),
    rotation: dict[str, str] | None = None,
    returned: pl.DataFrame = NOBODY_BACK,
    **rules,
) -> tuple[list[dict], list[dict]]:
    """Decisions and conflicts of the company's new clinics."""
    given = routing_rules(rules)
    people = People(drawn.reps, loads(drawn.accounts, NOT_ON_ITS_WAY), high, AS_OF)
    routed = Router(given, people, rotation or {}, 1).route(candidates(drawn, given, returned=returned), SEEN_AT)
    return routed.decisions, routed.conflicts
