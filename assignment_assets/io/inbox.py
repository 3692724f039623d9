"""What people returned: looks into the inbox, archives by digest, gives receipts. Never opens the warehouse."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assignment_assets.domain.gates import Receipt
from assignment_assets.io.folders import DataFolder


@dataclass(frozen=True)
class Notice:
    """Something that its author should know although no receipt says it: a file that still waits, and why."""

    person: str
    file_name: str
    rule: str
    sentence: str


@dataclass(frozen=True)
class Look:
    """What one look into the inbox found: receipts given now, all receipts of the gate, files that wait."""

    new_receipts: tuple[Receipt, ...]
    receipts: tuple[Receipt, ...]
    held: tuple[Receipt, ...]
    messages: tuple[Notice, ...]


def look(data_folder: DataFolder, cycle: str, gate: str, now: datetime, key: bytes,
         settled_seconds: float = 5.0) -> Look:
    """Every new file of one gate, archived and with a receipt, or waiting with a reason."""
    raise NotImplementedError


def read_receipts(data_folder: DataFolder, cycle: str, gate: str) -> tuple[Receipt, ...]:
    """All receipts of a gate in the order of their numbers."""
    raise NotImplementedError


def archived(data_folder: DataFolder, receipt: Receipt) -> Path:
    """The archived file that a receipt was given for."""
    return data_folder.root / "archive" / f"{receipt.digest}{receipt.suffix}"


def receipt_path(data_folder: DataFolder, cycle: str, receipt: Receipt) -> Path:
    """Where a person finds the text of a receipt."""
    return data_folder.root / "outbox" / cycle / "receipts" / receipt.person / f"{receipt.gate}-{receipt.receipt_no}.txt"
