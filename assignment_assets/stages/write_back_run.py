"""How the write-back of a cycle runs: plan by plan, published on the way, and logged."""

from collections.abc import Callable, Iterator

from assignment_assets.domain.sign_off.approval import OWNED_NOW
from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.write_back_plans import approved_rows, plan_cycle
from assignment_assets.stages.write_back_waiting import what_waits
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.planning import withdrawn
from assignment_assets.write_back.publishing import WriteBackState, ended_log_rows, publish, publish_state
from assignment_assets.write_back.writer import Progress, Tools, write


def seats(warehouse: Warehouse, cycle: str) -> dict[str, int]:
    """Free seats of every field rep, now: capacity less what they own, below 0 where a book is overfull."""
    books = warehouse.answer(cycle, OWNED_NOW).select("rep_id", "capacity", "owned_count")
    return {rep_id: capacity - owned for rep_id, capacity, owned in books.iter_rows()}


def write_published(
    journal: Journal, warehouse: Warehouse, cycle: str, given: Tools, say: Callable[[str], object]
) -> str:
    """Writes the cycle; where it stands is published at every step, the journal and the log at the end, however that
    comes. Returns the last state in words. Where people load by hand nothing is sent."""
    target, progress = warehouse.folder.published(cycle), None
    if journal.news:
        say(journal.news)
    if given.org_id:
        _, rows = what_waits(journal, warehouse, cycle, given)
        publish(journal, warehouse.folder.journal, target, cycle)
        return _to_be_loaded(cycle, rows.height)
    try:
        for progress in write_cycle(journal, warehouse, cycle, given):
            publish_state(target, WriteBackState.of(progress, given.clock(), "writing"))
            say(f"write-back: {progress}")
    finally:
        publish(journal, warehouse.folder.journal, target, cycle)
        append_log(journal, warehouse, cycle)
    if progress is None:
        return "finished"
    state = WriteBackState.of(progress, given.clock(), "paused" if progress.pause else "finished")
    publish_state(target, state)
    return ": ".join(filter(None, (state.state, state.sentence)))


def _to_be_loaded(cycle: str, count: int) -> str:
    if not count:
        return "nothing waits to be loaded by hand"
    return f"{count:,} accounts wait to be loaded by hand: `assignment write-back export {cycle}`"


def write_cycle(journal: Journal, warehouse: Warehouse, cycle: str, given: Tools) -> Iterator[Progress]:
    """Plans what is newly signed, then writes every plan of the cycle that has not ended; stops where one pauses.

    Raises
    ------
    CycleClosed
        The cycle was rolled back.
    """
    with warehouse.reading(cycle) as reader:
        rows = approved_rows(reader)
    for plan in plan_cycle(journal, warehouse, cycle, given):
        gone = withdrawn(journal.rows(plan.plan_id), rows, plan.sign_off_no)
        for progress in write(journal, plan, seats(warehouse, cycle), given, gone):
            yield progress
        append_log(journal, warehouse, cycle)
        if progress.pause:
            return


def append_log(journal: Journal, warehouse: Warehouse, cycle: str) -> None:
    """Brings `write_back_log` up to date with what runs have left; rows that it has stay as they are."""
    derived = ended_log_rows(journal, cycle)
    if derived.height:
        new = derived.join(warehouse.table(cycle, WRITE_BACK_LOG), on=list(WRITE_BACK_LOG.key), how="anti")
        if new.height:
            warehouse.append(cycle, WRITE_BACK_LOG, new)
