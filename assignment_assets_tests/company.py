"""The tiny company that whole cycles are tested with, drawn by hand.

    North, director dana@example.com             South, director lee@example.com
    Ana Ruiz   TX OK   a01 … a12                 Cleo Park  TX LA   c01 … c12
    Ben Ode    TX NM   b01 … b12                 Nia Noor   TX LA   no accounts: started in September
    Max Orr    TX NM   m01 … m03, has left

    Each dozen: 01 02 referred in the last three months; 03 … 05 within twelve; 06 … 08 longer ago; 09 … 12 never.
    All lie in TX but 05 and 10 in the rep's other state, and b12 in OK, which Ben does not cover.
    a11 is to be kept with its owner, b11 is a house account, an open deal of c11 closes in ten days.

    Inside Sales   Iris Lane (ARM) i01 TX       Gus Hale (Growers) i02 OK, dormant       Amy Fox (Activators) i03 WY
    Placeholder    Queue q01 TX                 Nobody covers WY.
    Carve-out      p01, a partnership of Ana's

36 + 3 + 3 + 1 accounts of the waterfall, 1 carve-out. Policy of the books: 12 seats, four field reps.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

import duckdb
import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.setup.current_books import CurrentBooksInput, current_books
from assignment_assets.domain.setup.eligible_pool import EligiblePoolInput, eligible_pool
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.domain.tables import ACCOUNTS, OPPORTUNITIES, REPS, SOURCE_EXCEPTIONS, Table
from assignment_assets.io.warehouse.connection import SETTINGS
from assignment_assets.io.warehouse.queries import query_text
from assignment_assets.sample.company import Company

AS_OF = date(2026, 10, 1)
DANA, LEE = "dana@example.com", "lee@example.com"
OLIVIA, PRIYA, TOM = "olivia@example.com", "priya@example.com", "tom@example.com"
SIGNERS = {OLIVIA: ["*"], PRIYA: ["*"], TOM: ["South"]}
PLACES = {"TX": (32.8, -96.8), "OK": (35.5, -97.5), "NM": (35.1, -106.6), "LA": (32.5, -93.7), "WY": (41.1, -104.8)}
HISTORIES = {  # last three months, twelve months, ever, days since the last one
    "l3m": (2, 4, 6, 30),
    "recent": (0, 2, 3, 200),
    "dormant": (0, 0, 2, 500),
    "never": (0, 0, 0, None),
}
DOZEN = ["l3m"] * 2 + ["recent"] * 3 + ["dormant"] * 3 + ["never"] * 4


def account(account_id: str, owner_id: str | None, state: str = "TX", history: str = "never", **changes) -> dict:
    """A row of `accounts`; its measures and its place follow from its id."""
    number = sum(ord(letter) * 7**place for place, letter in enumerate(account_id)) % 997
    latitude, longitude = PLACES[state]
    l3m, l12m, ever, days = HISTORIES[history]
    return {
        "account_id": account_id,
        "name": f"Clinic {account_id}",
        "carve_out": None,
        "owner_id": owner_id,
        "parent_id": None,
        "state": state,
        "postal_code": None,
        "latitude": latitude + number % 13 / 50,
        "longitude": longitude + number % 17 / 50,
        "opp_count": 1 + number % 5,
        "bps": 100 * (number % 40),
        "tam_cents": 100_000 * (1 + number % 90),
        "value_cents": 100_000 * (1 + number % 70),
        "revenue_cents": None,
        "tier": None,
        "referrals_l3m": l3m,
        "referrals_l12m": l12m,
        "referrals_ever": ever,
        "last_referral_on": AS_OF - timedelta(days=days) if days else None,
        "keep_with_owner": False,
        "is_house": False,
        "held_for_new_hire": False,
        "co_owner_ids": [],
        "created_at": datetime(2024, 1, 1),
    } | changes


def rep(rep_id: str, name: str, states: str = "", region: str | None = None, team: str = "field", **changes) -> dict:
    """A row of `reps`; field reps live in the middle of their first state."""
    latitude, longitude = PLACES[states.split()[0]] if states else (None, None)
    return {
        "rep_id": rep_id,
        "name": name,
        "email": f"{rep_id}@example.com",
        "region": region,
        "director_email": {"North": DANA, "South": LEE}.get(region),
        "team": team,
        "is_active": True,
        "on_leave_until": None,
        "started_on": date(2024, 1, 1),
        "covered_states": states.split(),
        "latitude": latitude,
        "longitude": longitude,
        "performance": None,
        "capacity": None,
    } | changes


def deal(opportunity_id: str, account_id: str, days: int, **changes) -> dict:
    """A row of `opportunities`: an open deal that closes so many days after the cycle's day."""
    return {
        "opportunity_id": opportunity_id,
        "account_id": account_id,
        "owner_id": None,
        "stage": "Negotiation",
        "amount_cents": 100_000,
        "close_on": AS_OF + timedelta(days=days),
        "is_closed": False,
        "is_won": False,
    } | changes


