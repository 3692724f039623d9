"""Everything that Dagster loads; imported by nobody."""

import dagster as dg

from assignment_assets.automation import JOBS, PEOPLE, SCHEDULES, SENSORS
from assignment_assets.routing_automation import ROUTING_JOBS, ROUTING_SCHEDULES, ROUTING_SENSORS
from assignment_assets.stages.routing import ROUTING
from assignment_assets.waterfall import PROMISES_KEPT, WATERFALL, neighbours

defs = dg.Definitions(
    assets=[*WATERFALL, *PEOPLE, *ROUTING],
    asset_checks=PROMISES_KEPT,
    jobs=[*JOBS, *ROUTING_JOBS],
    sensors=[*SENSORS, *ROUTING_SENSORS],
    schedules=[*SCHEDULES, *ROUTING_SCHEDULES],
    executor=dg.in_process_executor,
    resources=neighbours(),
)
