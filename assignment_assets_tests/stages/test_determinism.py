"""Same inputs, decisions and seed: the same bytes, in any folder and with any number of threads."""

import os
import subprocess
import sys

import pytest

from assignment_assets.domain.setup.freeze import TABLE_STAGE
from assignment_assets.domain.tables import TABLES
from assignment_assets.io.folders import PROJECT, DataFolder
from assignment_assets.io.warehouse.published import read_manifest
from assignment_assets_tests.rehearsal import Cycle

CYCLE = "2026q4-global"
LOGS = {name for name, table in TABLES.items() if table.is_log}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The published folders of one cycle told twice, in two processes, with one thread and with two."""
    folders = {threads: tmp_path_factory.mktemp(f"threads{threads}") for threads in ("1", "2")}
    tellers = []
    for threads, folder in folders.items():
        limits = dict.fromkeys(("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS"), threads)
        words = [sys.executable, "-m", "assignment_assets_tests.stages.one_cycle", str(folder), threads]
        tellers.append(subprocess.Popen(words, cwd=PROJECT, env=os.environ | limits, stderr=subprocess.PIPE, text=True))
    said = [teller.communicate()[1] for teller in tellers]
    assert [teller.returncode for teller in tellers] == [0, 0], "\n".join(text[-3000:] for text in said)
    return [DataFolder(folder / "data") for folder in folders.values()]


def test_every_table_up_to_the_approved_diff_is_the_same_byte_for_byte(told):
    one, two = ({path.stem: path.read_bytes() for path in folder.published(CYCLE).glob("*.parquet")} for folder in told)
    assert set(one) == set(two)
    assert {*TABLE_STAGE, "decided_books", "sign_off_packets", "region_digests", "approved_diff"} <= set(one)
    assert {name for name in one if one[name] != two[name]} <= LOGS


def test_the_digests_are_the_same_too(told):
    one, two = (
        {name: entry["digest"] for name, entry in read_manifest(folder, CYCLE).items() if name not in LOGS}
        for folder in told
    )
    assert one == two


def test_the_story_had_people_in_it(told):
    cycle = Cycle(told[0], CYCLE)
    verdicts = {
        table: cycle.table(TABLES[table])["verdict"].to_list()
        for table in ("lock_verdicts", "edit_verdicts", "sign_off_verdicts")
    }
    assert "accepted" in verdicts["lock_verdicts"] and "accepted" in verdicts["edit_verdicts"]
    assert "held" in verdicts["edit_verdicts"]
    assert verdicts["sign_off_verdicts"] == ["accepted", "accepted"]
    assert cycle.table(TABLES["approved_diff"]).height > 5
