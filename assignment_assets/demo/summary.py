"""How the cycle ran, asset by asset: rows in and out, seconds, what people did, what was refused."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from assignment_assets.demo.people import Deed
from assignment_assets.domain.assigned import assigned
from assignment_assets.domain.drive_time import with_drive_minutes
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    EDIT_VERDICTS,
    LOCK_VERDICTS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
    Table,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.inbox import read_receipts
from assignment_assets.io.warehouse import read_manifest, read_published, write_whole
from assignment_assets.report.cycle_report import render
from assignment_assets.report.inputs import RUN_SUMMARY_COLUMNS, ReportInput
from assignment_assets.report.summary import run_table

STEPS = {  # asset → (stage, what comes in, the table that goes out, the step that Dagster times)
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
VERDICTS: dict[str, Table] = {
    "locks": LOCK_VERDICTS,
    "reviewed_books": EDIT_VERDICTS,
    "approved_diff": SIGN_OFF_VERDICTS,
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

    def note(self, asset: str, deeds: list[Deed], folder: DataFolder, cycle: str, gate: str) -> None:
        """Notes what people did at a gate and how many of their files were refused."""
        counted = {}
        for deed in deeds:
            counted[deed.sentence] = counted.get(deed.sentence, 0) + 1
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
                "rows_in": manifest.get(source, {}).get("rows"),
                "rows_out": manifest.get(target, {}).get("rows"),
                "seconds": self.seconds.get(step, 0.0),
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
        parts = []
        if self.refused_files.get(asset):
            parts.append(f"{self.refused_files[asset]} files")
        if asset in VERDICTS:
            verdicts = read_published(folder, cycle, VERDICTS[asset])
            refused = verdicts.filter(pl.col("verdict") != "accepted").group_by("rule", "verdict").len().sort("rule")
            parts += [f"{row['len']} {row['verdict']}: {row['rule']}" for row in refused.iter_rows(named=True)]
        if asset == "approved_diff":
            deferred = read_published(folder, cycle, APPROVED_DIFF).filter(pl.col("status") == "deferred").height
            parts += [f"{deferred} deferred for a while"] if deferred else []
        if asset == "write_back_log":
            log = read_published(folder, cycle, WRITE_BACK_LOG).filter(
                ~pl.col("outcome").is_in(["verified", "skipped_already"])
            )
            parts += [
                f"{count} {outcome}" for outcome, count in log.group_by("outcome").len().sort("outcome").iter_rows()
            ]
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


def write_report(report: ReportInput) -> Path:
    """Writes the cycle's report and returns its path."""
    folder = DataFolder.from_environment()
    summary = RunSummary.read(folder, report.cycle).frame(folder, report.cycle)
    path = folder.reports(report.cycle) / "index.html"
    minutes = _drive_minutes(report) if report.has_run("proposed_books") else None
    write_whole(path, render(ReportInput(report.cycle, report.tables, report.state, summary, minutes)))
    return path


def _drive_minutes(report: ReportInput) -> pl.DataFrame:
    """Minutes from each account of the pool to its field rep before and after; null where it has none."""
    latest = report.optional("decided_books")
    if latest is None or latest.is_empty():
        rows = assigned(report.frame("proposed_books"), report.frame("overflow"))
        ends = rows.select("account_id", before="current_owner_id", after="new_owner_id")
    else:
        ends = latest.select("account_id", before="current_owner_id", after="reviewed_owner_id")
    places = ends.join(report.frame("accounts").select("account_id", "latitude", "longitude"), on="account_id")
    field = report.frame("reps").filter(pl.col("team") == "field")
    return (
        ends.select("account_id")
        .join(_minutes(places, field, "before"), on="account_id", how="left")
        .join(_minutes(places, field, "after"), on="account_id", how="left")
    )


def _minutes(places: pl.DataFrame, reps: pl.DataFrame, end: str) -> pl.DataFrame:
    rows = with_drive_minutes(places.rename({end: "rep_id"}), reps)
    return rows.select("account_id", pl.col("drive_minutes").alias(f"{end}_minutes"))