def table(like: Table, *rows: dict) -> pl.DataFrame:
    """Rows of a table; columns that a row leaves out are null."""
    return like.conform(pl.DataFrame([dict.fromkeys(like.columns) | row for row in rows], schema=like.columns))


def field_reps() -> list[dict]:
    """Ana, Ben, Cleo, Nia, and Max, who has left."""
    return [
        rep("ana", "Ana Ruiz", "TX OK", "North", performance=1.0),
        rep("ben", "Ben Ode", "TX NM", "North", performance=2.0),
        rep("cleo", "Cleo Park", "TX LA", "South", performance=3.0),
        rep("nia", "Nia Noor", "TX LA", "South", started_on=date(2026, 9, 15)),
        rep("max", "Max Orr", "TX NM", "North", is_active=False),
    ]


def inside_sales() -> list[dict]:
    """A member for each queue, and the placeholder owner."""
    return [
        rep("iris", "Iris Lane", team="arm"),
        rep("gus", "Gus Hale", team="growers"),
        rep("amy", "Amy Fox", team="activators"),
        rep("queue", "Queue", team="placeholder"),
    ]


def dozens() -> list[dict]:
    """The books of Ana, Ben and Cleo."""
    marks = {"a11": {"keep_with_owner": True}, "b11": {"is_house": True}, "b12": {"state": "OK"}}
    rows = []
    for letter, owner_id, other in (("a", "ana", "OK"), ("b", "ben", "NM"), ("c", "cleo", "LA")):
        for number, history in enumerate(DOZEN, 1):
            account_id = f"{letter}{number:02}"
            state = other if number in (5, 10) else "TX"
            rows.append(
                account(account_id, owner_id, **({"state": state, "history": history} | marks.get(account_id, {})))
            )
    return rows


def everybody_elses() -> list[dict]:
    """Accounts of Max, Inside Sales and the placeholder, and the carve-out."""
    return [
        account("m01", "max", "TX", "l3m"),
        account("m02", "max"),
        account("m03", "max", "NM", "dormant"),
        account("i01", "iris"),
        account("i02", "gus", "OK", "dormant"),
        account("i03", "amy", "WY"),
        account("q01", "queue"),
        account("p01", "ana", carve_out="Partnerships"),
    ]


def tiny(*more: dict, without: tuple[str, ...] = (), reps: dict[str, dict] | None = None) -> Company:
    """The company drawn above.

    Parameters
    ----------
    more
        Rows of `account` that come on top, or in place of the account of the same id.
    without
        Accounts that are not there.
    reps
        Rep id → changes of that rep's row.
    """
    rows = {row["account_id"]: row for row in [*dozens(), *everybody_elses(), *more]}
    people = [row | (reps or {}).get(row["rep_id"], {}) for row in [*field_reps(), *inside_sales()]]
    return Company(
        table(ACCOUNTS, *(row for account_id, row in rows.items() if account_id not in without)),
        table(REPS, *people),
        table(OPPORTUNITIES, deal("d1", "c11", 10), deal("d2", "c12", 90)),
    )


