"""Signatures first; the workbook follows."""

from collections.abc import Collection
from pathlib import Path

from assignment_assets.io.workbooks.packets import ReturnedReview, ReviewPacket


def write_review_book(packet: ReviewPacket, path: Path) -> None:
    """Writes the workbook; equal packets give equal bytes."""
    raise NotImplementedError


def read_review(path: Path, known_ids: Collection[str] | None = None) -> ReturnedReview:
    """What came back, from XLSX, ODS or CSV."""
    raise NotImplementedError
