"""What is written down about returned files: receipts, the archive, what earlier looks saw, closed gates.

One process at a time works on a gate's log: a lock file sees to it, and the operating system frees the lock
when a process dies. A receipt is one line, appended and synced before anything refers to it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from assignment_assets.domain.gates.gates import Closing, GateManifest, Receipt, from_text, to_text
from assignment_assets.io.durable import append_lines, locked, read_whole_lines, write_whole
from assignment_assets.io.folders import DataFolder


@dataclass(frozen=True)
class Sight:
    """One file as earlier looks saw it: its digest, since when, and whether it has its receipt."""

    digest: str
    since: datetime
    has_receipt: bool


@dataclass(frozen=True)
class SeenFiles:
    """What the last look left behind; `last_receipt_no` tells which receipts it knew of."""

    last_receipt_no: int = 0
    files: dict[str, Sight] = field(default_factory=dict)


def log_path(data_folder: DataFolder, cycle: str, gate: str) -> Path:
    """The gate's log of receipts."""
    return data_folder.root / "intake" / cycle / f"{gate}.jsonl"


@contextmanager
def log_locked(data_folder: DataFolder, cycle: str, gate: str) -> Iterator[None]:
    """Waits until no other process works on the gate's log, and keeps others waiting meanwhile."""
    with locked(log_path(data_folder, cycle, gate).with_suffix(".lock")):
        yield


def read_log(data_folder: DataFolder, cycle: str, gate: str) -> tuple[Receipt, ...]:
    """All receipts in the order of their numbers; a last line that a crash cut short does not count."""
    return tuple(Receipt.from_json(line) for line in read_whole_lines(log_path(data_folder, cycle, gate)))


def receipt_versions(data_folder: DataFolder) -> Counter[int]:
    """How many receipts of all gates say which version; 1 is what those of before versions have."""
    paths = sorted(data_folder.root.glob("intake/*/*.jsonl"))
    lines = (line for path in paths for line in read_whole_lines(path))
    return Counter(json.loads(line).get("schema_version", 1) for line in lines)


def append_receipts(
    data_folder: DataFolder, cycle: str, gate: str, receipts: Iterable[Receipt], contents: dict[str, bytes]
) -> None:
    """Archives what the receipts are for (by digest), then appends them and waits until they are on disk."""
    for receipt in receipts:
        path = archive_path(data_folder, receipt.digest, receipt.suffix)
        if not path.is_file():
            write_whole(path, contents[receipt.digest], lasting=True)
    lines = "".join(f"{receipt.to_json()}\n" for receipt in receipts)
    if lines:
        append_lines(log_path(data_folder, cycle, gate), lines, mode=0o644)


def read_seen(data_folder: DataFolder, cycle: str, gate: str, receipts: tuple[Receipt, ...]) -> SeenFiles:
    """What earlier looks saw, brought up to date with receipts that a crash kept from being noted."""
    path = _seen_path(data_folder, cycle, gate)
    seen = SeenFiles()
    if path.is_file():
        stored = json.loads(path.read_text(encoding="utf-8"))
        files = {
            key: Sight(sight["digest"], from_text(sight["since"]), sight["has_receipt"])
            for key, sight in stored["files"].items()
        }
        seen = SeenFiles(stored["last_receipt_no"], files)
    noted = {
        f"{receipt.person}/{receipt.file_name}": Sight(receipt.digest, receipt.received_at, True)
        for receipt in receipts
        if receipt.receipt_no > seen.last_receipt_no
    }
    return SeenFiles(max((receipt.receipt_no for receipt in receipts), default=0), seen.files | noted)


def write_seen(data_folder: DataFolder, cycle: str, gate: str, seen: SeenFiles) -> None:
    """Remembers what this look saw, in place of the last one's memory."""
    files = {key: asdict(sight) | {"since": to_text(sight.since)} for key, sight in seen.files.items()}
    content = json.dumps({"last_receipt_no": seen.last_receipt_no, "files": files}, indent=1, sort_keys=True)
    write_whole(_seen_path(data_folder, cycle, gate), content, lasting=True)


def archive_path(data_folder: DataFolder, digest: str, suffix: str) -> Path:
    """Where content of a digest is kept."""
    return data_folder.root / "archive" / f"{digest}{suffix}"


def close(data_folder: DataFolder, manifest: GateManifest, state: Closing, now: datetime) -> None:
    """Notes that a gate of this revision has closed, once; files that come later are told so."""
    path = _closed_path(data_folder, manifest)
    if not path.is_file():
        facts = {"revision": manifest.revision, "why": state.why, "digest": state.digest, "closed_at": to_text(now)}
        write_whole(path, json.dumps(facts, indent=1), lasting=True)


def closed_at(data_folder: DataFolder, manifest: GateManifest) -> datetime | None:
    """When a gate of this revision closed, or None while it is open."""
    path = _closed_path(data_folder, manifest)
    return from_text(json.loads(path.read_text(encoding="utf-8"))["closed_at"]) if path.is_file() else None


def _seen_path(data_folder: DataFolder, cycle: str, gate: str) -> Path:
    return log_path(data_folder, cycle, gate).with_suffix(".seen.json")


def _closed_path(data_folder: DataFolder, manifest: GateManifest) -> Path:
    name = f"{manifest.gate}.closed-{manifest.revision}.json"
    return log_path(data_folder, manifest.cycle, manifest.gate).with_name(name)
