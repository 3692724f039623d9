"""What people look at: the last day and the month of routing, conflicts by pair of rules, the KPIs."""

from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.routing.candidates import SETTLED
from assignment_assets.domain.routing.outcomes import Beside, outcome_kpis
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import CONFLICT_PAIRS, KPIS, SUMMARY
from assignment_assets.domain.routing.watch import unowned

SPANS = {"day": timedelta(days=1), "month": timedelta(days=30)}
ALL_RULES = "all"


def minutes_to_owner(decisions: pl.DataFrame, writes: pl.DataFrame) -> pl.DataFrame:
    """The decisions with `minutes`: from the record's creation to the owner read back; null while not written."""
    done = (
        writes.filter(pl.col("outcome").is_in(SETTLED))
        .group_by(decision_no="sign_off_no")
        .agg(pl.col("verified_at").max())
    )
    elapsed = (pl.col("verified_at") - pl.col("created_at")).dt.total_seconds() / 60
    is_new = pl.col("why") == "new_record"
    return decisions.join(done, on="decision_no", how="left").with_columns(
        minutes=pl.when(is_new).then(elapsed.clip(lower_bound=0))
    )


def summary(decisions: pl.DataFrame, writes: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Table `routing_summary`: how many by which rule and how fast, in the last 24 hours and 30 days."""
    timed = minutes_to_owner(decisions, writes)
    spans = []
    for span, length in SPANS.items():
        recent = timed.filter(pl.col("decided_at") > now - length)
        for rows in (recent, recent.with_columns(rule=pl.lit(ALL_RULES))):
            spans.append(
                rows.group_by("rule").agg(
                    span=pl.lit(span),
                    decisions=pl.len(),
                    conflicts=pl.col("is_conflict").sum(),
                    share_pct=100 * pl.len() / max(1, recent.height),
                    median_minutes=pl.col("minutes").median().round(3),
                    worst_minutes=pl.col("minutes").max().round(3),
                )
            )
    return SUMMARY.conform(pl.concat(spans, how="diagonal_relaxed"))


def conflict_pairs(conflicts: pl.DataFrame) -> pl.DataFrame:
    """Table `conflict_pairs`: how often each rule went before which other, most recent example included."""
    ordered = conflicts.sort("decision_no", "conflict_no")
    return CONFLICT_PAIRS.conform(
        ordered.group_by("winner_rule", "loser_rule").agg(
            conflicts=pl.len(),
            accounts=pl.col("account_id").n_unique(),
            latest_at=pl.col("decided_at").max(),
            example=pl.format(
                "{}: {} ({}) against {} ({}); {}",
                "account_id",
                "winner_id",
                "winner_evidence",
                "loser_id",
                "loser_evidence",
                "reason",
            ).last(),
        )
    )


def kpis(
    accounts: pl.DataFrame,
    reps: pl.DataFrame,
    decisions: pl.DataFrame,
    writes: pl.DataFrame,
    answers: pl.DataFrame,
    rules: RoutingRules,
    now: datetime,
    beside: Beside | None = None,
) -> pl.DataFrame:
    """Rows of `routing_kpis` as of now: what can be measured from the sources and the log.

    Renewal lift, forecast accuracy, activity and the response to it need what other systems hand over (`beside`);
    where they do not, the row stands there without a value and says so.
    """
    month = decisions.filter(pl.col("decided_at") > now - SPANS["month"])
    timed = minutes_to_owner(month, writes)["minutes"].drop_nulls()
    kept = accounts.filter(pl.col("carve_out").is_null())
    owned = kept.height - unowned(kept, reps, rules).height
    moved = (pl.col("why") != "new_record") & pl.col("new_owner_id").ne_missing(pl.col("old_owner_id"))
    reassigned = month.filter(moved)["account_id"].n_unique()
    judged = answers.filter(pl.col("at") > now - SPANS["month"])["answer"]
    field = reps.filter((pl.col("team") == "field") & pl.col("is_active"))
    owned_by_field = kept.join(field, left_on="owner_id", right_on="rep_id", how="semi")
    revenue = owned_by_field["revenue_cents"].sum() / 100 / max(1, field.height)
    covered = (
        kept.join(field.select(owner_id="rep_id", covers="covered_states"), on="owner_id")
        .filter(pl.col("covers").list.contains(pl.col("state")))
        .height
    )
    rows = [
        ("time_to_ownership", timed.median(), "minutes", f"median of {timed.len()} new accounts of 30 days"),
        ("coverage_ratio", _share(owned, kept.height), "%", "accounts with an active owner"),
        ("territory_fit", _share(covered, owned_by_field.height), "%", "field accounts whose owner covers the state"),
        ("reassignment_rate", _share(reassigned, kept.height), "%", "accounts re-routed in 30 days, new ones apart"),
        ("revenue_per_owner", revenue if kept["revenue_cents"].count() else None, "dollars", "per active field rep"),
        *outcome_kpis(beside or Beside(), month, writes, judged, field.height, rules, now),
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
