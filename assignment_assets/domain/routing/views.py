"""What people look at: the last day and the month of routing, conflicts by pair of rules, the KPIs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.reading import Query, Reader
from assignment_assets.domain.routing.outcomes import Beside, Row, outcome_kpis
from assignment_assets.domain.routing.owners import (
    ACCOUNT_OWNERS,
    WITHOUT_OWNER,
    AccountOwnersFrame,
    WithoutOwnerFrame,
)
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    ANSWERS,
    CONFLICT_PAIRS,
    CONFLICTS,
    DECISIONS,
    KPIS,
    SEEN_REPS,
    SUMMARY,
    WRITES,
    AnswersFrame,
    ConflictPairsFrame,
    DecisionsFrame,
    KpisFrame,
    SummaryFrame,
    WritesFrame,
)
from assignment_assets.domain.tables import REAL, TEXT, WHOLE, RepsFrame

SPANS = {"day": timedelta(days=1), "month": timedelta(days=30)}
ALL_RULES = "all"
OwnerTimesFrame = NewType("OwnerTimesFrame", pl.DataFrame)
TimedDecisionsFrame = NewType("TimedDecisionsFrame", pl.DataFrame)
DecisionsByRuleFrame = NewType("DecisionsByRuleFrame", pl.DataFrame)
OWNER_TIMES: Query[OwnerTimesFrame] = Query(
    "routing_summary/owner_times",
    (DECISIONS, WRITES),
    ("decision_no",),
    {"decision_no": WHOLE, "waited_seconds": WHOLE},
)
DECISIONS_BY_RULE: Query[DecisionsByRuleFrame] = Query(
    "routing_summary/decisions_by_rule",
    (DECISIONS, WRITES),
    ("span", "rule"),
    {
        "span": TEXT,
        "rule": TEXT,
        "decisions": WHOLE,
        "conflicts": WHOLE,
        "median_seconds": REAL,
        "worst_seconds": WHOLE,
    },
)
PAIRS_OF_RULES: Query[ConflictPairsFrame] = Query(
    "routing_conflicts/conflict_pairs", (CONFLICTS,), CONFLICT_PAIRS.key, CONFLICT_PAIRS.columns
)
"""The rows of `conflict_pairs`: how often each rule went before which other, most recent example included."""


def minutes_to_owner(decisions: DecisionsFrame, times: OwnerTimesFrame) -> TimedDecisionsFrame:
    """The decisions with `minutes`: from a new record's creation to the owner read back; null while not written."""
    timed = decisions.join(times, on="decision_no", how="left")
    return TimedDecisionsFrame(timed.with_columns(minutes=pl.col("waited_seconds") / 60).drop("waited_seconds"))


def span_starts(now: datetime) -> dict[str, datetime]:
    """The parameters of `DECISIONS_BY_RULE`: when each span begins."""
    return {f"{span}_from": now - length for span, length in SPANS.items()}


def summary(counted: DecisionsByRuleFrame) -> SummaryFrame:
    """Table `routing_summary`: how many by which rule and how fast, in the last 24 hours and 30 days."""
    of_all = counted.filter(pl.col("rule") == ALL_RULES).select("span", of_span="decisions")
    return SUMMARY.conform(
        counted.join(of_all, on="span").with_columns(
            share_pct=100 * pl.col("decisions") / pl.col("of_span"),
            median_minutes=(pl.col("median_seconds") / 60).round(3),
            worst_minutes=(pl.col("worst_seconds") / 60).round(3),
        )
    )


