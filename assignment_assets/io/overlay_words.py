"""What people say on the page of the overlay roles: lines that it appends and the overlay log takes in.

`acknowledged.jsonl` has hand-overs, `answers.jsonl` what managers say to proposals.
"""

import json
from datetime import datetime
from pathlib import Path

import polars as pl

from assignment_assets.domain.gates.gates import from_text, to_text
from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.domain.overlays.hand_overs import HAND_OVER_MARKS, HandOverMarksFrame
from assignment_assets.domain.overlays.manager_answers import MANAGER_ANSWERS, ManagerAnswersFrame
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.durable import append_lines, read_whole_lines
from assignment_assets.io.folders import DataFolder


def mark(folder: DataFolder, change_no: int, part: str, person: str, at: datetime) -> None:
    """Writes down that somebody has handed over, or has taken over, and waits until it is on disk."""
    line = {"change_no": change_no, "part": part, "marked_by": person, "at": to_text(at)}
    append_lines(folder.overlay_words / "acknowledged.jsonl", f"{canonical_json(line)}\n")


def read_marks(folder: DataFolder) -> HandOverMarksFrame:
    """Everything that was acknowledged so far."""
    return _read(folder.overlay_words / "acknowledged.jsonl", HAND_OVER_MARKS)


def answer(
    folder: DataFolder, role: str, account_id: str, person_id: str, said: str, answered_by: str, at: datetime
) -> None:
    """Writes down what a manager says to one row of the proposal, and waits until it is on disk."""
    line = {"role": role, "account_id": account_id, "person_id": person_id, "answer": said, "answered_by": answered_by}
    append_lines(folder.overlay_words / "answers.jsonl", f"{canonical_json(line | {'at': to_text(at)})}\n")


def read_answers(folder: DataFolder) -> ManagerAnswersFrame:
    """Everything that managers have answered so far."""
    return _read(folder.overlay_words / "answers.jsonl", MANAGER_ANSWERS)


def _read(path: Path, table: Table[F]) -> F:
    lines = [json.loads(line) for line in read_whole_lines(path)]
    rows = [line | {"at": from_text(line["at"])} for line in lines]
    return table.conform(pl.DataFrame(rows, schema=table.columns, orient="row"))
