"""The rows of returned files, once it is settled which of them count."""

from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl

from assignment_assets.domain.gates.gates import Receipt
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.look import archived


def returned_rows(
    folder: DataFolder, receipts: Iterable[Receipt], read: Callable[[Path], pl.DataFrame], person_column: str
) -> list[pl.DataFrame]:
    """The rows of each receipt's file, with its number as `receipt_no` and, in `person_column`, who returned it."""
    return [
        read(archived(folder, each)).with_columns(
            pl.lit(each.person).alias(person_column), receipt_no=pl.lit(each.receipt_no).cast(pl.Int64)
        )
        for each in receipts
    ]
