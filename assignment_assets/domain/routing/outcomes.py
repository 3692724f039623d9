"""KPIs that need more than the CRM hands over: renewals, forecasts, activities; each says so where it has no source."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.placed import READ_BACK
from assignment_assets.domain.reading import Reader
from assignment_assets.domain.routing.owners_since import OWNERS_SINCE, OwnersSinceFrame, since_kpis
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import POLLS, DecisionsFrame, WritesFrame
from assignment_assets.domain.sources.supplements import (
    ACTIVITIES,
    FORECASTS,
    RENEWALS,
    SUPPLEMENTS,
    ActivitiesFrame,
    ForecastsFrame,
    RenewalsFrame,
)
from assignment_assets.domain.tables import MOMENT, TEXT, Table

YEAR, WEEK = timedelta(days=365), timedelta(days=7)
MovedAccountsFrame = NewType("MovedAccountsFrame", pl.DataFrame)
MOVED: Table[MovedAccountsFrame] = Table(
    "moved_accounts", ("account_id", "moved_at"), {"account_id": TEXT, "moved_at": MOMENT}
)
"""Accounts whose owner changed, and when; not stored."""
Row = tuple[str, float | None, str, str]


@dataclass(frozen=True)
class Beside:
    """What other systems handed over, by name and empty where not; whose owner changed when; the day routing began;
    what became of owners that were written."""

    handed_over: frozenset[str] = frozenset()
    renewals: RenewalsFrame = field(default_factory=RENEWALS.empty)
    forecasts: ForecastsFrame = field(default_factory=FORECASTS.empty)
    activities: ActivitiesFrame = field(default_factory=ACTIVITIES.empty)
    moved: MovedAccountsFrame = field(default_factory=MOVED.empty)
    began_on: date | None = None
    since: OwnersSinceFrame = field(default_factory=OWNERS_SINCE.empty)

    @classmethod
    def read(cls, reader: Reader, moved: MovedAccountsFrame, since: OwnersSinceFrame) -> Self:
        """What was handed over last."""
        began: datetime | None = reader.table(POLLS).select(pl.col("polled_at").min()).item()
        given = {table.name for table in SUPPLEMENTS.values() if reader.table(table).height}
        return cls(
            handed_over=frozenset(given),
            renewals=reader.table(RENEWALS),
            forecasts=reader.table(FORECASTS),
            activities=reader.table(ACTIVITIES),
            moved=moved,
            began_on=began.date() if began else None,
            since=since,
        )

    def narrowed(self, ids: pl.DataFrame) -> "Beside":
        """The same of these accounts only (account_id); forecasts are of reps and stay as they are."""
        return Beside(
            handed_over=self.handed_over,
            renewals=RenewalsFrame(self.renewals.join(ids, on="account_id", how="semi")),
            forecasts=self.forecasts,
            activities=ActivitiesFrame(self.activities.join(ids, on="account_id", how="semi")),
            moved=MovedAccountsFrame(self.moved.join(ids, on="account_id", how="semi")),
            began_on=self.began_on,
            since=OwnersSinceFrame(self.since.join(ids, on="account_id", how="semi")),
        )


def outcome_kpis(
    beside: Beside,
    decisions: DecisionsFrame,
    writes: WritesFrame,
    answers: pl.Series,
    field_count: int,
    rules: RoutingRules,
    now: datetime,
) -> list[Row]:
    """(kpi, value, unit, sentence) of what owners did and what became of it.

    Parameters
    ----------
    decisions
        Those of the span that is looked at.
    answers
        The answers of owners in that span.
    """
    return [
        _response(beside, decisions, writes, answers, rules),
        _activity(beside, field_count, now),
        _renewal_lift(beside, now),
        _forecasts(beside),
        *since_kpis(beside.since),
    ]


def _response(
    beside: Beside, decisions: DecisionsFrame, writes: WritesFrame, answers: pl.Series, rules: RoutingRules
) -> Row:
    """Accounts whose new owner acted in time; without activities, those accepted in time."""
    name, unit = "response_sla", "%"
    if "activities" not in beside.handed_over:
        if not answers.len():
            return name, None, unit, "no source: nobody hands over activities, and nobody was asked to accept"
        return (
            name,
            _share(answers.to_list().count("accepted"), answers.len()),
            unit,
            "accepted in time, of those asked",
        )
    owned = decisions.join(
        writes.filter(pl.col("outcome").is_in(READ_BACK))
        .group_by(decision_no="sign_off_no")
        .agg(pl.col("verified_at").min()),
        on="decision_no",
    ).select("decision_no", "account_id", "verified_at", rep_id="new_owner_id")
    limit = pl.col("verified_at") + pl.duration(hours=rules.response_hours)
    in_time = (
        owned.join(beside.activities, on=["account_id", "rep_id"])
        .filter(pl.col("happened_at").is_between("verified_at", limit))["decision_no"]
        .n_unique()
    )
    return (
        name,
        _share(in_time, owned.height),
        unit,
        (f"owners who acted within {rules.response_hours} hours, of {owned.height} accounts"),
    )


def _activity(beside: Beside, field_count: int, now: datetime) -> Row:
    if "activities" not in beside.handed_over:
        return "weekly_activity", None, "per rep", "no source: nobody hands over activities"
    week = beside.activities.filter(pl.col("happened_at").is_between(now - WEEK, now)).height
    return "weekly_activity", week / max(1, field_count), "per rep", f"{week} activities in seven days"


def _renewal_lift(beside: Beside, now: datetime) -> Row:
    """Renewals of accounts that kept their owner for a year before they were due, less those of accounts that moved."""
    name, unit = "renewal_lift", "points"
    if "renewals" not in beside.handed_over:
        return name, None, unit, "no source: nobody hands over renewals"
    due = beside.renewals.filter(pl.col("due_on").is_between((now - YEAR).date(), now.date()))
    day = pl.col("moved_at").dt.date()
    moved = (
        due.join(beside.moved, on="account_id")
        .filter(day.is_between(pl.col("due_on") - YEAR, pl.col("due_on")))
        .select("account_id", "due_on")
        .unique()
    )
    changed, stable = (due.join(moved, on=["account_id", "due_on"], how=how) for how in ("semi", "anti"))
    if not changed.height or not stable.height:
        return name, None, unit, f"{stable.height} renewals of stable books, {changed.height} of moved ones: no pair"
    lift = 100 * (_mean(stable, "is_renewed") - _mean(changed, "is_renewed"))
    return name, round(lift, 3), unit, f"{stable.height} renewals of stable books less {changed.height} of moved ones"


def _forecasts(beside: Beside) -> Row:
    """How much nearer forecasts have come since routing began: the mean accuracy of periods after less before."""
    name, unit = "forecast_accuracy_delta", "points"
    if "forecasts" not in beside.handed_over:
        return name, None, unit, "no source: nobody hands over forecasts"
    periods = (
        beside.forecasts.group_by("period_on")
        .agg(pl.col("forecast_amount_cents", "amount_cents").sum())
        .filter(pl.col("amount_cents") > 0)
    )
    missed = (pl.col("forecast_amount_cents") - pl.col("amount_cents")).abs() / pl.col("amount_cents")
    judged = periods.with_columns(accuracy=100 * (1 - missed).clip(lower_bound=0))
    is_after = pl.col("period_on") >= pl.lit(beside.began_on, pl.Date)
    after, before = (judged.filter(each.fill_null(False)) for each in (is_after, ~is_after))
    if not after.height or not before.height:
        return name, None, unit, f"{before.height} periods before routing began, {after.height} since: no pair"
    said = f"{after.height} periods since routing began, {before.height} before"
    return name, round(_mean(after, "accuracy") - _mean(before, "accuracy"), 3), unit, said


def _mean(rows: pl.DataFrame, column: str) -> float:
    mean: float = rows.select(pl.col(column).mean()).item()
    return mean


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 3) if whole else None
