"""The waterfall's invariants at each stage: blocking checks, evaluated again when the next segment begins."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import dagster as dg

from assignment_assets.domain.invariants.checked import (
    LocksChecked,
    LogChecked,
    PacketsChecked,
    PoolChecked,
    ProposalChecked,
    ReviewChecked,
    SignOffChecked,
)
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
from assignment_assets.domain.reading import Readable
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Source
from assignment_assets.stages.cycle import CYCLES, POOL

Checked = TypeVar("Checked")

# Partitioned checks are a preview in this Dagster; it says so once a check.
warnings.filterwarnings("ignore", message="Specifying a partitions_def on an AssetCheckSpec")


@dataclass(frozen=True)
class CheckedAsset(Generic[Checked]):
    """What of the warehouse an asset is judged over, who judges, and the names of the invariants that come of it."""

    read: Callable[[Readable, str], Checked]
    judge: Callable[[Checked], list[Invariant]]
    names: tuple[str, ...]

    def invariants(self, warehouse: Readable, cycle: str) -> list[Invariant]:
        """The asset's invariants as the cycle's tables stand now."""
        return self.judge(self.read(warehouse, cycle))


def _log_checked(warehouse: Readable, cycle: str) -> LogChecked:
    return replace(LogChecked.read(warehouse, cycle), is_by_hand=not Source().is_org)


INVARIANTS: dict[str, CheckedAsset[Any]] = {
    "eligible_pool": CheckedAsset(PoolChecked.read, pool_invariants, ("each_once", "complete", "no_carve_out")),
    "locks": CheckedAsset(LocksChecked.read, lock_invariants, ("locks_in_pool", "each_once", "capacity")),
    "proposed_books": CheckedAsset(
        ProposalChecked.read,
        proposal_invariants,
        ("conservation", "each_once", "families_whole", "revenue_caps", *OWNER_INVARIANTS),
    ),
    "reviewed_books": CheckedAsset(
        ReviewChecked.read, review_invariants, ("conservation", "within_bounds", *OWNER_INVARIANTS)
    ),
    "sign_off_packets": CheckedAsset(PacketsChecked.read, packet_invariants, ("diff_equals_books",)),
    "approved_diff": CheckedAsset(
        SignOffChecked.read, sign_off_invariants, ("approved_within_signed", "approved_stands")
    ),
    "write_back_log": CheckedAsset(_log_checked, log_invariants, ("log_equals_diff",)),
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


def _checks(asset: str) -> dg.AssetChecksDefinition:
    checked = INVARIANTS[asset]

    @dg.multi_asset_check(
        name=f"{asset}_invariants",
        specs=[dg.AssetCheckSpec(name, asset=asset, blocking=True, partitions_def=CYCLES) for name in checked.names],
        pool=POOL,
    )
    def invariant_checks(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> Iterator[dg.AssetCheckResult]:
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
