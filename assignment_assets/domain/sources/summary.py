"""What was read of the sources, left out and completed, as people read it before a cycle and beside it."""

from collections.abc import Iterator

import polars as pl

from assignment_assets.domain.sources.contract import Snapshot, Totals
from assignment_assets.domain.tables import SOURCE_PROFILE, SourceProfileFrame

_KINDS = {
    "read": "rows read",
    "kept": "rows used",
    "left_out": "rows left out for a fault",
    "listed": "cells or rows listed in source_exceptions",
    "excluded": "rows left out by a filter or their country",
}


def source_profile(snapshot: Snapshot) -> SourceProfileFrame:
    """Table `source_profile`: for each source its counts, then the sentences that its reading gave."""
    rows = [
        {"table_name": name, "line_no": number, "kind": kind, "row_count": count, "sentence": sentence}
        for name, totals in snapshot.totals.items()
        for number, (kind, count, sentence) in enumerate(_lines(totals))
    ]
    return SOURCE_PROFILE.conform(pl.DataFrame(rows, schema=SOURCE_PROFILE.columns))


def source_lines(profile: SourceProfileFrame) -> list[str]:
    """The profile as lines of text: a line of counts a source, its sentences below."""
    lines = []
    for (name,), rows in profile.group_by("table_name", maintain_order=True):
        counts = {row["kind"]: row["row_count"] for row in rows.iter_rows(named=True) if row["kind"] != "note"}
        said = f"{counts['kept']} of {counts['read']} rows used"
        more = [f"{counts[kind]} {_KINDS[kind]}" for kind in ("left_out", "excluded", "listed") if counts[kind]]
        lines.append(f"  {name}: " + ", ".join([said, *more]))
        lines += [f"    {sentence}" for sentence in rows.filter(pl.col("kind") == "note")["sentence"]]
    return lines


def _lines(totals: Totals) -> Iterator[tuple[str, int | None, str]]:
    counts = {
        "read": totals.read,
        "kept": totals.kept,
        "left_out": totals.faulty,
        "listed": totals.listed,
        "excluded": totals.excluded,
    }
    for kind, count in counts.items():
        yield kind, count, _KINDS[kind]
    for note in totals.notes:
        yield "note", None, note
