"""The cycle's optimisation problem and budget, read from the warehouse by the assets that solve it."""

import polars as pl

from assignment_assets.domain.assignment.families import families_of
from assignment_assets.domain.assignment.revenue import revenue_caps
from assignment_assets.domain.setup.current_books import performance_or_median
from assignment_assets.domain.setup.overrides import overrides_that_matter
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import ACCOUNTS, CURRENT_BOOKS, ELIGIBLE_POOL, LOCKS, REPS
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.optimizer.frames import instance_of
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.settings import Settings

PROBLEM_TABLES = (ACCOUNTS, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS, REPS)


def problem(warehouse: Warehouse, cycle: str, config: RunConfig) -> tuple[Instance, Settings]:
    """The arrays to solve and how long to search."""
    return problem_of(*warehouse.tables(cycle, *PROBLEM_TABLES), config)


def problem_of(
    accounts: pl.DataFrame,
    pool: pl.DataFrame,
    held: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    config: RunConfig,
) -> tuple[Instance, Settings]:
    """The same from frames of PROBLEM_TABLES that are read already."""
    weights = (config.weight_balance, config.weight_drive, config.weight_moves)
    settings = Settings.from_preset(
        config.preset,
        seed=config.seed,
        knee_weights=weights,
        value_weights=weights,
        tie_band_minutes=config.tie_band_minutes,
    )
    instance = instance_of(
        accounts,
        pool,
        held,
        books,
        reps,
        performance_or_median(reps),
        overrides_that_matter(config, pool, books),
        families_of(accounts, pool, held, books) if config.families == "together" else None,
        may_split=config.family_without_a_book == "split",
        caps=revenue_caps(config, books),
    )
    return instance, settings
