"""Stage 05, in: what is signed, and so may be written."""

import dagster as dg
import polars as pl

from assignment_assets.domain.assignment.assigned import review_reps
from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.locks import free_seats
from assignment_assets.domain.sign_off.approval import approve, revoke
from assignment_assets.domain.sign_off.conflicts import severe_open
from assignment_assets.domain.sign_off.decisions import SignOff, is_signed
from assignment_assets.domain.sign_off.verdicts import SIGN_OFFS, judge_sign_offs, signed_regions
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CONFLICTS,
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    REGION_DIGESTS,
    REPS,
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import as_table, counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.intake import tell
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.sign_off_packets import decision_files, entitlements

GATE = SIGN_OFF_GATE.name
DONE, GIVEN_UP = ("verified", "skipped_already"), ("drift", "drift_rule", "gone", "held")


@stage_asset("sign_off", deps=["sign_off_packets", "conflicts", GATE])
def approved_diff(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """The owner changes that Growth Strategy has signed, region by region; only these are ever written.

    A move between two regions waits for both. A gain that would overfill a book until another region signs is
    deferred and listed. Every sign-off has a verdict in `sign_off_verdicts`; nothing is ever taken for granted.
    """
    cycle = context.partition_key
    require_invariants(warehouse, cycle, "sign_off_packets")
    config = frozen_config(warehouse, cycle)
    packets, digests, books, reps, pool, earlier, approved, log, found = warehouse.tables(
        cycle,
        SIGN_OFF_PACKETS,
        REGION_DIGESTS,
        CURRENT_BOOKS,
        REPS,
        ELIGIBLE_POOL,
        SIGN_OFF_VERDICTS,
        APPROVED_DIFF,
        WRITE_BACK_LOG,
        CONFLICTS,
    )
    people = review_reps(books, reps, free_seats(books, pool))
    new = _sign_offs(warehouse, cycle).join(earlier, on=["receipt_no", "region"], how="anti")
    verdicts = judge_sign_offs(
        new,
        digests,
        entitlements(people),
        earlier,
        opened_by=config.opened_by,
        opener_may_sign_alone=config.opener_may_sign_alone,
        severe_conflicts=severe_open(found) if config.severe_conflicts_block else None,
    )
    everything = pl.concat([earlier, verdicts])
    owned_now = warehouse.query("approved_diff/owned_now", (CURRENT_BOOKS, REPS, ACCOUNTS, WRITE_BACK_LOG), cycle=cycle)
    number = 1 + (approved["sign_off_no"].max() or 0)
    signed = signed_regions(everything, digests)
    verified, given_up = _accounts(log, DONE), _accounts(log, GIVEN_UP)
    revoked = revoke(approved, signed, verified | given_up, sign_off_no=number)
    number += bool(revoked.height)
    rows = approve(
        packets,
        signed,
        pl.concat([approved, revoked]),
        owned_now,
        sign_off_no=number,
        verified=verified,
        given_up=given_up,
    )
    warehouse.append(cycle, SIGN_OFF_VERDICTS, verdicts)
    warehouse.append(cycle, APPROVED_DIFF, pl.concat([revoked, rows]))
    tell(warehouse, cycle, GATE, verdicts, "signed_by")
    stored = warehouse.table(cycle, APPROVED_DIFF)
    return handed_on(
        stored,
        "append-only",
        **{
            "approved now": rows.height,
            "rows by sign-off and status": counts(stored, "sign_off_no", "status"),
            "sign-offs": as_table(everything.select("region", "signed_by", "decision", "verdict", "rule", "message")),
        },
    )


def _sign_offs(warehouse: Warehouse, cycle: str) -> pl.DataFrame:
    key = engine_key()
    rows = [
        {
            "receipt_no": receipt.receipt_no,
            "region": decision.region,
            "signed_by": decision.signed_by,
            "decision": decision.decision,
            "digest": decision.digest,
            "note": decision.note,
            "is_signature_valid": is_signed(content, signer_token(key, receipt.person)),
        }
        for receipt, content, decision in decision_files(warehouse, cycle)
        if isinstance(decision, SignOff)
    ]
    return pl.DataFrame(rows, schema=SIGN_OFFS.columns)


def _accounts(log: pl.DataFrame, outcomes: tuple[str, ...]) -> frozenset[str]:
    last = log.sort("sign_off_no", "attempt").group_by("account_id", maintain_order=True).last()
    return frozenset(last.filter(pl.col("outcome").is_in(outcomes))["account_id"])
