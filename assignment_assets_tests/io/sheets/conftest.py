"""One gate whose packets go out as Google Sheets, against Google's endpoints on loopback."""

import pytest

from assignment_assets.domain.gates.gates import Addressee, GateManifest
from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.look import look
from assignment_assets.io.sheets.door import open_google
from assignment_assets.io.sheets.fetch import fetch_answers
from assignment_assets.io.sheets.google import ACCOUNT, ADDRESS
from assignment_assets.io.sheets.packets import save_packet
from assignment_assets.io.sheets.send import send
from assignment_assets.io.workbooks.lock_list import compose_lock_list
from assignment_assets.io.workbooks.review_book import compose_review_book
from assignment_assets_tests.io.intake.conftest import CYCLE, DEADLINE, ISSUED, NOON, OTHER
from assignment_assets_tests.io.workbooks.conftest import KEY, RD, REP, lock_packet, review_packet
from assignment_assets_tests.servers.google import FOLDER, account_file, serve_google

ANN, BO = "ann@example.com", "bo@example.com"


class SheetGate:
    """A gate with its packets kept, the way to Google, and a look at what comes back."""

    def __init__(self, root, gate, persons):
        self.folder, self.gate = DataFolder(root), gate
        self.manifest = self.issue(persons)

    def issue(self, persons, revision=1):
        asked = tuple(Addressee(person, person, email, "packet.xlsx") for person, email in persons.items())
        self.manifest = GateManifest(CYCLE, revision, self.gate, ISSUED, DEADLINE, asked, 0)
        write_whole(self.folder.outbox(CYCLE, self.gate) / "gate.json", self.manifest.to_json())
        for person in persons:
            code = packet_code(KEY, CYCLE, revision, self.gate, person)
            if self.gate == "lock_lists":
                packet, compose = lock_packet(code=code, revision=revision), compose_lock_list
            else:
                packet, compose = review_packet(code=code, revision=revision), compose_review_book
            save_packet(self.folder, self.gate, person, packet, compose)
        return self.manifest

    def send(self, notify=True, **options):
        return send(self.folder, self.manifest, open_google(), FOLDER, notify, **options)

    def fetch(self, now=NOON, **options):
        return fetch_answers(self.folder, self.manifest, open_google(), FOLDER, now, **options)

    def came(self, now=NOON, fetches=2):
        """Receipts given after so many fetches."""
        for _ in range(fetches):
            self.fetch(now)
        return look(self.folder, CYCLE, self.gate, now, KEY).new_receipts


@pytest.fixture(scope="session")
def _account(make_httpserver_ipv4, tmp_path_factory):
    return account_file(tmp_path_factory.mktemp("account") / "account.json", make_httpserver_ipv4)


@pytest.fixture
def google(httpserver_ipv4, _account, monkeypatch):
    """Google without a sheet yet."""
    google = serve_google(httpserver_ipv4)
    monkeypatch.setenv(ACCOUNT, _account)
    monkeypatch.setenv(ADDRESS, google.url)
    return google


@pytest.fixture
def sheet_gate(tmp_path, google):
    """The lock lists of two reps."""
    return SheetGate(tmp_path / "data", "lock_lists", {REP: ANN, OTHER: BO})


@pytest.fixture
def review_sheet_gate(tmp_path, google):
    """A director's review."""
    return SheetGate(tmp_path / "data", "review_edits", {RD: RD})
