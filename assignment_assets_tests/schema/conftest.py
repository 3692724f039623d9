"""Data folders of four earlier releases, each packed once by that release's own code.

    7553872   before the write-back: a cycle with a held edit that was decided, one of two regions signed
    ecd057c   a cycle of which one of two regions is signed and written; two passes of routing
    bfc8189   the same, some tables later
    bf1387a   before today's names: moves without a field rep and one of two regions signed, nothing written; its org

The zips hold what the stores are; workbooks are left out. Everything is sealed with the key of `rehearsal`.
"""

import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from assignment_assets_tests.rehearsal import Cycle, settle_in

RELEASES = ("7553872", "ecd057c", "bfc8189")
LEFT_AT = datetime(2026, 10, 17, 9, 0)


@pytest.fixture
def left_by(tmp_path, dagster_home, monkeypatch):
    """Release → the cycle in the data folder that it has left behind."""

    def unpack(release: str) -> Cycle:
        folder = settle_in(tmp_path, dagster_home, monkeypatch)
        with zipfile.ZipFile(Path(__file__).with_name(f"{release}.zip")) as packed:
            packed.extractall(tmp_path)
        return Cycle(folder, now=LEFT_AT)

    return unpack


@pytest.fixture(params=RELEASES)
def earlier(request, left_by) -> Cycle:
    """The cycle that each of the releases has left behind."""
    return left_by(request.param)
