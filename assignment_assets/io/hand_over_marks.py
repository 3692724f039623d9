"""What people have acknowledged of hand-overs: lines that the page appends and the overlay log takes in."""

import json
from datetime import datetime

import polars as pl

from assignment_assets.domain.gates.gates import from_text, to_text
from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.domain.overlays.hand_overs import HAND_OVER_MARKS, HandOverMarksFrame
from assignment_assets.io.durable import append_lines, read_whole_lines
from assignment_assets.io.folders import DataFolder


def mark(folder: DataFolder, change_no: int, part: str, person: str, at: datetime) -> None:
    """Writes down that somebody has handed over, or has taken over, and waits until it is on disk."""
    line = {"change_no": change_no, "part": part, "marked_by": person, "at": to_text(at)}
    append_lines(folder.hand_over_marks, f"{canonical_json(line)}\n")


def read_marks(folder: DataFolder) -> HandOverMarksFrame:
    """Everything that was acknowledged so far."""
    lines = [json.loads(line) for line in read_whole_lines(folder.hand_over_marks)]
    rows = [line | {"at": from_text(line["at"])} for line in lines]
    return HAND_OVER_MARKS.conform(pl.DataFrame(rows, schema=HAND_OVER_MARKS.columns, orient="row"))
