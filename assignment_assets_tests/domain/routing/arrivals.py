"""Routing drawn by hand on the tiny company: new clinics, and who should take them."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.routing.candidates import new_accounts
from assignment_assets.domain.routing.people import People, loads
from assignment_assets.domain.routing.router import Router
from assignment_assets.domain.routing.rules import RoutingRules, routing_rules
from assignment_assets.domain.routing.tables import DECISIONS
from assignment_assets.sample.company import Company
from assignment_assets_tests.company import AS_OF, account, tiny

BEGIN = datetime(2026, 10, 1, 8, 0)
SEEN_AT = datetime(2026, 10, 1, 9, 0)
NOBODY_BACK = pl.DataFrame(schema={"account_id": pl.String, "rep_id": pl.String})
NOT_ON_ITS_WAY = pl.DataFrame(schema={"account_id": pl.String, "new_owner_id": pl.String})


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
    return new_accounts(
        drawn.accounts,
        drawn.reps,
        drawn.opportunities,
        DECISIONS.empty() if decisions is None else decisions,
        returned,
        rules,
        BEGIN,
        SEEN_AT,
    )


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
