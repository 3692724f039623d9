"""How the cycle ran, asset by asset: rows in and out, seconds, what people did, what was refused."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    EDIT_VERDICTS,
    LOCK_VERDICTS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
    Table,
)
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.look import read_receipts
from assignment_assets.io.warehouse.published import read_manifest, read_published
from assignment_assets.report.inputs import RUN_SUMMARY_COLUMNS
from assignment_assets.report.refusals import deferred, not_written, refused
from assignment_assets.report.summary import run_table

STEPS: dict[
    str, tuple[str, str | None, str | None, str | None]
] = {  # asset → (stage, what comes in, the table that goes out, the step that Dagster times)
    "accounts": ("sources", None, "accounts", "sources"),
    "eligible_pool": ("setup", "accounts", "eligible_pool", "eligible_pool"),
    "lock_packets": ("locks", "eligible_pool", None, "lock_packets"),
    "locks": ("locks", "eligible_pool", "locks", "locks"),
    "referring_front": ("assignment", "eligible_pool", "referring_front", "referring_front"),
    "proposed_books": ("assignment", "eligible_pool", "proposed_books", "proposal"),
    "overflow": ("assignment", "eligible_pool", "overflow", None),
    "review_packets": ("review", "proposed_books", None, "review_packets"),
    "reviewed_books": ("review", "proposed_books", "reviewed_books", "reviewed_books"),
    "sign_off_packets": ("sign_off", "reviewed_books", "sign_off_packets", "sign_off_packets"),
    "approved_diff": ("sign_off", "sign_off_packets", "approved_diff", "approved_diff"),
    "write_back_log": ("write_back", "approved_diff", "write_back_log", "write_back_log"),
}
REFUSALS: dict[
    str, tuple[tuple[Table[Any], Callable[[pl.DataFrame], list[str]]], ...]
] = {  # asset → tables, and what is said of each
    "locks": ((LOCK_VERDICTS, refused),),
    "reviewed_books": ((EDIT_VERDICTS, refused),),
    "approved_diff": ((SIGN_OFF_VERDICTS, refused), (APPROVED_DIFF, deferred)),
    "write_back_log": ((WRITE_BACK_LOG, not_written),),
}


@dataclass
class RunSummary:
    """Seconds by step, and what people did at each gate."""

    seconds: dict[str, float] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    refused_files: dict[str, int] = field(default_factory=dict)
    total: float = 0.0

    def add(self, seconds: dict[str, float]) -> None:
        """Adds one run's steps."""
        for step, spent in seconds.items():
            self.seconds[step] = self.seconds.get(step, 0.0) + spent

    def note(self, asset: str, actions: Iterable[str], folder: DataFolder, cycle: str, gate: str) -> None:
        """Notes what people did at a gate, a sentence an action, and how many of their files were refused."""
        counted = Counter(actions)
        self.people[asset] = "; ".join(
            f"{count} × {sentence}" if count > 1 else sentence for sentence, count in counted.items()
        )
        receipts = read_receipts(folder, cycle, gate)
        self.refused_files[asset] = sum(receipt.verdict in ("refused", "held") for receipt in receipts)

    def frame(self, folder: DataFolder, cycle: str) -> pl.DataFrame:
        """One row an asset, columns as the report's run summary has them."""
        manifest = read_manifest(folder, cycle)
        rows = [
            {
                "stage": stage,
                "asset": asset,
                "rows_in": manifest.get(source or "", {}).get("rows"),
                "rows_out": manifest.get(target or "", {}).get("rows"),
                "seconds": self.seconds.get(step or ""),
                "people": self.people.get(asset),
                "refused": self._refused(asset, folder, cycle),
            }
            for asset, (stage, source, target, step) in STEPS.items()
        ]
        return pl.DataFrame(rows, schema=RUN_SUMMARY_COLUMNS)

    def text(self, folder: DataFolder, cycle: str) -> str:
        """The summary as a table for the terminal."""
        return run_table(self.frame(folder, cycle))

    def _refused(self, asset: str, folder: DataFolder, cycle: str) -> str | None:
        count = self.refused_files.get(asset)
        parts = [f"{count} files"] if count else []
        for table, say in REFUSALS.get(asset, ()):
            parts += say(read_published(folder, cycle, table))
        return "; ".join(parts) or None

    def save(self, folder: DataFolder, cycle: str, total: float) -> None:
        """Keeps the summary beside the cycle's report."""
        self.total = total
        write_whole(_path(folder, cycle), json.dumps(vars(self), indent=1))

    @classmethod
    def read(cls, folder: DataFolder, cycle: str) -> "RunSummary":
        """What `save` kept; empty where nothing was kept."""
        path = _path(folder, cycle)
        return cls(**json.loads(path.read_text())) if path.is_file() else cls()


def _path(folder: DataFolder, cycle: str) -> Path:
    return folder.reports(cycle) / "run_summary.json"
