"""Stage 05, in: what is signed, and so may be written."""

from typing import Any

import dagster as dg

from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.sign_off.approved_diff import ApprovalInput, approve_signed
from assignment_assets.domain.tables import APPROVED_DIFF, SIGN_OFF_VERDICTS
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import as_table, counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.intake import tell
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.signed_decisions import signed_files

GATE = SIGN_OFF_GATE.name


@stage_asset("sign_off", deps=["sign_off_packets", "conflicts", GATE])
def approved_diff(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """The owner changes that Growth Strategy has signed, region by region; only these are ever written.

    A move between two regions waits for both. A gain that would overfill a book until another region signs is
    deferred and listed. Every sign-off has a verdict in `sign_off_verdicts`; nothing is ever taken for granted.
    """
    cycle = context.partition_key
    require_invariants(warehouse, cycle, "sign_off_packets")
    config = frozen_config(warehouse, cycle)
    given, files = ApprovalInput.read(warehouse, cycle), signed_files(warehouse, cycle)
    found = approve_signed(given, files, read_settings().signers, config)
    warehouse.append(cycle, SIGN_OFF_VERDICTS, found.verdicts)
    warehouse.append(cycle, APPROVED_DIFF, found.appended)
    tell(warehouse, cycle, GATE, found.verdicts, "signed_by")
    stored = warehouse.table(cycle, APPROVED_DIFF)
    return handed_on(
        stored,
        "append-only",
        **{
            "approved now": found.approved_count,
            "rows by sign-off and status": counts(stored, "sign_off_no", "status"),
            "sign-offs": as_table(
                found.all_verdicts.select("region", "signed_by", "decision", "verdict", "rule", "message")
            ),
        },
    )
