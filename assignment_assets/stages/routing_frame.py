"""What the assets of routing share: their frame, their log, how they show money."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.io.folders import DataFolder
from assignment_assets.routing.log import RoutingLog

POOL = "routing"
SEEN_STOPPED = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=2), warn_window=timedelta(minutes=75))
APPENDED, REPLACED = "append-only", "replaced"
SHOWN = 30


def routing_asset(deps: Iterable[str] = (), **options: Any) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Decorator of one asset of continuous routing: not partitioned, in a pool of its own, its staleness seen."""
    decorate: Callable[[Callable[..., Any]], dg.AssetsDefinition] = dg.asset(
        group_name="routing",
        deps=list(deps),
        pool=POOL,
        kinds=options.pop("kinds", {"duckdb", "polars"}),
        owners=["team:growth-strategy"],
        freshness_policy=SEEN_STOPPED,
        **options,
    )
    return decorate


def routing_log() -> RoutingLog:
    """The routing log of the data folder."""
    return RoutingLog(DataFolder.from_environment())


def in_dollars(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """The frame with columns of cents as whole dollars, for people, and without the unit in their names."""
    dollars = [pl.format("${}", (pl.col(name) / 100).round().cast(pl.Int64)).alias(name) for name in columns]
    return frame.with_columns(dollars).rename({name: name.removesuffix("_cents") for name in columns})
