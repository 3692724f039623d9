"""Mistakes at the command line end in one message that says what to do: no trace, nothing stored."""

import multiprocessing
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.errors import WarehouseBusy
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.cycle_lock import one_run
from assignment_assets_tests.company import OLIVIA, PRIYA

NEW = ("cycle", "new", "a-cycle", "--as-of", "2026-10-01", "--opened-by", OLIVIA, "--preset", "quick")


def refusal(*words) -> str:
    """What the command line says when it refuses."""
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == 2, result.output
    return result.output


@pytest.mark.parametrize("content", [b"as_of = = 3", "opened_by = 'José'".encode("latin-1")])
def test_a_config_file_that_is_no_toml_is_refused_by_name(cycle, tmp_path, content):
    path = tmp_path / "wrong.toml"
    path.write_bytes(content)
    assert "wrong.toml: " in (said := refusal(*NEW, "--config", str(path)))
    assert "expected TOML in UTF-8" in said


@pytest.mark.parametrize("name", ["..", "../..", "", "nowhere"])
def test_what_is_no_cycle_is_no_cycle_to_any_command(opened, name):
    for words in (
        ("cycle", "status", name),
        ("cycle", "compare", opened.name, name),
        ("report", name),
        ("held", name),
        ("intake", name),
    ):
        assert f"cycle {name}: there is none, expected one of {opened.name}" in refusal(*words)
    assert not list(opened.folder.root.glob("reports/**/index.html"))


def test_segments_of_odd_cycle_ids_are_refused(opened):
    assert "expected 3 to 64 of the characters" in refusal("run", "propose", "../x")
    assert not (opened.folder.root / "x.lock").exists()


def test_a_signer_who_is_a_path_writes_no_file(reviewed, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", "a" * 64)
    before = {path for path in reviewed.folder.root.rglob("*") if path.is_file()}
    said = refusal("sign-off", reviewed.name, "--region", "North", "--as", f"../../{PRIYA}")
    assert "is no person, expected an e-mail address" in said
    assert {path for path in reviewed.folder.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("words", [("--as-of", "never"), ("--reps", "0"), ("--accounts", "0"), ("--seed", "-1")])
def test_a_company_that_cannot_be_is_refused(words):
    assert f"Invalid value for '{words[0]}'" in refusal("sample", "create", *words)


def test_a_data_folder_that_is_a_file_is_named(cycle, tmp_path, monkeypatch):
    path = tmp_path / "a-file"
    path.write_text("")
    monkeypatch.setenv("ASSIGNMENT_DATA", str(path))
    said = refusal(*NEW)
    assert f"{path}: " in said
    assert "ASSIGNMENT_DATA" in said


def _hold(root: Path, ready) -> None:
    with one_run(DataFolder(root), "a-cycle", "propose"):
        ready.set()
        time.sleep(300)


def test_two_runs_of_one_cycle_wait_for_each_other_and_say_for_whom(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    other = context.Process(target=_hold, args=(tmp_path, ready))
    other.start()
    try:
        assert ready.wait(120)
        with one_run(DataFolder(tmp_path), "b-cycle", "propose", 0.2):
            pass
        named = rf"cycle a-cycle: process {other.pid} \(propose\) has been at it for 0 s, expected no other run"
        with pytest.raises(WarehouseBusy, match=named), one_run(DataFolder(tmp_path), "a-cycle", "sign_off", 0.2):
            pass
    finally:
        other.kill()
        other.join()
    with one_run(DataFolder(tmp_path), "a-cycle", "sign_off", 0.2):
        pass
