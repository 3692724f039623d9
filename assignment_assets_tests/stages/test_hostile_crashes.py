"""A process that dies between two steps of a segment: the next run of the same segment makes up for it."""

from datetime import datetime

import polars as pl
import pytest

from assignment_assets.domain.gates.gates import Receipt
from assignment_assets.domain.tables import AUDIT_LOG, SUBMISSIONS, WRITE_BACK_LOG
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.published import read_manifest, read_published
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.intake import fold

CYCLE = "2026q4-global"
RECEIPT = Receipt(
    1, "lock_lists", "ana", "", "keep.xlsx", "d1", ".xlsx", datetime(2026, 10, 2), False, 1, "accepted", "", "taken"
)


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


@pytest.fixture
def warehouse(tmp_path) -> Warehouse:
    return Warehouse(database=str(tmp_path / "warehouse.duckdb"))


def die(*_, **__):
    raise Killed


def attempt_row(account_id: str) -> pl.DataFrame:
    row = dict.fromkeys(WRITE_BACK_LOG.columns) | {
        "sign_off_no": 1,
        "account_id": account_id,
        "attempt": 1,
        "outcome": "verified",
    }
    return WRITE_BACK_LOG.conform(pl.DataFrame([row], schema=WRITE_BACK_LOG.columns))


def test_a_crash_while_receipts_are_folded_in_loses_no_audit_row(warehouse, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Warehouse, "_publish", die)
        fold(warehouse, CYCLE, "lock_lists", (RECEIPT,))
    for _ in range(2):
        fold(warehouse, CYCLE, "lock_lists", (RECEIPT,))
        assert warehouse.table(CYCLE, SUBMISSIONS)["receipt_no"].to_list() == [1]
        assert warehouse.table(CYCLE, AUDIT_LOG)["subject"].to_list() == ["receipt 1"]


def test_what_a_crash_left_unpublished_is_published_at_the_next_look(warehouse, monkeypatch):
    folder = DataFolder(warehouse.folder.root)
    warehouse.append(CYCLE, WRITE_BACK_LOG, attempt_row("a01"))
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Warehouse, "_publish", die)
        warehouse.append(CYCLE, WRITE_BACK_LOG, attempt_row("a02"))
    assert read_published(folder, CYCLE, WRITE_BACK_LOG).height == 1
    assert warehouse.table(CYCLE, WRITE_BACK_LOG)["account_id"].to_list() == ["a01", "a02"]
    assert read_published(folder, CYCLE, WRITE_BACK_LOG).equals(warehouse.table(CYCLE, WRITE_BACK_LOG))
    assert read_manifest(folder, CYCLE)["write_back_log"]["rows"] == 2
    assert not list(folder.published(CYCLE).glob(".*"))
