"""One gate with three reps in a data folder of its own, and a hand that drops files into it."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from assignment_assets.domain.gates.gates import Addressee, GateManifest, latest_receipts
from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.look import look, read_receipts
from assignment_assets.io.workbooks.filled_in import fill_lock_list
from assignment_assets.io.workbooks.lock_list import write_lock_list
from assignment_assets_tests.io.workbooks.conftest import DORMANT, KEY, NEVER, REP, lock_packet

CYCLE, GATE = "2026q4-global", "lock_lists"
ISSUED, DEADLINE = datetime(2026, 10, 1, 8), datetime(2026, 10, 8, 17)
NOON = datetime(2026, 10, 2, 12)
OTHER = "005000000000002AAA"


class Gate:
    """The gate, seen from outside: drop files, look, read what came of it."""

    def __init__(self, root, gate=GATE, persons=(REP, OTHER)):
        self.folder, self.gate, self.persons = DataFolder(root), gate, persons
        self.issue()

    def issue(self, **changes):
        asked = tuple(Addressee(person, person, "", f"{person}.xlsx") for person in self.persons)
        manifest = replace(GateManifest(CYCLE, 1, self.gate, ISSUED, DEADLINE, asked, 0), **changes)
        target = self.folder.outbox(CYCLE, manifest.gate)
        target.mkdir(parents=True, exist_ok=True)
        (target / "gate.json").write_text(manifest.to_json())
        return manifest

    def path(self, name, person=REP):
        path = self.folder.inbox(CYCLE, self.gate) / person / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def workbook(self, answers, person=REP, revision=1, is_finished=True, gate=GATE, cycle=CYCLE, key=KEY):
        """The bytes of a lock list of this person with these answers."""
        code = packet_code(key, cycle, revision, gate, person)
        sent, back = self.folder.root / "sent.xlsx", self.folder.root / "back.xlsx"
        write_lock_list(lock_packet(code=code), sent)
        fill_lock_list(sent, back, answers, is_finished)
        return back.read_bytes()

    def drop(self, content, name="keep.xlsx", person=REP):
        self.path(name, person).write_bytes(content)

    def look(self, now=NOON, settled_seconds=0.0):
        return look(self.folder, CYCLE, self.gate, now, KEY, settled_seconds)

    def verdicts(self, now=NOON):
        return [(each.verdict, each.rule) for each in self.look(now).new_receipts]

    def counting(self):
        """The numbers of the receipts that count."""
        return [each.receipt_no for each in latest_receipts(read_receipts(self.folder, CYCLE, self.gate), 1)]

    def waiting(self, person=REP):
        path = self.folder.root / "outbox" / CYCLE / "receipts" / person / f"{self.gate}-waiting.txt"
        return path.read_text() if path.is_file() else ""


@pytest.fixture
def gate(tmp_path):
    """The lock lists' gate, open, asked of two reps."""
    return Gate(tmp_path / "data")


@pytest.fixture(scope="session")
def books(tmp_path_factory):
    """Finished lock lists of one rep that differ in their answers: A, B and C."""
    maker = Gate(tmp_path_factory.mktemp("books"))
    return {
        name: maker.workbook({account_id: "keep"})
        for name, account_id in zip("ABC", [*DORMANT[:2], NEVER[0]], strict=True)
    }


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]
