"""A cycle as it is published: its tables, and where it stands. Read by reports, pages and the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.gate import GATES
from assignment_assets.domain.gates.status import CycleStatus, CycleStatusInput, cycle_status
from assignment_assets.domain.reading import Query
from assignment_assets.domain.setup.source_confirmation import ConfirmationInput, unconfirmed_jumps
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CYCLE_EVENTS,
    ELIGIBLE_POOL,
    OVERFLOW,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    REPS,
    REVIEWED_BOOKS,
    RUN_CONFIG,
    SIGN_OFF_VERDICTS,
    TABLES,
    WRITE_BACK_LOG,
    F,
    Table,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.look import read_receipts
from assignment_assets.io.intake.outbox import read_gate, withdraw_stale
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.published import answer_published, read_published
from assignment_assets.io.who_writes import who_writes


@dataclass(frozen=True)
class PublishedCycles:
    """Cycles' published tables, as inputs of rules read them; see `domain.reading`."""

    folder: DataFolder

    @contextmanager
    def reading(self, cycle: str) -> Iterator["PublishedReader"]:
        """A reader of the cycle's rows."""
        yield PublishedReader(self.folder, cycle)


@dataclass(frozen=True)
class PublishedReader:
    """Reads one cycle's published rows."""

    folder: DataFolder
    cycle: str

    def table(self, table: Table[F]) -> F:
        """The cycle's rows of a table."""
        return read_published(self.folder, self.cycle, table)

    def answer(self, query: Query[F], **parameters: object) -> F:
        """The query's answer for the cycle."""
        return answer_published(self.folder, self.cycle, query, **parameters)


def tables_of(folder: DataFolder, cycle: str) -> dict[str, pl.DataFrame]:
    """Table name → rows, of every table that the cycle has published."""
    return {
        path.stem: read_published(folder, cycle, TABLES[path.stem])
        for path in sorted(folder.published(cycle).glob("*.parquet"))
        if path.stem in TABLES
    }


def status_of(folder: DataFolder, cycle: str, now: datetime) -> CycleStatus:
    """Where the cycle stands at a time (UTC without zone)."""
    gates = {
        gate: (manifest, read_receipts(folder, cycle, gate))
        for gate in GATES
        if (manifest := read_gate(folder, cycle, gate)) is not None
    }
    given = CycleStatusInput(
        configs=read_published(folder, cycle, RUN_CONFIG),
        events=read_published(folder, cycle, CYCLE_EVENTS),
        proposed=read_published(folder, cycle, PROPOSED_BOOKS),
        overflow=read_published(folder, cycle, OVERFLOW),
        reviewed=read_published(folder, cycle, REVIEWED_BOOKS),
        digests=read_published(folder, cycle, REGION_DIGESTS),
        verdicts=read_published(folder, cycle, SIGN_OFF_VERDICTS),
        log=read_published(folder, cycle, WRITE_BACK_LOG),
        reps=read_published(folder, cycle, REPS),
        pool=read_published(folder, cycle, ELIGIBLE_POOL),
        approved=read_published(folder, cycle, APPROVED_DIFF),
        jumps=tuple(unconfirmed_jumps(ConfirmationInput.read(PublishedCycles(folder), cycle))),
        who=who_writes(folder, cycle, read_settings()),
    )
    return cycle_status(cycle, given, gates, now)


def read_status(folder: DataFolder, cycle: str, now: datetime) -> CycleStatus:
    """Where a cycle stands; packets that a killed command left out are withdrawn first.

    Raises
    ------
    CycleClosed
        There is no such cycle.
    """
    require_known(folder, cycle)
    withdraw_stale(folder, cycle, now)
    return status_of(folder, cycle, now)


def known_cycles(folder: DataFolder) -> list[str]:
    """The ids of all cycles that were opened."""
    return sorted(path.parent.name for path in folder.root.glob("published/*/manifest.json"))


def left_out_before(folder: DataFolder, cycle: str) -> list[str]:
    """Accounts that write-backs of other cycles left out because the org refused them, and whose owner is not the one
    that they were to have: a line each."""
    owners = dict(read_published(folder, cycle, ACCOUNTS).select("account_id", "owner_id").iter_rows())
    lines = []
    for other in known_cycles(folder):
        log = read_published(folder, other, WRITE_BACK_LOG) if other != cycle else WRITE_BACK_LOG.empty()
        last = log.sort("sign_off_no", "attempt").unique("account_id", keep="last", maintain_order=True)
        lines += [
            f"{row['account_id']}: {other} went on without it, {row['error']}"
            for row in last.filter(outcome="left_out").sort("account_id").to_dicts()
            if row["account_id"] in owners and owners[row["account_id"]] != row["new_owner_id"]
        ]
    return lines


def require_known(folder: DataFolder, cycle: str) -> None:
    """Nothing, where such a cycle was opened.

    Raises
    ------
    CycleClosed
        There is no such cycle.
    """
    known = known_cycles(folder)
    if cycle not in known:
        expected = f"one of {', '.join(known)}" if known else "one that was opened"
        raise CycleClosed(f"cycle {cycle}: there is none, expected {expected}. Open it with `assignment cycle new`.")
