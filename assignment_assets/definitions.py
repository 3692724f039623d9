"""Everything that Dagster loads; imported by nobody."""

import dagster as dg

from assignment_assets.automation.assets import WATERFALL, resources
from assignment_assets.automation.overlays import OVERLAY_ASSETS, OVERLAY_JOBS, OVERLAY_SCHEDULES, OVERLAY_SENSORS
from assignment_assets.automation.reports import REPORT_JOB, REPORT_SENSORS, REPORTS
from assignment_assets.automation.routing import ROUTING_JOBS, ROUTING_SCHEDULES, ROUTING_SENSORS
from assignment_assets.automation.waterfall import JOBS, PEOPLE, SCHEDULES, SENSORS
from assignment_assets.automation.write_back import (
    WRITE_BACK_ASSETS,
    WRITE_BACK_JOBS,
    WRITE_BACK_SCHEDULES,
    WRITE_BACK_SENSORS,
)
from assignment_assets.automation.write_window import write_back_window
from assignment_assets.stages.invariants import INVARIANT_CHECKS
from assignment_assets.stages.routing import ROUTING
from assignment_assets.stages.source_checks import SOURCE_CHECKS

defs = dg.Definitions(
    assets=[*WATERFALL, *PEOPLE, *ROUTING, *WRITE_BACK_ASSETS, *REPORTS, *OVERLAY_ASSETS],
    asset_checks=[*INVARIANT_CHECKS, *SOURCE_CHECKS],
    jobs=[*JOBS, *ROUTING_JOBS, *WRITE_BACK_JOBS, REPORT_JOB, *OVERLAY_JOBS],
    sensors=[*SENSORS, *ROUTING_SENSORS, *WRITE_BACK_SENSORS, write_back_window, *REPORT_SENSORS, *OVERLAY_SENSORS],
    schedules=[*SCHEDULES, *ROUTING_SCHEDULES, *WRITE_BACK_SCHEDULES, *OVERLAY_SCHEDULES],
    executor=dg.in_process_executor,
    resources=resources(),
)
