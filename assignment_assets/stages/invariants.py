"""The waterfall's invariants at each stage: blocking checks, evaluated again when the next segment begins."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg

from assignment_assets.domain.invariants.invariant import Invariant, require
from assignment_assets.domain.invariants.waterfall import (
    OWNER_INVARIANTS,
    lock_invariants,
    log_invariants,
    packet_invariants,
    pool_invariants,
    proposal_invariants,
    review_invariants,
    sign_off_invariants,
)
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CURRENT_BOOKS,
    DECIDED_BOOKS,
    EDIT_VERDICTS,
    ELIGIBLE_POOL,
    FAMILIES,
    LOCKS,
    OVERFLOW,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    REPS,
    REVIEWED_BOOKS,
    RUN_CONFIG,
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
    Table,
)
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import CYCLES, POOL

# Partitioned checks are a preview in this Dagster; it says so once a check.
warnings.filterwarnings("ignore", message="Specifying a partitions_def on an AssetCheckSpec")


@dataclass(frozen=True)
class CheckedAsset:
    """Who judges an asset, over which tables in which order, and the names of the invariants that come of it."""

    judge: Callable[..., list[Invariant]]
    tables: tuple[Table, ...]
    names: tuple[str, ...]

    def invariants(self, warehouse: Warehouse, cycle: str) -> list[Invariant]:
        """The asset's invariants as the cycle's tables stand now."""
        return self.judge(*warehouse.tables(cycle, *self.tables))


INVARIANTS = {
    "eligible_pool": CheckedAsset(
        pool_invariants, (ACCOUNTS, ELIGIBLE_POOL), ("each_once", "complete", "no_carve_out")
    ),
    "locks": CheckedAsset(
        lock_invariants, (ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS), ("locks_in_pool", "each_once", "capacity")
    ),
    "proposed_books": CheckedAsset(
        proposal_invariants,
        (RUN_CONFIG, ACCOUNTS, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS, REPS, PROPOSED_BOOKS, OVERFLOW, FAMILIES),
        ("conservation", "each_once", "families_whole", "revenue_caps", *OWNER_INVARIANTS),
    ),
    "reviewed_books": CheckedAsset(
        review_invariants,
        (RUN_CONFIG, ACCOUNTS, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS, REPS, REVIEWED_BOOKS, EDIT_VERDICTS),
        ("conservation", "within_bounds", *OWNER_INVARIANTS),
    ),
    "sign_off_packets": CheckedAsset(packet_invariants, (DECIDED_BOOKS, SIGN_OFF_PACKETS), ("diff_equals_books",)),
    "approved_diff": CheckedAsset(
        sign_off_invariants,
        (APPROVED_DIFF, SIGN_OFF_VERDICTS, REPS, REGION_DIGESTS, WRITE_BACK_LOG),
        ("approved_within_signed", "approved_stands"),
    ),
    "write_back_log": CheckedAsset(log_invariants, (APPROVED_DIFF, WRITE_BACK_LOG), ("log_equals_diff",)),
}


def require_invariants(warehouse: Warehouse, cycle: str, *assets: str) -> None:
    """Nothing where the invariants of these assets hold; a blocking check acts within one run only, so each segment
    asks again.

    Raises
    ------
    BrokenInvariant
        Naming every invariant that does not hold and its first offenders.
    """
    require(invariant for asset in assets for invariant in INVARIANTS[asset].invariants(warehouse, cycle))


def _checks(asset: str):
    checked = INVARIANTS[asset]

    @dg.multi_asset_check(
        name=f"{asset}_invariants",
        specs=[dg.AssetCheckSpec(name, asset=asset, blocking=True, partitions_def=CYCLES) for name in checked.names],
        pool=POOL,
    )
    def invariant_checks(context: dg.AssetCheckExecutionContext, warehouse: Warehouse):
        for invariant in checked.invariants(warehouse, context.partition_key):
            yield dg.AssetCheckResult(
                asset_key=asset,
                check_name=invariant.name,
                passed=invariant.holds,
                description=invariant.sentence if invariant.holds else str(invariant),
                metadata={"offending rows": invariant.offenders.height},
            )

    return invariant_checks


INVARIANT_CHECKS = [_checks(asset) for asset in INVARIANTS]
