"""The rehearsal of `make demo`, in small: from the org to the org, then told again."""

import polars as pl

from assignment_assets.demo.story import CYCLE, rehearse
from assignment_assets.domain.tables import APPROVED_DIFF, LOCK_VERDICTS, SUBMISSIONS, WRITE_BACK_LOG
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.published import read_published


def test_the_demo_ends_with_owners_written_and_tells_itself_again(tmp_path, dagster_home, monkeypatch):
    for name, value in {
        "ASSIGNMENT_DATA": str(tmp_path / "data"),
        "DAGSTER_HOME": str(dagster_home),
        "ASSIGNMENT_KEY": "k" * 32,
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("URL", "CA_FILE", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"ASSIGNMENT_SF_{name}", "")  # the rehearsal sets them; put back afterwards
    for name in ("ASSIGNMENT_SETTINGS", "ASSIGNMENT_SOURCE", "ASSIGNMENT_SOURCE_PATH"):
        monkeypatch.delenv(name, raising=False)
    said: list[str] = []
    outcome = rehearse(14, 1_000, 7, "quick", said.append)
    folder = DataFolder(tmp_path / "data")
    tables = (APPROVED_DIFF, WRITE_BACK_LOG, LOCK_VERDICTS, SUBMISSIONS)
    approved, log, locks, submissions = (read_published(folder, CYCLE, table) for table in tables)
    assert f"{CYCLE}: closed" in outcome.text
    assert outcome.report.is_file()
    written = log.filter(pl.col("outcome") == "verified")
    assert set(written["account_id"]) == set(approved.filter(pl.col("status") == "approved")["account_id"])
    assert "  second run: 0 writes" in said
    assert {"unknown_answer", "over_quota"} <= set(locks["rule"].drop_nulls())
    assert "refused" in set(submissions["verdict"])
    assert f"{CYCLE}: closed" in rehearse(14, 1_000, 7, "quick", said.append).text
    assert said[-1].startswith(f"The cycle {CYCLE} has run already")
