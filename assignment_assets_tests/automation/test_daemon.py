"""One gate under a real Dagster daemon: files are dropped, and the next stage comes by itself.

A small company in a folder of its own; the daemon, its code server and its runs are real processes.
"""

import os
import re
import signal
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from assignment_assets.domain.gates.gates import Receipt
from assignment_assets.domain.tables import LOCKS, PROPOSED_BOOKS
from assignment_assets.io.intake.look import read_receipts
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.io.workbooks.filled_in import fill_lock_list
from assignment_assets.io.workbooks.returned import read_returned
from assignment_assets.sample import company as sample_company
from assignment_assets_tests.office import CYCLE, Office

GATE = "lock_lists"


class Gate(Office):
    """The office of five reps, seen from the gate of their lists."""

    def __init__(self, root: Path):
        super().__init__(root, sample_company.generate(5, 260, 7, date(2026, 10, 1)))

    def receipts(self) -> list[tuple[str, str]]:
        """(verdict, rule) of every receipt so far."""
        return [(each.verdict, each.rule) for each in self.all_receipts()]

    def all_receipts(self) -> tuple[Receipt, ...]:
        return read_receipts(self.folder, CYCLE, GATE)

    def reps(self) -> list[str]:
        return [each.person for each in read_gate(self.folder, CYCLE, GATE).persons]

    def answer(self, rep: str, num_kept: int) -> bytes:
        """A rep's finished list that keeps the first so many accounts that can be kept."""
        packet = self.folder.outbox(CYCLE, GATE) / rep / "lock_list.xlsx"
        open_ids = [row[0] for row in read_returned(packet).sheets["Accounts"][4:] if row[2] is None]
        target = self.root / "answer.xlsx"
        fill_lock_list(packet, target, dict.fromkeys(open_ids[:num_kept], "keep"))
        return target.read_bytes()

    def drop(self, rep: str, content: bytes, name: str = "keep.xlsx") -> None:
        """Puts a file into a rep's inbox as a person does: it appears, whole or not."""
        path = self.folder.inbox(CYCLE, GATE) / rep / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.fixture
def office(tmp_path):
    office = Gate(tmp_path)
    yield office
    office.stop()


def test_a_gate_under_a_real_daemon(office):
    office.open_cycle()
    first, *others, last = office.reps()
    office.start_daemon()
    with dg.DagsterInstance.from_config(str(office.home)) as dagster:

        def runs() -> list[dg.DagsterRun]:
            return dagster.get_runs(dg.RunsFilter(job_name="propose"))

        # A, then B, then A: three submissions; the same content under another name changes nothing.
        a, b = office.answer(first, 1), office.answer(first, 2)
        for number, content in enumerate((a, b, a), 1):
            office.drop(first, content)
            office.until(f"receipt {number}", lambda number=number: len(office.receipts()) == number)
        office.drop(first, a, "copy.xlsx")
        office.until("the copy's receipt", lambda: len(office.receipts()) == 4)
        assert office.receipts() == [("accepted", "")] * 3 + [("ignored", "same_content")]

        # All others but one; the last one's file is half copied: it waits, and nothing runs.
        for rep in others:
            office.drop(rep, office.answer(rep, 0))
        whole = office.answer(last, 1)
        office.drop(last, whole[:-300])
        waiting = office.folder.root / "outbox" / CYCLE / "receipts" / last / f"{GATE}-waiting.txt"
        office.until("a word about the half-copied file", waiting.is_file)
        office.until("the others' receipts", lambda: len(office.receipts()) == 4 + len(others))
        assert runs() == []

        # Whole: the segment starts by itself. Its process is killed: the daemon starts it again.
        office.drop(last, whole)
        [crashed] = office.until("a run", runs)
        pid = office.until("its process", lambda: process_of(dagster, crashed.run_id))
        os.kill(pid, signal.SIGKILL)
        office.until("the next packets", lambda: read_gate(office.folder, CYCLE, "review_edits"))
        office.until("the end of the run", lambda: all(run.is_finished for run in runs()))
        assert sorted(run.status.value for run in runs()) == ["FAILURE", "SUCCESS"]
        [alert] = office.until("an alert", lambda: list((office.folder.root / "alerts").glob("*-propose-*.txt")))
        assert "Dagster starts it again by itself" in alert.read_text()

        # What the first rep sent last is what counted, once.
        counted = read_published(office.folder, CYCLE, LOCKS).drop_nulls("receipt_no")
        assert set(counted.filter(counted["rep_id"] == first)["receipt_no"]) == {3}
        assert read_published(office.folder, CYCLE, PROPOSED_BOOKS).height > 0
        materialized = dagster.get_materialized_partitions(dg.AssetKey(GATE))
        assert materialized == {CYCLE}

        # What comes after the closing is told so and starts nothing.
        office.drop(first, b)
        office.until("the late file's receipt", lambda: office.receipts()[-1] == ("refused", "gate_closed"))
        assert len(runs()) == 2


def process_of(dagster: dg.DagsterInstance, run_id: str) -> int | None:
    """The process that executes a run, once it is at its first step."""
    messages = [
        record.event_log_entry.user_message or record.event_log_entry.message
        for record in dagster.get_records_for_run(run_id).records
    ]
    pids = [re.search(r"Executing steps in process \(pid: (\d+)\)", message) for message in messages]
    return next((int(found.group(1)) for found in pids if found), None)
