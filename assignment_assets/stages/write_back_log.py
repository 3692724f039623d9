"""Stage 06: the approved owners are written to Salesforce, read back, and logged account by account."""

import time

import dagster as dg
import polars as pl

from assignment_assets.domain.approval import in_force
from assignment_assets.domain.cycle import FINISHED_EVENTS
from assignment_assets.domain.eligible_pool import withdrawn
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.freeze import current_revision, revision_of_gate
from assignment_assets.domain.run_config import RunConfig
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CURRENT_BOOKS,
    CYCLE_EVENTS,
    ELIGIBLE_POOL,
    REGION_DIGESTS,
    RUN_CONFIG,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
)
from assignment_assets.io.outbox import read_gate
from assignment_assets.io.warehouse import Warehouse
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.cycle import as_table, counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.invariants import require_promises
from assignment_assets.write_back.apply import apply, open_changes
from assignment_assets.write_back.plan import seats_now

MOVED = ("verified", "skipped_already")


@stage_asset("write_back", deps=["approved_diff"], kinds={"salesforce"})
def write_back_log(
    context: dg.AssetExecutionContext, warehouse: Warehouse, source: Source, clock: Clock
) -> dg.MaterializeResult:
    """Each approved owner, written to Account.OwnerId and read back; nothing else is ever written.

    Right before each write the account is read again: an owner, state or carve-out that changed since, a deleted
    account or an inactive receiver stop that account and are listed. A second run writes nothing.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    require_writable(warehouse, cycle, config, clock)
    require_promises(warehouse, cycle, "reviewed_books", "sign_off_packets", "approved_diff")
    accounts, books, approved, log = warehouse.tables(cycle, ACCOUNTS, CURRENT_BOOKS, APPROVED_DIFF, WRITE_BACK_LOG)
    rows = in_force(approved).join(accounts.select("account_id", "state", "carve_out"), on="account_id", how="left")
    require_unclaimed(warehouse, cycle, config, [change.account_id for change in open_changes(rows, log)])
    field = books.filter(pl.col("team") == "field")
    owners = accounts.filter(pl.col("carve_out").is_null()).select("account_id", "owner_id")
    seats = seats_now(dict(field.select("rep_id", "capacity").iter_rows()), owners, log)
    if rows.height:
        done = 0
        for ended in apply(rows, log, source.desk(), seats, clock.now, time.sleep):
            warehouse.append(cycle, WRITE_BACK_LOG, ended)
            done += ended.height
            context.log.info(f"write-back: {done} of {rows.height} accounts ended")
    log = warehouse.table(cycle, WRITE_BACK_LOG)
    _close_when_done(warehouse, cycle, clock)
    last = log.group_by("account_id", maintain_order=True).last()
    problems = last.filter(~pl.col("outcome").is_in(MOVED)).select("account_id", "outcome", "error_code", "error")
    return handed_on(
        log,
        "append-only",
        **{"accounts by outcome": counts(last, "outcome"), "not written": as_table(problems.head(20))},
    )


def require_writable(warehouse: Warehouse, cycle: str, config: RunConfig, clock: Clock) -> None:
    """Nothing, or CycleClosed where this cycle may not write now: a draft, re-opened, or before its date."""
    what_to_do = None
    if config.mode == "draft":
        what_to_do = "it is a draft, expected an open cycle. A draft can never write."
    manifest = read_gate(warehouse.folder, cycle, "sign_offs")
    revision = revision_of_gate(warehouse.events(cycle), "sign_offs")
    if what_to_do is None and (manifest is None or manifest.revision != revision):
        what_to_do = "nothing of this revision was signed, expected signed packets. Run review, then sign."
    if config.write_not_before and f"{clock.now():%Y-%m-%d}" < config.write_not_before:
        what_to_do = f"its effective date is {config.write_not_before}, expected that day or later. Run it then."
    if what_to_do:
        raise CycleClosed(f"cycle {cycle}, write-back: {what_to_do}")


def require_unclaimed(warehouse: Warehouse, cycle: str, config: RunConfig, account_ids: list[str]) -> None:
    """Nothing, or CycleClosed where a narrower open cycle has taken over an account that is still to be written."""
    claims = warehouse.query("eligible_pool/open_claims", (ELIGIBLE_POOL, RUN_CONFIG, CYCLE_EVENTS), cycle=cycle)
    taken = withdrawn(claims, config.scope).filter(pl.col("account_id").is_in(account_ids))
    if taken.height:
        others = ", ".join(sorted(set(taken["detail"])))
        raise CycleClosed(
            f"cycle {cycle}, write-back: {taken.height} approved accounts belong to {others} now, expected none. "
            f"`assignment run sign_off {cycle}` withdraws them; the regions concerned sign again."
        )


def _close_when_done(warehouse: Warehouse, cycle: str, clock: Clock) -> None:
    """Closes the cycle once every region is signed and every approved move has ended."""
    digests, verdicts, approved, log, events = warehouse.tables(
        cycle, REGION_DIGESTS, SIGN_OFF_VERDICTS, APPROVED_DIFF, WRITE_BACK_LOG, CYCLE_EVENTS
    )
    signed = verdicts.filter((pl.col("verdict") == "accepted") & (pl.col("decision") == "approve"))
    unsigned = digests.join(signed, on=["region", "digest"], how="anti")
    last = log.group_by("account_id", maintain_order=True).last()
    ended = last.filter(~pl.col("outcome").is_in(["deferred", "failed", "unknown", "held"]))
    waiting = approved.filter(pl.col("status") != "revoked").join(ended, on="account_id", how="anti")
    is_closed = events.filter(pl.col("event").is_in(FINISHED_EVENTS)).height > 0
    if is_closed or unsigned.height or waiting.height or not digests.height:
        return
    row = {
        "event_no": events.height + 1,
        "event": "closed",
        "revision": current_revision(events),
        "from_stage": None,
        "actor": "write_back",
        "reason": "every region is signed and every move has ended",
        "at": clock.now(),
    }
    warehouse.append(cycle, CYCLE_EVENTS, pl.DataFrame([row], schema=CYCLE_EVENTS.columns))
