"""Stage 05: what may go wrong with the moves, listed with its severity before a region signs."""

import dagster as dg
import polars as pl

from assignment_assets.domain.assignment.assigned import review_reps
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.locks import free_seats
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off import conflicts as rules
from assignment_assets.domain.sign_off.decisions import ConflictDecision, is_signed
from assignment_assets.domain.tables import (
    ACCOUNTS,
    AUDIT_LOG,
    CONFLICTS,
    CURRENT_BOOKS,
    DECIDED_BOOKS,
    ELIGIBLE_POOL,
    OPPORTUNITIES,
    REPS,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.warehouse.page_audit import read_page_audit
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import as_table, counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.sign_off_packets import decision_files, entitlements


@stage_asset("sign_off", deps=["sign_off_packets", "opportunities"])
def conflicts(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """Deals about to close on moving accounts, pipeline that changes hands, books past a cap, shared accounts.

    A severe conflict that no rule and no person has resolved keeps its region from being approved (run config,
    `severe_conflicts_block`). A signer resolves one by taking it on with a reason.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    accounts, opportunities, pool, books, reps, decided = warehouse.tables(
        cycle, ACCOUNTS, OPPORTUNITIES, ELIGIBLE_POOL, CURRENT_BOOKS, REPS, DECIDED_BOOKS
    )
    people = review_reps(books, reps, free_seats(books, pool))
    fixed = pool.filter(pl.col("standing") == "fixed").select("account_id", rep_id="owner_id")
    unowned = pool.select("account_id", "is_unowned")
    ours = decided.filter(pl.col("review_change") != "withdrawn")  # the others are another cycle's to answer for
    as_signed = ours.join(unowned, on="account_id", how="left").with_columns(pl.col("is_unowned").fill_null(False))
    found = rules.find_conflicts(as_signed, fixed, accounts, opportunities, people, limits_of(config))
    rows = rules.resolve(found, _decisions(warehouse, cycle), entitlements(people))
    stored = warehouse.replace(cycle, [(CONFLICTS, rows)])
    _fold_page_audit(warehouse, cycle)
    severe = rows.filter((pl.col("severity") == "severe") & pl.col("resolved_by").is_null())
    return handed_on(
        rows,
        stored["conflicts"],
        **{
            "by kind and severity": counts(rows, "kind", "severity"),
            "severe, to be resolved": as_table(severe.select("region", "sentence").head(20)),
        },
    )


def _fold_page_audit(warehouse: Warehouse, cycle: str) -> None:
    """Appends what the pages wrote down since to `audit_log`; each line once."""
    known = set(warehouse.table(cycle, AUDIT_LOG).select("at", "actor", "action", "subject").iter_rows())
    rows = [
        row
        for row in read_page_audit(warehouse.folder, cycle)
        if (row["at"], row["actor"], row["action"], row["subject"]) not in known
    ]
    if rows:
        warehouse.append(cycle, AUDIT_LOG, pl.DataFrame(rows, schema=AUDIT_LOG.columns))


def limits_of(config: RunConfig) -> rules.Limits:
    """From where on something counts as a conflict in this cycle."""
    return rules.Limits(
        as_of=config.as_of_on,
        closing_days=config.closing_deal_days,
        severe_days=config.protected_deal_days,
        revenue_cap=100 * config.revenue_cap,
        revenue_caps={rep_id: 100 * cap for rep_id, cap in config.revenue_caps.items()},
        far_above=config.far_above,
    )


def _decisions(warehouse: Warehouse, cycle: str) -> pl.DataFrame:
    key = engine_key()
    rows = [
        {
            "receipt_no": receipt.receipt_no,
            "conflict": decision.conflict,
            "decided_by": decision.signed_by,
            "note": decision.note,
            "is_signature_valid": is_signed(content, signer_token(key, receipt.person)),
        }
        for receipt, content, decision in decision_files(warehouse, cycle)
        if isinstance(decision, ConflictDecision)
    ]
    return pl.DataFrame(rows, schema=rules.CONFLICT_DECISIONS.columns)
