"""How a cycle ends where people load owners by hand: what is signed goes out, and comes back loaded, refused or signed.

The plans and the journal are those of a write-back to an org: one truth of what was approved and what became of it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.setup.eligible_pool import OPEN_CLAIMS
from assignment_assets.domain.setup.freeze import require_unfinished
from assignment_assets.domain.sign_off.write_permission import require_unclaimed
from assignment_assets.domain.tables import REPS, RepsFrame
from assignment_assets.io.warehouse.cycle_lock import one_run
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.cycle import frozen_config
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.write_back_log import close_when_done, require_writable
from assignment_assets.stages.write_back_run import append_log
from assignment_assets.stages.write_back_tools import tools
from assignment_assets.stages.write_back_waiting import what_waits
from assignment_assets.write_back.by_hand import TakenIn, note_exported, take_in
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.opening import journal_of
from assignment_assets.write_back.publishing import publish
from assignment_assets.write_back.result_files import Told
from assignment_assets.write_back.undoing import by_plan
from assignment_assets.write_back.writer import Tools


@dataclass(frozen=True)
class Loading:
    """A cycle whose owners are loaded by hand, with its journal open: `rows` are what still waits (`by_hand.WAITING`
    and `load_file.ROWS`), `reps` the roster."""

    cycle: str
    warehouse: Warehouse
    journal: Journal
    tools: Tools
    clock: Clock
    plans: Sequence[Plan]
    rows: pl.DataFrame
    reps: RepsFrame

    def of_regions(self, regions: Sequence[str]) -> pl.DataFrame:
        """The rows of these regions, all rows where none is named.

        Raises
        ------
        CycleClosed
            A region has none that wait.
        """
        there = sorted(set(self.rows["region"]))
        unknown = [region for region in regions if region not in there]
        if unknown:
            raise CycleClosed(
                f"cycle {self.cycle}: nothing of {', '.join(unknown)} waits to be loaded, expected one of "
                f"{', '.join(there) or 'the regions, of which none waits'}. `assignment cycle status {self.cycle}` "
                "says what is signed."
            )
        return self.rows.filter(pl.col("region").is_in(list(regions))) if regions else self.rows

    def note_exported(self, rows: pl.DataFrame, file: str) -> None:
        """Notes that these rows went out in a file; an org's own plans stay as they are."""
        if self.tools.org_id:
            note_exported(self.journal, rows, self.tools, file)

    def take_in(self, told: Told, expected: dict[str, set[str]], plan_id: str = "") -> TakenIn:
        """Takes result files in, as `by_hand.take_in` does; closes the cycle once everything has ended.

        Raises
        ------
        CycleClosed
            There is no such plan, or none at all.
        """
        if not self.plans:
            raise CycleClosed(f"cycle {self.cycle}: nothing is planned, expected signed moves. Sign first.")
        plans = [by_plan(self.plans, plan_id)] if plan_id else self.plans
        taken = take_in(self.journal, plans, told, self.tools, expected)
        self.settle()
        return taken

    def settle(self) -> None:
        """Brings the log up to date, and closes the cycle once everything has ended."""
        if self.tools.org_id:
            append_log(self.journal, self.warehouse, self.cycle)
            close_when_done(self.warehouse, self.cycle, self.clock)


@contextmanager
def loading(warehouse: Warehouse, cycle: str, source: Source, clock: Clock) -> Iterator[Loading]:
    """The cycle's approved changes, every signature over them checked, with the journal open; published at the end.

    Raises
    ------
    CycleClosed
        The cycle may not be written now.
    Tampered
        Something was changed after signing.
    """
    given = tools(source, clock)
    with one_run(warehouse.folder, cycle, "load by hand"):
        config = frozen_config(warehouse, cycle)
        require_unfinished(cycle, warehouse.events(cycle))
        require_writable(warehouse, cycle, config, clock)
        require_invariants(warehouse, cycle, "reviewed_books", "sign_off_packets", "approved_diff")
        with journal_of(warehouse.folder) as journal:
            try:
                plans, rows = what_waits(journal, warehouse, cycle, given)
                with warehouse.reading(cycle) as reader:
                    claims, reps = reader.answer(OPEN_CLAIMS), reader.table(REPS)
                require_unclaimed(cycle, config.scope, claims, rows["account_id"].to_list())
                yield Loading(cycle, warehouse, journal, given, clock, plans, rows, reps)
            finally:
                publish(journal, warehouse.folder.journal, warehouse.folder.published(cycle), cycle)