@dataclass(frozen=True)
class KpisInput:
    """What the KPIs are measured from."""

    accounts: AccountOwnersFrame
    without_owner: WithoutOwnerFrame
    reps: RepsFrame
    decisions: DecisionsFrame
    owner_times: OwnerTimesFrame
    writes: WritesFrame
    answers: AnswersFrame
    beside: Beside = field(default_factory=Beside)

    @classmethod
    def read(cls, reader: Reader, rules: RoutingRules, beside: Beside) -> Self:
        """What was seen, decided, written and answered so far."""
        return cls(
            accounts=reader.answer(ACCOUNT_OWNERS),
            without_owner=reader.answer(WITHOUT_OWNER, placeholder_owner_ids=rules.placeholder_owner_ids),
            reps=reader.table(SEEN_REPS),
            decisions=reader.table(DECISIONS),
            owner_times=reader.answer(OWNER_TIMES),
            writes=reader.table(WRITES),
            answers=reader.table(ANSWERS),
            beside=beside,
        )

    def narrowed(self, is_in: pl.Expr) -> "KpisInput":
        """The same of some accounts only and of the reps who own them; a condition on the columns of `accounts`."""
        accounts = self.accounts.filter(is_in)
        ids = accounts.select("account_id")
        return KpisInput(
            accounts=AccountOwnersFrame(accounts),
            without_owner=WithoutOwnerFrame(self.without_owner.join(ids, on="account_id", how="semi")),
            reps=RepsFrame(self.reps.join(accounts, left_on="rep_id", right_on="owner_id", how="semi")),
            decisions=DecisionsFrame(self.decisions.join(ids, on="account_id", how="semi")),
            owner_times=self.owner_times,
            writes=WritesFrame(self.writes.join(ids, on="account_id", how="semi")),
            answers=AnswersFrame(self.answers.join(ids, on="account_id", how="semi")),
            beside=self.beside.narrowed(ids),
        )


def kpis(given: KpisInput, rules: RoutingRules, now: datetime) -> KpisFrame:
    """Rows of `routing_kpis` as of now: what can be measured from the sources and the log.

    Renewal lift, forecast accuracy, activity and the response to it need what other systems hand over (`beside`);
    where they do not, the row stands there without a value and says so.
    """
    month = DecisionsFrame(given.decisions.filter(pl.col("decided_at") > now - SPANS["month"]))
    timed = minutes_to_owner(month, given.owner_times)["minutes"].drop_nulls()
    kept = given.accounts.filter(pl.col("carve_out").is_null())
    owned = kept.height - given.without_owner.height
    moved = (pl.col("why") != "new_record") & pl.col("new_owner_id").ne_missing(pl.col("old_owner_id"))
    reassigned = month.filter(moved)["account_id"].n_unique()
    judged = given.answers.filter(pl.col("at") > now - SPANS["month"])["answer"]
    field_count = given.reps.filter((pl.col("team") == "field") & pl.col("is_active")).height
    of_field = kept.filter((pl.col("owner_team") == "field") & pl.col("is_owner_active"))
    cents: int = of_field.select(pl.col("revenue_cents").sum()).item()
    revenue = cents / 100 / max(1, field_count)
    covered = of_field.filter("is_covered").height
    median: float | None = timed.to_frame().select(pl.col("minutes").median()).item()
    rows: list[Row] = [
        ("time_to_ownership", median, "minutes", f"median of {timed.len()} new accounts of 30 days"),
        ("coverage_ratio", _share(owned, kept.height), "%", "accounts with an active owner"),
        ("territory_fit", _share(covered, of_field.height), "%", "field accounts whose owner covers the state"),
        ("reassignment_rate", _share(reassigned, kept.height), "%", "accounts re-routed in 30 days, new ones apart"),
        ("revenue_per_owner", revenue if kept["revenue_cents"].count() else None, "dollars", "per active field rep"),
        *outcome_kpis(given.beside, month, given.writes, judged, field_count, rules, now),
    ]
    frame = pl.DataFrame(
        rows,
        schema={"kpi": pl.String, "value": pl.Float64, "unit": pl.String, "sentence": pl.String},
        orient="row",
        strict=False,
    )
    return KPIS.conform(frame.with_columns(at=pl.lit(now)))


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 3) if whole else None
