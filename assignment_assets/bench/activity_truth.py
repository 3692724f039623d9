"""Links judged by the truth behind generated activities: what alone may read both."""

from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.overlays.activities.links import ActivityLinks
from assignment_assets.sample.activities import LoggedWork

BINS = 10


@dataclass(frozen=True)
class Figures:
    """How good links are; shares between 0 and 1.

    Attributes
    ----------
    precision
        Of the activities that count and were linked, those linked to what they belong to.
    recall
        Of the calls that belong to an opportunity, those that count for it.
    account_precision, account_recall
        The same for what was logged on accounts alone, where nothing but evidence decides.
    calibration_error
        Expected calibration error in ten bins of the likeliest candidate's confidence, for every activity on an
        account that has candidates, linked or not.
    answer_error
        The same for the confidence of every row that counts in whatever it says, "none of them" included.
    counted_twice, lost
        Calls with more than one row that counts, or with none.
    """

    activities: int
    on_account: float
    precision: float
    recall: float
    account_precision: float
    account_recall: float
    calibration_error: float
    answer_error: float
    counted_twice: int
    lost: int


def figures(work: LoggedWork, found: ActivityLinks) -> Figures:
    """What the links come to."""
    truth = work.truth.rename({"opportunity_id": "true_id"})
    rows = found.links.join(truth, on="activity_id", how="full", coalesce=True)
    counted = rows.filter("counts").with_columns(is_right=pl.col("opportunity_id").eq_missing(pl.col("true_id")))
    per_event = rows.group_by("event_no").agg(
        times=pl.col("counts").sum(),
        true_id=pl.col("true_id").first(),
        is_found=(pl.col("counts") & (pl.col("opportunity_id") == pl.col("true_id"))).fill_null(False).any(),
        is_on_account=pl.col("is_on_account").all(),
    )
    linkable = per_event.filter(pl.col("true_id").is_not_null())
    linked = counted.filter(pl.col("opportunity_id").is_not_null())
    by_evidence = linked.filter(pl.col("how") == "window")
    likeliest = found.candidates.filter(place=1).join(truth, on="activity_id")
    is_true = (pl.col("opportunity_id") == pl.col("true_id")).fill_null(False)
    return Figures(
        activities=rows.height,
        on_account=_mean(truth["is_on_account"]),
        precision=_mean(linked["is_right"]),
        recall=_mean(linkable["is_found"]),
        account_precision=_mean(by_evidence["is_right"]),
        account_recall=_mean(linkable.filter("is_on_account")["is_found"]),
        calibration_error=calibration_error(likeliest.select("confidence", is_right=is_true)),
        answer_error=calibration_error(counted),
        counted_twice=per_event.filter(pl.col("times") > 1).height,
        lost=per_event.filter(pl.col("times") == 0).height,
    )


def calibration_error(rows: pl.DataFrame) -> float:
    """How far `confidence` is from how often it `is_right`, on average over ten bins of equal width."""
    held = rows.group_by(pl.min_horizontal((pl.col("confidence") * BINS).floor(), BINS - 1).alias("bin")).agg(
        off=(pl.col("confidence").mean() - pl.col("is_right").mean()).abs() * pl.len()
    )
    return float(held["off"].sum()) / max(rows.height, 1)


def _mean(values: pl.Series) -> float:
    found = values.mean()
    return float(found) if isinstance(found, int | float) else 0.0
