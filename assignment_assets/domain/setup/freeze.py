"""What may no longer change: the tables before a gate whose packets are out, and cycles that are over."""

import polars as pl

from assignment_assets.domain.errors import CycleClosed, CycleFrozen
from assignment_assets.domain.gate import GATES
from assignment_assets.domain.setup.cycle import FINISHED_EVENTS, STAGES
from assignment_assets.domain.tables import CycleEventsFrame

TABLE_STAGE = {
    "accounts": "sources",
    "reps": "sources",
    "opportunities": "sources",
    "source_exceptions": "sources",
    "source_profile": "sources",
    "run_config": "setup",
    "current_books": "setup",
    "eligible_pool": "setup",
    "locks": "locks",
    "lock_verdicts": "locks",
    "referring_front": "assignment",
    "referring_front_books": "assignment",
    "chosen_points": "assignment",
    "proposed_books": "assignment",
    "overflow": "assignment",
    "certificate": "assignment",
    "families": "assignment",
    "reviewed_books": "review",
    "edit_verdicts": "review",
}


def revision_of_gate(cycle_events: CycleEventsFrame, gate: str) -> int:
    """The revision that a gate's packets carry: the last one that re-opened its stage or an earlier one, else 1."""
    stage = STAGES.index(GATES[gate].stage)
    reopened = cycle_events.filter(pl.col("event") == "reopened")
    reaching = [row["revision"] for row in reopened.iter_rows(named=True) if STAGES.index(row["from_stage"]) <= stage]
    return max(reaching, default=1)


def current_revision(cycle_events: CycleEventsFrame) -> int:
    """The cycle's revision: 1, and one more each time it was re-opened."""
    return 1 + cycle_events.filter(pl.col("event") == "reopened").height


def require_unfinished(cycle: str, cycle_events: CycleEventsFrame) -> None:
    """Nothing, or CycleClosed where the cycle was cancelled, has expired or is closed."""
    finished = cycle_events.filter(pl.col("event").is_in(FINISHED_EVENTS))
    if finished.height:
        last = finished.row(-1, named=True)
        raise CycleClosed(
            f"cycle {cycle}: it is {last['event']} since {last['at']:%Y-%m-%d %H:%M} UTC by {last['actor']}, expected "
            f"an open cycle or a draft. Open a new cycle with `assignment cycle new`."
        )


def require_unfrozen(cycle: str, table: str, issued: dict[str, int], old_digest: str | None, new_digest: str) -> None:
    """Nothing, or CycleFrozen where a table would change although the packets of a later gate are out.

    Parameters
    ----------
    cycle, table
        What is about to be replaced.
    issued
        The gates whose packets are out, with their revision.
    old_digest, new_digest
        Canonical digests of the published table (None: never published) and of the one to come.
    """
    if old_digest is None or old_digest == new_digest or table not in TABLE_STAGE:
        return
    stage = STAGES.index(TABLE_STAGE[table])
    later = [gate for gate in issued if STAGES.index(GATES[gate].stage) > stage]
    if later:
        raise CycleFrozen(
            f"cycle {cycle}, table {table}: its content would change (digest {old_digest[:8]} → {new_digest[:8]}) "
            f"although packets of {', '.join(later)} are out, expected the same content. "
            f"To change it: `assignment cycle reopen {cycle} --from {TABLE_STAGE[table]} --reason …`."
        )


def is_stale(cycle_events: CycleEventsFrame, gate: str, revision: int) -> bool:
    """Whether a gate's packets are out although they should have been withdrawn: the cycle ended without writing, or
    was re-opened from this gate's stage or an earlier one."""
    ended = cycle_events.filter(pl.col("event").is_in(["cancelled", "expired"])).height > 0
    return ended or revision < revision_of_gate(cycle_events, gate)
