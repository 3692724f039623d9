"""The run config of a cycle, frozen: required to be sound, stored as a row, read back."""

import polars as pl

from assignment_assets.domain.errors import CycleClosed, InvalidInput
from assignment_assets.domain.setup.current_books import nobody_faults
from assignment_assets.domain.setup.freeze import current_revision
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.setup.run_config_faults import config_faults
from assignment_assets.domain.tables import RUN_CONFIG, CycleEventsFrame, RepsFrame, RunConfigFrame


def require_sound(cycle: str, config: RunConfig, reps: RepsFrame) -> None:
    """Nothing, or InvalidInput with everything that is wrong with the config."""
    faults = config_faults(config, reps) or nobody_faults(reps, config)
    if faults:
        raise InvalidInput(f"cycle {cycle}, run config", faults)


def config_row(config: RunConfig, events: CycleEventsFrame) -> RunConfigFrame:
    """The config as the one row of its table, at the revision that the events have come to."""
    row = {
        "revision": current_revision(events),
        "mode": config.mode,
        "scope": config.scope,
        "as_of": config.as_of_on,
        "opened_by": config.opened_by,
        "config_json": config.canonical_json(),
        "config_digest": config.digest(),
    }
    return RUN_CONFIG.conform(pl.DataFrame([row], schema=RUN_CONFIG.columns))


def frozen(cycle: str, rows: RunConfigFrame) -> RunConfig:
    """The config that the cycle's RUN_CONFIG holds.

    Raises
    ------
    CycleClosed
        It holds none yet.
    """
    if not rows.height:
        raise CycleClosed(
            f"cycle {cycle}: it has no run config, expected one. Materialise run_config, or `assignment cycle new`."
        )
    return stored_config(rows)


def stored_config(rows: RunConfigFrame) -> RunConfig:
    """The config that rows of RUN_CONFIG hold, of which there is at least one."""
    return RunConfig.model_validate_json(rows["config_json"][-1])


def changed_parameters(config: RunConfig) -> pl.DataFrame:
    """parameter and value, as text, of what is not the default."""
    usual = RunConfig().model_dump()
    given = {name: str(value) for name, value in config.model_dump().items() if value != usual[name]}
    return pl.DataFrame({"parameter": list(given), "value": list(given.values())})
