"""A cycle as tests run it: real segments on folders of the test's own, people who answer, a clock that they move."""

import json
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from assignment_assets.automation.run_segment import SegmentRun, run_segment
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.decisions import HeldEditDecision, SignOff, decision_file, signed_text
from assignment_assets.domain.tables import REGION_DIGESTS, Table
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.intake.look import Look, look
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.io.workbooks.filled_in import fill_lock_list, fill_review
from assignment_assets.sample.company import Company, write
from assignment_assets_tests.company import PRIYA, SIGNERS, config

KEY = "a key that only these tests know"
BEGIN = datetime(2026, 10, 1, 9, 0)
DAGSTER_YAML = "telemetry:\n  enabled: false\n"


@event.listens_for(Engine, "connect")
def without_waiting_for_the_disk(connection, _record) -> None:
    """Dagster's own files need not outlive a power failure here: a cycle writes and closes them some 2,000 times."""
    connection.execute("PRAGMA synchronous = OFF")


def settle_in(folder: Path, dagster_home: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A data folder, settings and the environment that points at them."""
    settings = folder / "settings.toml"
    signers = "\n".join(f'"{person}" = {json.dumps(regions)}' for person, regions in SIGNERS.items())
    settings.write_text(f"[signers]\n{signers}\n")
    dagster_home.mkdir(parents=True, exist_ok=True)
    (dagster_home / "dagster.yaml").write_text(DAGSTER_YAML)
    for name, value in {
        "ASSIGNMENT_DATA": folder / "data",
        "ASSIGNMENT_KEY": KEY,
        "DAGSTER_HOME": dagster_home,
        "ASSIGNMENT_SETTINGS": settings,
        "ASSIGNMENT_SOURCE": "sample",
        "ASSIGNMENT_SOURCE_PATH": folder / "sample",
    }.items():
        monkeypatch.setenv(name, str(value))
    return DataFolder.from_environment()


def copy_of(told: Path, folder: Path, dagster_home: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """What an earlier story left behind, in folders of one's own."""
    shutil.copytree(told, folder, dirs_exist_ok=True)
    return settle_in(folder, dagster_home, monkeypatch)


@dataclass
class Cycle:
    """One cycle, its folder and its clock; `now` is what receipts and deadlines go by."""

    folder: DataFolder
    name: str = "2026q4-global"
    now: datetime = BEGIN
    runs: list[SegmentRun] = field(default_factory=list)

    def source(self, company: Company) -> "Cycle":
        """Lets the sample source hand out this company from now on."""
        write(company, self.folder.root.parent / "sample")
        return self

    def run(self, segment: str, run_config: RunConfig | None = None) -> SegmentRun:
        """Materialises a segment at `now`."""
        self.runs.append(run_segment(segment, self.name, run_config, self.now))
        return self.runs[-1]

    def open(self, **changes) -> "Cycle":
        """Opens the cycle with `config` and some changes."""
        self.run("open_cycle", config(**changes))
        return self

    def propose(self) -> "Cycle":
        """Runs on to the review packets, once the keep-lists' deadline has passed."""
        self.pass_time(days=8)
        self.run("propose")
        return self

    def review(self) -> "Cycle":
        """Runs on to the sign-off packets, once the reviews' deadline has passed."""
        self.pass_time(days=8)
        self.run("review")
        return self

    def sign_off(self, *regions: str, person: str = PRIYA) -> "Cycle":
        """Has regions signed by one person, all of them unless named, and runs sign_off."""
        for region in regions or self.table(REGION_DIGESTS)["region"]:
            self.sign(region, person)
        self.look("sign_offs")
        self.run("sign_off")
        return self

    def table(self, table: Table) -> pl.DataFrame:
        """A published table of the cycle."""
        return read_published(self.folder, self.name, table)

    def rows(self, table: Table, **where) -> list[dict]:
        """The published rows of a table in which columns have these values."""
        return self.table(table).filter(*(pl.col(name) == value for name, value in where.items())).to_dicts()

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse that the segments write."""
        return Warehouse(database=str(self.folder.warehouse))

    def pass_time(self, **spans: float) -> None:
        """Moves the clock on."""
        self.now += timedelta(**spans)

    def packet(self, gate: str, person: str, name: str) -> Path:
        """The packet that was sent."""
        return self.folder.outbox(self.name, gate) / person / name

    def answer(self, gate: str, person: str, name: str) -> Path:
        """Where an answer is put."""
        return self.folder.inbox(self.name, gate) / person / name

    def keep(self, rep_id: str, answers: dict[str, str]) -> None:
        """A rep types answers into the keep-list and puts it into the inbox."""
        name = "lock_list.xlsx"
        fill_lock_list(self.packet("lock_lists", rep_id, name), self.answer("lock_lists", rep_id, name), answers)

    def edit(self, director: str, undo=None, drop=None, add=()) -> None:
        """A director types edits into the review book and puts it into the inbox."""
        name = "review.xlsx"
        packet, target = self.packet("review_edits", director, name), self.answer("review_edits", director, name)
        fill_review(packet, target, undo, drop, add)

    def sign(self, region: str, person: str, decision: str = "approve", digest: str | None = None) -> None:
        """A person signs a region, as `assignment sign-off` does."""
        standing = self.table(REGION_DIGESTS).filter(pl.col("region") == region)["digest"]
        revision = read_gate(self.folder, self.name, "sign_offs").revision
        self._put(SignOff(self.name, revision, region, digest or standing[0], decision, person), person)

    def decide(self, edit: dict, person: str, decision: str) -> None:
        """A person decides a held edit (a row of `edit_verdicts`)."""
        revision = read_gate(self.folder, self.name, "sign_offs").revision
        named = edit["receipt_no"], edit["account_id"], edit["rep_id"]
        self._put(HeldEditDecision(self.name, revision, *named, decision, person, "agreed by phone"), person)

    def _put(self, decision: SignOff | HeldEditDecision, person: str) -> None:
        text = signed_text(decision, signer_token(engine_key(), person))
        write_whole(self.answer("sign_offs", person, decision_file(decision)), text)

    def look(self, gate: str) -> Look:
        """Looks into the inbox of a gate at `now`."""
        return look(self.folder, self.name, gate, self.now, engine_key(), settled_seconds=0)
