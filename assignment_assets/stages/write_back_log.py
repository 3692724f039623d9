"""Stage 06: the approved owners are written to Salesforce, read back, and logged account by account."""

from dataclasses import dataclass
from typing import Any, Self

import dagster as dg
import polars as pl

from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.placed import MOVED, Placed
from assignment_assets.domain.setup.cycle_events import next_event
from assignment_assets.domain.setup.eligible_pool import OPEN_CLAIMS
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.outcomes import LAST_OUTCOMES, LastOutcomesFrame
from assignment_assets.domain.sign_off.write_permission import (
    CompletionInput,
    may_close,
    require_permitted,
    require_unclaimed,
)
from assignment_assets.domain.tables import CYCLE_EVENTS, WRITE_BACK_LOG, WriteBackLogFrame
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.cycle import as_table, counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.handoff_notices import tell_handoffs
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.write_back_plans import approved_rows
from assignment_assets.stages.write_back_run import write_published
from assignment_assets.stages.write_back_tools import tools
from assignment_assets.write_back.apply import open_changes
from assignment_assets.write_back.opening import journal_of
from assignment_assets.write_back.publishing import second_looks


@dataclass(frozen=True)
class WrittenInput:
    """What a write-back has left."""

    log: WriteBackLogFrame
    last_outcomes: LastOutcomesFrame

    @classmethod
    def read(cls, warehouse: Warehouse, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                log=reader.table(WRITE_BACK_LOG),
                last_outcomes=reader.answer(LAST_OUTCOMES),
            )


@stage_asset("write_back", deps=["approved_diff"], kinds={"salesforce"}, pool="write_back")
def write_back_log(
    context: dg.AssetExecutionContext, warehouse: Warehouse, source: Source, clock: Clock
) -> dg.MaterializeResult[Any]:
    """Each approved owner, written to Account.OwnerId and read back; nothing else is ever written.

    Every sign-off has one sealed plan in the journal. Right before each write the account is read again: an owner,
    state or carve-out that changed since, a deleted account or an inactive receiver stop that account and are listed.
    A run that pauses or dies is taken up by the next, which reads back before it sends; a finished one writes nothing.
    What the org refuses is set aside by its reason; people told of an account that is left out have another letter.
    With a first batch (`first_batch`) the rest waits until a person has seen what became of it.
    Where the source is no org nothing is sent: the state says how many accounts wait to be loaded by hand.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    require_writable(warehouse, cycle, config, clock)
    require_invariants(warehouse, cycle, "reviewed_books", "sign_off_packets", "approved_diff")
    with warehouse.reading(cycle) as reader:
        still_to_write = [
            change.record_id for change in open_changes(approved_rows(reader), reader.table(WRITE_BACK_LOG))
        ]
        require_unclaimed(cycle, config.scope, reader.answer(OPEN_CLAIMS), still_to_write)
    with journal_of(warehouse.folder) as journal:
        state = write_published(journal, warehouse, cycle, tools(source, clock), context.log.info)
    close_when_done(warehouse, cycle, clock)
    written = WrittenInput.read(warehouse, cycle)
    if written.log.filter(pl.col("outcome") == "left_out").height:
        tell_handoffs(warehouse, cycle, clock)
    problems = written.last_outcomes.filter(~pl.col("outcome").is_in(MOVED)).select(
        "account_id", "outcome", "error_code", "error"
    )
    return handed_on(
        written.log,
        "append-only",
        **{
            "accounts": str(Placed.of(written.log)),
            "accounts by outcome": counts(written.last_outcomes, "outcome"),
            "not written": as_table(problems.head(20)),
            "state": state,
            **{
                f"first batch of {plan_id}": look.page(plan_id)
                for plan_id, look in second_looks(warehouse.folder.published(cycle)).items()
            },
        },
    )


def require_writable(warehouse: Warehouse, cycle: str, config: RunConfig, clock: Clock) -> None:
    """Nothing, or CycleClosed where this cycle may not write now: a draft, re-opened, or before its date."""
    manifest = read_gate(warehouse.folder, cycle, SIGN_OFF_GATE.name)
    require_permitted(cycle, config, manifest, warehouse.events(cycle), clock.now())


def close_when_done(warehouse: Warehouse, cycle: str, clock: Clock) -> None:
    """Closes the cycle once every region is signed and every approved move has ended."""
    with warehouse.reading(cycle) as reader:
        completion = CompletionInput.through(reader)
    if may_close(completion):
        why = "every region is signed and every move has ended"
        closed = next_event(completion.events, "closed", actor="write_back", reason=why, at=clock.now())
        warehouse.append(cycle, CYCLE_EVENTS, closed)
