"""What is compared between the quarters: families with two owners, other systems' tables, customers of nobody."""

from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.sources.supplements import SUPPLEMENTS
from assignment_assets.io.settings import read_settings
from assignment_assets.io.sources.supplements import read_supplements
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.resources import Clock
from assignment_assets.routing.reconcile import reconcile, take_in
from assignment_assets.routing.watch import study_families
from assignment_assets.stages.cycle import as_table, counts, table_metadata
from assignment_assets.stages.routing_frame import REPLACED, SHOWN, in_dollars, routing_asset, routing_log
from assignment_assets.stages.routing_pass import RoutingState


@routing_asset(deps=["new_accounts"])
def hierarchy_conflicts() -> dg.MaterializeResult[Any]:
    """Accounts that belong together and have two owners: parent and child, or the same customer entered twice.

    A duplicate is another account of the same name (legal form, case and punctuation apart) and postal code.
    """
    found = study_families(routing_log())
    shown = in_dollars(found, "value_cents", "other_value_cents").sort(
        "crosses_regions", "kind", descending=[True, False]
    )
    return dg.MaterializeResult(
        metadata=table_metadata(found, REPLACED)
        | {
            "by kind": counts(found, "kind", "crosses_regions"),
            "across regions": int(found["crosses_regions"].sum()),
            "conflicts": as_table(shown.head(SHOWN)),
        }
    )


@routing_asset(kinds={"file", "duckdb"})
def supplements() -> dg.MaterializeResult[Any]:
    """What other systems hand over beside the CRM: billing, usage, renewals, forecasts, activities. All optional.

    Files, mapped by the TOML that `[supplements] path` in the settings names.
    """
    given = read_supplements(read_settings().supplements.path)
    take_in(routing_log(), given)
    rows = pl.DataFrame(
        {
            "table": list(SUPPLEMENTS),
            "rows": [str(given.frames[name].height) if name in given.frames else "no source" for name in SUPPLEMENTS],
        }
    )
    return dg.MaterializeResult(
        metadata={
            "handed over": as_table(rows),
            "left out": "; ".join(given.notes) or "nothing",
            "tables": len(given.frames),
        }
    )


@routing_asset(deps=["new_accounts", "supplements"])
def shadow_accounts(clock: Clock) -> dg.MaterializeResult[Any]:
    """Customers that are billed or use the product, and that nobody in the field works for: not in the CRM, without an
    active owner, or with Inside Sales. Empty where neither billing nor usage is handed over."""
    log, now = routing_log(), clock.now()
    found = reconcile(log, RoutingState.now(log, now).rules, now)
    there = sorted(
        {"billing", "usage"} & {name for name in SUPPLEMENTS if read_routing(log.folder, SUPPLEMENTS[name]).height}
    )
    return dg.MaterializeResult(
        metadata=table_metadata(found, REPLACED)
        | {
            "sources": ", ".join(there) or "no source",
            "by finding": counts(found, "source", "finding"),
            "customers": as_table(in_dollars(found, "amount_cents").sort("finding", "customer_key").head(SHOWN)),
        }
    )


RECONCILED = [hierarchy_conflicts, supplements, shadow_accounts]
