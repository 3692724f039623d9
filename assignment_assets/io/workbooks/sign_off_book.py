"""Signatures first; the workbook follows."""

from pathlib import Path

from assignment_assets.io.workbooks.packets import SignOffPacket


def write_sign_off_book(packet: SignOffPacket, path: Path) -> None:
    """Writes the read-only workbook; equal packets give equal bytes."""
    raise NotImplementedError
