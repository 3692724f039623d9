"""The waterfall as Dagster loads it: every asset in order, its checks, its neighbours."""

from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.approved_diff import approved_diff
from assignment_assets.stages.arrivals import arrivals
from assignment_assets.stages.conflicts import conflicts
from assignment_assets.stages.current_books import current_books
from assignment_assets.stages.eligible_pool import eligible_pool
from assignment_assets.stages.handoff_notices import handoff_notices
from assignment_assets.stages.lock_packets import lock_packets
from assignment_assets.stages.locks import locks
from assignment_assets.stages.proposed_books import proposal
from assignment_assets.stages.referring_front import referring_front
from assignment_assets.stages.review_packets import review_packets
from assignment_assets.stages.reviewed_books import reviewed_books
from assignment_assets.stages.run_config import run_config
from assignment_assets.stages.sign_off_packets import sign_off_packets
from assignment_assets.stages.sources import sources
from assignment_assets.stages.write_back_log import write_back_log

WATERFALL = [
    sources,
    run_config,
    current_books,
    arrivals,
    eligible_pool,
    lock_packets,
    locks,
    referring_front,
    proposal,
    review_packets,
    reviewed_books,
    sign_off_packets,
    conflicts,
    approved_diff,
    handoff_notices,
    write_back_log,
]


def resources(fixed_at: str = "", claims_cycle: bool = True) -> dict[str, Warehouse | Source | Clock]:
    """The resources by name: the warehouse in the data folder, the source, the clock of file intake.

    `fixed_at` (ISO 8601, UTC) stops the clock for rehearsals; empty for the time of day. `claims_cycle` is off where
    the caller keeps other runs of the cycle away already.
    """
    return {
        "warehouse": Warehouse(database=str(DataFolder.from_environment().warehouse), claims_cycle=claims_cycle),
        "source": Source(),
        "clock": Clock(fixed_at=fixed_at),
    }
