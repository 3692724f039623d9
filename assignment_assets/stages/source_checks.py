"""Checks of the sources that warn and stop nothing: what jumped, was left out, contradicts itself or is empty."""

from collections.abc import Iterator

import dagster as dg

from assignment_assets.domain.sources.doubts import DOUBTS, DoubtsInput, doubts
from assignment_assets.domain.sources.profile_table import READ_TABLES
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import CYCLES, POOL


@dg.multi_asset_check(
    name="source_warnings",
    specs=[
        dg.AssetCheckSpec(
            name,
            asset=table,
            description=text,
            blocking=False,
            partitions_def=CYCLES,
            additional_deps=["source_profile"],
        )
        for table in READ_TABLES
        for name, text in DOUBTS.items()
    ],
    pool=POOL,
)
def source_warnings(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> Iterator[dg.AssetCheckResult]:
    """Reads the profile of the sources, and the watched figures beside the previous cycle's."""
    for doubt in doubts(DoubtsInput.read(warehouse, context.partition_key)):
        yield dg.AssetCheckResult(
            asset_key=doubt.table,
            check_name=doubt.check,
            passed=not doubt.sentences,
            severity=dg.AssetCheckSeverity.WARN,
            description=" ".join(doubt.sentences) or DOUBTS[doubt.check],
            metadata={"sentences": len(doubt.sentences)},
        )


SOURCE_CHECKS = [source_warnings]
