"""Everything that Dagster loads; imported by nobody."""

import dagster as dg

from assignment_assets.automation import JOBS, PEOPLE, SCHEDULES, SENSORS
from assignment_assets.waterfall import PROMISES_KEPT, WATERFALL, neighbours

defs = dg.Definitions(
    assets=[*WATERFALL, *PEOPLE],
    asset_checks=PROMISES_KEPT,
    jobs=JOBS,
    sensors=SENSORS,
    schedules=SCHEDULES,
    executor=dg.in_process_executor,
    resources=neighbours(),
)
