"""Signatures first; the workbook follows."""

from collections.abc import Collection
from pathlib import Path

from assignment_assets.io.workbooks.packets import LockPacket, ReturnedLockList


def write_lock_list(packet: LockPacket, path: Path) -> None:
    """Writes the workbook; equal packets give equal bytes."""
    raise NotImplementedError


def read_lock_list(path: Path, known_ids: Collection[str] | None = None) -> ReturnedLockList:
    """What came back, from XLSX, ODS or CSV."""
    raise NotImplementedError
