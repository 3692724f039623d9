"""Stage 01, first: what is being run, checked and frozen; everything later reads it from the warehouse."""

from typing import Any

import dagster as dg

from assignment_assets.domain.setup.cycle_events import next_event
from assignment_assets.domain.setup.frozen_config import changed_parameters, config_row, require_sound
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import CYCLE_EVENTS, REPS, RUN_CONFIG
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, handed_on, stage_asset


class RunConfigLaunch(RunConfig, dg.Config):
    """The run config as the Launchpad shows it."""


@stage_asset("setup", deps=["reps"])
def run_config(
    context: dg.AssetExecutionContext, config: RunConfigLaunch, warehouse: Warehouse, clock: Clock
) -> dg.MaterializeResult[Any]:
    """What this cycle runs: scope, day, capacities, quotas, bounds, deadlines, seed. Growth Strategy owns it.

    Every wrong value is listed at once and nothing is stored. Once frozen, all later stages read it from here.
    """
    cycle = context.partition_key
    frozen = RunConfig.model_validate(config.model_dump())
    with warehouse.reading(cycle) as reader:
        reps, events = reader.table(REPS), reader.table(CYCLE_EVENTS)
    require_sound(cycle, frozen, reps)
    frame = config_row(frozen, events)
    digests = warehouse.replace(cycle, [(RUN_CONFIG, frame)])
    if not events.height:
        why = f"{frozen.mode} cycle, scope {frozen.scope}"
        opened = next_event(events, "opened", actor=frozen.opened_by, reason=why, at=clock.now())
        warehouse.append(cycle, CYCLE_EVENTS, opened)
    changed = as_table(changed_parameters(frozen))
    return handed_on(frame.drop("config_json"), digests["run_config"], **{"not the default": changed})