def org_id(short: str) -> str:
    """The 18 characters by which an org knows a short id of the drawing: x01 an account, d1 a deal, else a user."""
    digits = short[1:].isdigit()
    prefix = ("006" if short[0] == "d" and len(short) == 2 else "001") if digits else "005"
    return complete_id(f"{prefix}5g00000{short:0>5}")


def with_org_ids(company: Company) -> Company:
    """The same company under ids that an org accepts."""
    columns = ("account_id", "owner_id", "rep_id", "opportunity_id", "parent_id")
    return Company(
        *(
            frame.with_columns(
                pl.col(name).map_elements(org_id, return_dtype=pl.String) for name in columns if name in frame.columns
            )
            for frame in (company.accounts, company.reps, company.opportunities)
        )
    )


CLAIMS = {
    "account_id": pl.String,
    "other_cycle": pl.String,
    "other_scope": pl.String,
    "other_opened_no": pl.Int64,
    "opened_no": pl.Int64,
}


def config(**changes) -> RunConfig:
    """The run config of the tiny company: quick, twelve seats a book."""
    return RunConfig(**{"as_of": str(AS_OF), "opened_by": OLIVIA, "preset": "quick", "book_size": 12} | changes)


def answer_of(query: Query, *tables: tuple[Table, pl.DataFrame], **parameters: object) -> pl.DataFrame:
    """The query's answer over these tables alone."""
    connection = _memory()
    for each, frame in tables:
        connection.register(each.name, each.widened(frame).with_columns(cycle=pl.lit("c")).to_arrow())
    params = {"cycle": "c", **parameters}
    return query.rows.conform(connection.sql(query_text(query.name), params=params).pl())


@cache
def _memory() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config=SETTINGS)


@dataclass(frozen=True)
class Drawn:
    """A reader of tables that are drawn by hand; those that are not given are empty."""

    tables: dict[str, pl.DataFrame]

    @contextmanager
    def reading(self, cycle: str) -> Iterator["Drawn"]:
        """Itself: it has one cycle."""
        yield self

    def table(self, table: Table) -> pl.DataFrame:
        """The rows that were given."""
        return self.tables.get(table.name, table.empty())

    def answer(self, query: Query, **parameters: object) -> pl.DataFrame:
        """The query's answer over what was given."""
        return answer_of(query, *((each, self.table(each)) for each in query.reads), **parameters)


def drawn(company: Company, **tables: pl.DataFrame) -> Drawn:
    """A company as inputs read it, with these tables beside its own."""
    own = {"accounts": company.accounts, "reps": company.reps, "opportunities": company.opportunities}
    return Drawn(own | tables)


def set_up(company: Company, run_config: RunConfig, **tables: pl.DataFrame) -> Drawn:
    """A company after its setup, with these tables beside."""
    return drawn(
        company, current_books=books_of(company, run_config), eligible_pool=pool_of(company, run_config), **tables
    )


def books_of(company: Company, run_config: RunConfig) -> pl.DataFrame:
    """Table `current_books` of a company, as stage 01 makes it."""
    return current_books(CurrentBooksInput.read(drawn(company), "c"), run_config)


def pool_of(
    company: Company, run_config: RunConfig, claims: pl.DataFrame | None = None, faults: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Table `eligible_pool` of a company, as stage 01 makes it."""
    faults = SOURCE_EXCEPTIONS.empty() if faults is None else faults
    given = drawn(company, current_books=books_of(company, run_config), source_exceptions=faults)
    read = EligiblePoolInput.read(given, "c", run_config)
    return eligible_pool(read if claims is None else replace(read, claims=claims), run_config)


def reasons(pool: pl.DataFrame) -> dict[str, str]:
    """Account → why it is in the pool or out of it."""
    return dict(pool.select("account_id", "reason").iter_rows())


def ids(pool: pl.DataFrame, standing: str = "free") -> set[str]:
    """The accounts of one standing."""
    return set(pool.filter(pl.col("standing") == standing)["account_id"])
