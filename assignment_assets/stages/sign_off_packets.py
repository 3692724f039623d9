"""Stage 05, out: what each region is about to sign, with the digest that a signature covers."""

from dataclasses import replace
from typing import Any

import dagster as dg

from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.sign_off.sign_off_packets import (
    SIGN_OFF_DAYS,
    SignersInput,
    ToSignInput,
    require_reviewed,
    to_sign,
)
from assignment_assets.domain.sign_off.sign_off_packets import sign_off_packets as shown_to_signers
from assignment_assets.domain.tables import DECIDED_BOOKS, DECISION_VERDICTS, REGION_DIGESTS, SIGN_OFF_PACKETS
from assignment_assets.io.gate_packets.sign_offs import issue_sign_offs
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.published import read_manifest
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import (
    as_table,
    frozen_config,
    handed_on,
    nothing_sent,
    outbox_path,
    stage_asset,
)
from assignment_assets.stages.intake import manifest_of, tell
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.signed_decisions import signed_files

GATE = SIGN_OFF_GATE.name


@stage_asset("sign_off", deps=["reviewed_books"], kinds={"duckdb", "excel"})
def sign_off_packets(
    context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock
) -> dg.MaterializeResult[Any]:
    """Every move by region, held edits decided where Growth Strategy has decided them, with a digest a region.

    A move belongs to the regions of both its ends and waits for both. A region with an undecided held edit
    cannot be signed yet. Drafts are never signed.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    require_reviewed(cycle, read_manifest(warehouse.folder, cycle), warehouse.events(cycle))
    require_invariants(warehouse, cycle, "reviewed_books")
    if config.mode == "draft":
        return nothing_sent("a draft is never signed")
    given, files = ToSignInput.read(warehouse, cycle), signed_files(warehouse, cycle)
    manifest = manifest_of(warehouse, cycle, GATE, config, clock, [], SIGN_OFF_DAYS)
    signed = to_sign(given, files, read_settings().signers, cycle=cycle, scope=config.scope, revision=manifest.revision)
    stored = warehouse.replace(
        cycle,
        [
            (DECIDED_BOOKS, signed.decided.reviewed_books),
            (DECISION_VERDICTS, signed.decided.decision_verdicts),
            (SIGN_OFF_PACKETS, signed.rows),
            (REGION_DIGESTS, signed.digests),
        ],
    )
    tell(warehouse, cycle, GATE, signed.decided.decision_verdicts, "decided_by")
    packets = shown_to_signers(signed, SignersInput.read(warehouse, cycle))
    issued = issue_sign_offs(warehouse.folder, replace(manifest, persons=packets.addressees), packets, config)
    return handed_on(
        signed.rows,
        stored["sign_off_packets"],
        **{
            "regions": as_table(signed.digests),
            "packets": len(issued.persons),
            "folder": outbox_path(warehouse.folder, issued),
        },
    )
