"""Stage 01, first: what is being run, checked and frozen; everything later reads it from the warehouse."""

import dagster as dg
import polars as pl

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.setup.current_books import nobody_faults
from assignment_assets.domain.setup.freeze import current_revision
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.setup.run_config_faults import config_faults
from assignment_assets.domain.tables import CYCLE_EVENTS, REPS, RUN_CONFIG
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, handed_on, stage_asset


class RunConfigLaunch(RunConfig, dg.Config):
    """The run config as the Launchpad shows it."""


@stage_asset("setup", deps=["reps"])
def run_config(
    context: dg.AssetExecutionContext, config: RunConfigLaunch, warehouse: Warehouse, clock: Clock
) -> dg.MaterializeResult:
    """What this cycle runs: scope, day, capacities, quotas, bounds, deadlines, seed. Growth Strategy owns it.

    Every wrong value is listed at once and nothing is stored. Once frozen, all later stages read it from here.
    """
    cycle = context.partition_key
    frozen = RunConfig.model_validate(config.model_dump())
    reps = warehouse.table(cycle, REPS)
    faults = config_faults(frozen, reps) or nobody_faults(reps, frozen)
    if faults:
        raise InvalidInput(f"cycle {cycle}, run config", faults)
    events = warehouse.events(cycle)
    row = {
        "revision": current_revision(events),
        "mode": frozen.mode,
        "scope": frozen.scope,
        "as_of": frozen.as_of_on,
        "opened_by": frozen.opened_by,
        "config_json": frozen.canonical_json(),
        "config_digest": frozen.digest(),
    }
    frame = pl.DataFrame([row], schema=RUN_CONFIG.columns)
    digests = warehouse.replace(cycle, [(RUN_CONFIG, frame)])
    if not events.height:
        opened = {
            "event_no": 1,
            "event": "opened",
            "revision": 1,
            "from_stage": None,
            "actor": frozen.opened_by,
            "reason": f"{frozen.mode} cycle, scope {frozen.scope}",
            "at": clock.now(),
        }
        warehouse.append(cycle, CYCLE_EVENTS, pl.DataFrame([opened], schema=CYCLE_EVENTS.columns))
    given = {name: str(value) for name, value in frozen.model_dump().items() if value != RunConfig().model_dump()[name]}
    changed = pl.DataFrame({"parameter": list(given), "value": list(given.values())})
    return handed_on(frame.drop("config_json"), digests["run_config"], **{"not the default": as_table(changed)})
