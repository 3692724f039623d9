"""The cycle's optimisation problem and budget, read from the warehouse by the assets that solve it."""

from assignment_assets.domain.assignment.problem import ProblemInput
from assignment_assets.domain.assignment.revenue import revenue_caps
from assignment_assets.domain.setup.current_books import performance_or_median
from assignment_assets.domain.setup.overrides import overrides_that_matter
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.optimizer.frames import Beside, instance_of
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.settings import Settings


def problem_of(given: ProblemInput, config: RunConfig) -> tuple[Instance, Settings]:
    """The arrays to solve and how long to search."""
    weights = (config.weight_balance, config.weight_drive, config.weight_moves)
    settings = Settings.from_preset(
        config.preset,
        seed=config.seed,
        knee_weights=weights,
        value_weights=weights,
        tie_band_minutes=config.tie_band_minutes,
    )
    instance = instance_of(
        given.accounts,
        given.pool,
        given.locks,
        given.books,
        given.reps,
        performance_or_median(given.reps),
        Beside(
            overrides=overrides_that_matter(config, given.pool, given.books),
            families=given.members if config.families == "together" else None,
            may_split=config.family_without_a_book == "split",
            caps=revenue_caps(config, given.books),
        ),
    )
    return instance, settings
