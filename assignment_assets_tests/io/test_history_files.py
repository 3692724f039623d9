"""The ownership history in the hands of Finance: what the files say, and that a change in them is seen."""

import json
import shutil
import zipfile
from dataclasses import replace

import pytest

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.domain.overlays.history import entry_digest, overlay_history
from assignment_assets.domain.overlays.tables import OVERLAY_HISTORY, OVERLAY_PEOPLE
from assignment_assets.io.history_files import check_history, history_files
from assignment_assets.io.workbooks.history_book import read_history
from assignment_assets_tests.domain.overlays.small import PEOPLE, at, rows
from assignment_assets_tests.domain.overlays.test_history import Story

KEY = b"a key that only these tests know"


@pytest.fixture(scope="module")
def history():
    """Two people, a close, an override after it, a name that looks like a formula."""
    story = Story().told(1, "u2").closed(5)
    named = [row | ({"name": "=Ugo  ﬁve\t\x01"} if row["person_id"] == "u2" else {}) for row in PEOPLE]
    people = rows(OVERLAY_PEOPLE, *named)
    table = overlay_history(replace(story.sources(), people=people), OVERLAY_HISTORY.empty())
    story.edited(7, "u1", by="op", verdict="closed_allowed")
    return overlay_history(replace(story.sources(), people=people), table)


@pytest.fixture
def files(history, tmp_path):
    return history_files(history, tmp_path / "finance", KEY, at(9))


def test_workbook_and_csv_say_the_same_and_are_genuine(files):
    for path in (files.workbook, files.csv):
        check = check_history(path, KEY)
        assert check.is_genuine and check.digest == files.digest and check.rows == files.rows, check.faults
    assert read_history(files.workbook).texts["person_name"].to_list() == ["Uma One", "Uma One", "=Ugo ﬁve"]
    assert "'=Ugo ﬁve" in files.csv.read_text()


def test_the_same_history_gives_the_same_bytes(files, history, tmp_path):
    again = history_files(history, tmp_path / "again", KEY, at(9))
    for name in ("workbook", "csv", "sealed"):
        assert getattr(files, name).read_bytes() == getattr(again, name).read_bytes(), name


def test_a_row_tells_whether_it_counts_and_by_which_digest_it_is_named(files, history):
    texts = read_history(files.csv).texts
    assert texts.select("person_id", "set_by", "in_force").rows() == [
        ("u1", "unknown", "yes"),
        ("u1", "override_after_close", "yes"),
        ("u2", "person", "no"),
    ]
    assert texts["correction_of"][1] == texts["entry_digest"][2]
    assert texts["entry_digest"][2] == entry_digest(history.filter(person_id="u2").row(0, named=True))


@pytest.mark.parametrize(("old", "new"), [("u2", "u9"), ('"1.000000"', '"0.400000"'), ("Olga Ops", "Somebody")])
def test_a_changed_cell_is_found_and_its_row_named(files, old, new):
    text = files.csv.read_text()
    assert old in text
    files.csv.write_text(text.replace(old, new, 1))
    check = check_history(files.csv, KEY)
    assert not check.is_genuine and any("were changed since" in each for each in check.faults)


def test_a_row_left_out_is_found(files):
    lines = files.csv.read_text().splitlines()
    files.csv.write_text("\n".join(lines[:-1]))
    said = " ".join(check_history(files.csv, KEY).faults)
    assert "the seal is not this engine's" in said and "rows 3 correct rows that are not there" in said


def test_a_digest_made_anew_without_the_key_does_not_pass(files):
    facts = json.loads(files.sealed.read_text())
    files.csv.write_text(files.csv.read_text().replace("u2", "u9"))
    facts["digest"] = check_history(files.csv, KEY).digest
    files.sealed.write_text(json.dumps(facts))
    assert any("seal" in each for each in check_history(files.csv, KEY).faults)
    assert not check_history(files.workbook, b"another key").is_genuine


def test_a_workbook_with_another_name_in_it_does_not_pass(files, tmp_path):
    changed = tmp_path / "changed.xlsx"
    with zipfile.ZipFile(files.workbook) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"Uma One", b"Eva One"))
    assert not check_history(changed, KEY).is_genuine


def test_what_is_no_history_is_refused(files, tmp_path):
    other = tmp_path / "other.csv"
    shutil.copy(files.csv, other)
    assert not check_history(other, KEY).is_genuine  # without its seal
    other.write_text("a,b\n1,2\n")
    with pytest.raises(SourceUnavailable, match="no column role"):
        check_history(other, KEY)
