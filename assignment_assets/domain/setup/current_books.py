"""Each rep's book as it is: capacity, who receives, which books are churned or non-productive."""

from dataclasses import dataclass, field
from datetime import date
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.reading import Query, Readable
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    REAL,
    REPS,
    SOURCE_EXCEPTIONS,
    TEXT,
    WHOLE,
    CurrentBooksFrame,
    RepsFrame,
    SourceExceptionsFrame,
    Table,
)

INSIDE_SALES = ("arm", "growers", "activators")
BookFactsFrame = NewType("BookFactsFrame", pl.DataFrame)
BOOK_FACTS: Query[BookFactsFrame] = Query(
    "current_books/book_facts",
    (REPS, ACCOUNTS, SOURCE_EXCEPTIONS),
    ("rep_id",),
    {"rep_id": TEXT, "account_count": WHOLE, "referrals_l12m": WHOLE},
)

PerformanceFrame = NewType("PerformanceFrame", pl.DataFrame)
PERFORMANCE: Table[PerformanceFrame] = Table("performance", ("rep_id",), {"rep_id": TEXT, "performance": REAL})


@dataclass(frozen=True)
class CurrentBooksInput:
    """What each rep's book as it is now is drawn from."""

    reps: RepsFrame
    facts: BookFactsFrame
    exceptions: SourceExceptionsFrame = field(default_factory=SOURCE_EXCEPTIONS.empty)

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                reps=reader.table(REPS),
                exceptions=reader.table(SOURCE_EXCEPTIONS),
                facts=reader.answer(BOOK_FACTS),
            )

    @property
    def faulty(self) -> frozenset[str]:
        """Reps whose row has a fault in the source: they keep what they own and receive nothing meanwhile."""
        return frozenset(self.exceptions.filter(pl.col("table_name") == "reps")["record_id"])


def months_before(day: date, months: int) -> date:
    """The day so many calendar months earlier; the last day of that month where it is shorter."""
    earlier: date = pl.select(pl.lit(day).dt.offset_by(f"-{months}mo")).item()
    return earlier


def current_books(given: CurrentBooksInput, config: RunConfig) -> CurrentBooksFrame:
    """One row a rep: what they own, may hold and cover, and whether they receive in this cycle.

    A *churned* book's field owner is inactive, or is leaving: named in `books` though active and productive; such
    a rep keeps no lock and receives nothing. A *non-productive* book's field owner has been active for
    `non_productive_months` and its referrals of twelve months per account are below `non_productive_share` of the
    field median. Capacity is the book size, lowered by the source (ramp) and by Growth Strategy.
    """
    as_of = config.as_of_on
    is_field = pl.col("team") == "field"
    lowered = {rep_id: capacity for rep_id, capacity in config.capacities.items()}
    books = (
        given.reps.with_columns(covered_states=_replaced_states(given.reps, config))
        .join(given.facts, on="rep_id", how="left")
        .with_columns(
            account_count=pl.col("account_count").fill_null(0),
            referrals_l12m=pl.col("referrals_l12m").fill_null(0),
            is_active=pl.col("is_active").fill_null(False),
            is_on_leave=(pl.col("on_leave_until") >= as_of).fill_null(False),
            capacity=pl.min_horizontal(
                pl.lit(config.book_size, pl.Int64),
                pl.col("capacity").fill_null(config.book_size),
                pl.col("rep_id").replace_strict(lowered, default=config.book_size, return_dtype=pl.Int64),
            ).clip(lower_bound=0),
        )
        .with_columns(
            rate=pl.when(pl.col("account_count") > 0).then(pl.col("referrals_l12m") / pl.col("account_count"))
        )
    )
    floor = _field_median(books.filter(is_field & pl.col("is_active"))) * config.non_productive_share
    has_settled = (pl.col("started_on") <= months_before(as_of, config.non_productive_months)).fill_null(True)
    books = books.with_columns(
        is_non_productive=(is_field & pl.col("is_active") & has_settled & (pl.col("rate") < floor)).fill_null(False)
    )
    is_leaving = pl.col("rep_id").is_in(config.books) & ~pl.col("is_non_productive")
    books = books.with_columns(
        is_churned=is_field & (~pl.col("is_active") | is_leaving),
        receiver_reason=pl.when(is_field & pl.col("is_active") & is_leaving)
        .then(pl.lit("leaving"))
        .otherwise(receiver_reason(config, given.faulty)),
    ).with_columns(is_receiver=pl.col("receiver_reason") == "receiver")
    return CURRENT_BOOKS.conform(books)


