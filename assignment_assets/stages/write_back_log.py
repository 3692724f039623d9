"""Stage 06: the approved owners are written to Salesforce, read back, and logged account by account."""

import dagster as dg
import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.setup.cycle import FINISHED_EVENTS
from assignment_assets.domain.setup.eligible_pool import withdrawn
from assignment_assets.domain.setup.freeze import current_revision, revision_of_gate
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    CYCLE_EVENTS,
    ELIGIBLE_POOL,
    REGION_DIGESTS,
    RUN_CONFIG,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.cycle import as_table, counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.write_back_run import append_log, approved_rows, tools, write_cycle
from assignment_assets.write_back.apply import open_changes
from assignment_assets.write_back.journal import opened
from assignment_assets.write_back.publishing import WriteBackState, publish, publish_state

MOVED = ("verified", "skipped_already")


@stage_asset("write_back", deps=["approved_diff"], kinds={"salesforce"}, pool="write_back")
def write_back_log(
    context: dg.AssetExecutionContext, warehouse: Warehouse, source: Source, clock: Clock
) -> dg.MaterializeResult:
    """Each approved owner, written to Account.OwnerId and read back; nothing else is ever written.

    Every sign-off has one sealed plan in the journal. Right before each write the account is read again: an owner,
    state or carve-out that changed since, a deleted account or an inactive receiver stop that account and are listed.
    A run that pauses or dies is taken up by the next, which reads back before it sends; a finished one writes nothing.
    """
    cycle, folder = context.partition_key, warehouse.folder
    config = frozen_config(warehouse, cycle)
    require_writable(warehouse, cycle, config, clock)
    require_invariants(warehouse, cycle, "reviewed_books", "sign_off_packets", "approved_diff")
    rows, log = approved_rows(warehouse, cycle), warehouse.table(cycle, WRITE_BACK_LOG)
    require_unclaimed(warehouse, cycle, config, [change.account_id for change in open_changes(rows, log)])
    with opened(folder.journal, engine_key()) as journal:
        progress = None
        try:
            for progress in write_cycle(journal, warehouse, cycle, tools(source, clock)):
                publish_state(folder.published(cycle), WriteBackState.of(progress, clock.now(), "writing"))
                context.log.info(f"write-back: {progress}")
        finally:
            publish(journal, folder.journal, folder.published(cycle), cycle)
            append_log(journal, warehouse, cycle)
    pause = progress.pause if progress else None
    state = "paused" if pause else "finished"
    if progress:
        publish_state(folder.published(cycle), WriteBackState.of(progress, clock.now(), state))
    log = warehouse.table(cycle, WRITE_BACK_LOG)
    _close_when_done(warehouse, cycle, clock)
    last = log.group_by("account_id", maintain_order=True).last()
    problems = last.filter(~pl.col("outcome").is_in(MOVED)).select("account_id", "outcome", "error_code", "error")
    return handed_on(
        log,
        "append-only",
        **{
            "accounts by outcome": counts(last, "outcome"),
            "not written": as_table(problems.head(20)),
            "state": f"{state}: {pause.sentence}" if pause else state,
        },
    )


def require_writable(warehouse: Warehouse, cycle: str, config: RunConfig, clock: Clock) -> None:
    """Nothing, or CycleClosed where this cycle may not write now: a draft, re-opened, or before its date."""
    what_to_do = None
    if config.mode == "draft":
        what_to_do = "it is a draft, expected an open cycle. A draft can never write."
    manifest = read_gate(warehouse.folder, cycle, SIGN_OFF_GATE.name)
    revision = revision_of_gate(warehouse.events(cycle), SIGN_OFF_GATE.name)
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
    if is_closed or unsigned.height or waiting.height:
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
