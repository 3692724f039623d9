"""Tells Dagster what a rollback, which is no run of its own, has made of the write-back's log."""

import dagster as dg

from assignment_assets.automation.run_segment import instance
from assignment_assets.domain.placed import Placed
from assignment_assets.domain.tables import WriteBackLogFrame


def report_given_back(cycle: str, log: WriteBackLogFrame, plan_id: str) -> None:
    """Shows at `write_back_log` how many accounts are in place and how many were given back."""
    placed = Placed.of(log)
    metadata: dict[str, str | int] = {
        "accounts": str(placed),
        "given back": placed.given_back,
        "state": f"{plan_id}: {placed}",
    }
    with instance() as dagster:
        event = dg.AssetMaterialization("write_back_log", partition=cycle, metadata=metadata)
        dagster.report_runless_asset_event(event)