def receiver_reason(config: RunConfig, faulty: frozenset[str] = frozenset()) -> pl.Expr:
    """Why a rep receives (`receiver`) or does not, as a closed code; the first that applies."""
    in_scope = {
        "global": pl.lit(True),
        "region": pl.col("region").is_in(config.regions),
        "rep": pl.col("rep_id").is_in(config.reps),
        "churn": pl.col("region").is_in(config.regions) if config.regions else pl.lit(True),
        "new_starter_class": pl.col("rep_id").is_in(config.reps),
    }[config.scope]
    return (
        pl.when(pl.col("team") != "field")
        .then(pl.lit("not_field"))
        .when(~pl.col("is_active"))
        .then(pl.lit("inactive"))
        .when(pl.col("is_on_leave"))
        .then(pl.lit("on_leave"))
        .when(pl.col("latitude").is_null() | pl.col("longitude").is_null())
        .then(pl.lit("no_coordinates"))
        .when(pl.col("region").is_null())
        .then(pl.lit("no_region"))
        .when(pl.col("rep_id").is_in(sorted(faulty)))
        .then(pl.lit("source_exception"))
        .when(pl.col("covered_states").list.len().fill_null(0) == 0)
        .then(pl.lit("no_covered_states"))
        .when(~in_scope.fill_null(False))
        .then(pl.lit("outside_scope"))
        .when(pl.col("capacity") == 0)
        .then(pl.lit("no_capacity"))
        .otherwise(pl.lit("receiver"))
    )


def _replaced_states(reps: RepsFrame, config: RunConfig) -> pl.Series:
    states = [
        sorted(set(config.covered_states.get(rep_id, covered or [])))
        for rep_id, covered in reps.select("rep_id", "covered_states").iter_rows()
    ]
    return pl.Series("covered_states", states, dtype=pl.List(pl.String))


def _field_median(books: pl.DataFrame) -> float:
    median: float | None = books.select(pl.col("rate").median()).item()
    return 0.0 if median is None else median


def performance_or_median(reps: RepsFrame) -> PerformanceFrame:
    """rep_id and performance, where a rep without one has the field's median (0 where nobody has one)."""
    known = reps.filter(pl.col("team") == "field")["performance"].median()
    return PERFORMANCE.conform(reps.select("rep_id", pl.col("performance").fill_null(0.0 if known is None else known)))


def nobody_faults(reps: RepsFrame, config: RunConfig) -> list[Fault]:
    """What is wrong where nobody could take a single account: no rep receives and no member of Inside Sales works."""
    books = current_books(CurrentBooksInput(reps, BOOK_FACTS.rows.empty()), config)
    inside = books.filter(pl.col("team").is_in(INSIDE_SALES))
    at_work = inside.filter(pl.col("is_active") & ~pl.col("is_on_leave"))
    if books["is_receiver"].any() or at_work.height:
        return []
    field = books.filter(pl.col("team") == "field")
    why_not = inside.select(pl.when("is_active").then(pl.lit("on_leave")).otherwise(pl.lit("inactive"))).to_series()
    return [
        Fault(
            "reps",
            f"none of {field.height} field reps receives ({_counted(field['receiver_reason'])})",
            f"at least one in scope {config.scope}",
            "Correct the source, or choose another scope or day.",
        ),
        Fault(
            "reps, Inside Sales",
            f"none of {inside.height} members works on {config.as_of} ({_counted(why_not)})",
            f"an active member of {', '.join(INSIDE_SALES)}, so that no account goes unworked",
            "Add a member to the source, or end a leave there.",
        ),
    ]


def _counted(codes: pl.Series) -> str:
    counts = codes.alias("code").value_counts().sort("code")
    return ", ".join(f"{count} {code}" for code, count in counts.iter_rows()) or "there are none"
