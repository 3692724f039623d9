"""Reads what other systems hand over beside the CRM: files, mapped by a TOML of their own, each of them optional.

::

    [billing]
    path = "invoices.csv"
    [billing.columns]
    customer_key = "Customer No"
    account_id = "CRM Id"                 # where billing knows it; else the name is compared
    name = "Customer"
    amount = "Invoiced"
    last_invoice_on = "Last invoice"
"""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.fields import as_stored, fields_of
from assignment_assets.domain.sources.ids import complete_ids
from assignment_assets.domain.sources.supplements import IDS, NEEDED, SUPPLEMENTS
from assignment_assets.io.mapping.mapping import SupplementMapping, mapping_of
from assignment_assets.io.mapping.translation import translate
from assignment_assets.io.sources.mapped_texts import table_texts


@dataclass(frozen=True)
class Supplements:
    """The tables that were handed over, by name, and what was left out of them."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_supplements(path: str) -> Supplements:
    """Every mapped table as it is now; nothing where no mapping is named.

    A row without what makes it say something, or with a key that was met before, is left out and counted.

    Raises
    ------
    SourceUnavailable
        The mapping or one of its files is not there.
    InvalidInput
        The mapping or the structure of a file is faulty; every fault is listed.
    """
    if not path:
        return Supplements()
    mapping = mapping_of(Path(path), SupplementMapping)
    frames, notes, faults = {}, [], []
    for name, mapped in mapping.tables().items():
        if mapped.object:
            faults.append(Fault(f"{name}.object", mapped.object, "a file or a Google Sheet", "Give a path instead."))
            continue
        texts, origin = table_texts(mapping, name, mapped)
        read = translate(name, mapped, texts, origin)
        faults += read.faults
        frames[name] = _kept(name, read.frame)
        left_out = read.frame.height - frames[name].height
        if left_out:
            notes.append(
                f"{name}: {left_out} rows of {origin} left out, without {' or '.join(NEEDED[name])} or met twice"
            )
        if read.unread.height:
            notes.append(f"{name}: {read.unread.height} cells of {origin} could not be read")
    if faults:
        raise InvalidInput(f"supplements {Path(path).name}", faults)
    return Supplements(frames, tuple(notes))


def _kept(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    table = fields_of(SUPPLEMENTS[name])
    absent = [
        pl.lit(None, dtype).alias(column) for column, dtype in table.columns.items() if column not in frame.columns
    ]
    whole = frame.with_columns(absent)
    whole = whole.with_columns(complete_ids(whole[column]) for column in IDS if column in table.columns)
    said = whole.filter(pl.all_horizontal(pl.col(column).is_not_null() for column in NEEDED[name]))
    once = said.unique(table.key, keep="first", maintain_order=True)
    kept: pl.DataFrame = SUPPLEMENTS[name].conform(as_stored(once))
    return kept
