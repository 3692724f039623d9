"""A mapped table as texts, from the file or the Google Sheet that holds it."""

from dataclasses import replace

import polars as pl

from assignment_assets.domain.sources.states import state_code
from assignment_assets.domain.tables import TEXT
from assignment_assets.io.mapping.cells import read_column
from assignment_assets.io.mapping.composed import composed
from assignment_assets.io.mapping.mapping import FROM_ZIP, STATE_OF_ZIP, FolderMapping, TableMapping
from assignment_assets.io.mapping.tabular_files import Texts, read_rows, read_texts
from assignment_assets.io.mapping.zip_centroids import zip_of, zip_places
from assignment_assets.io.sheets.door import open_google


def table_texts(mapping: FolderMapping, name: str, table: TableMapping, read: Texts | None = None) -> tuple[Texts, str]:
    """The table's rows as `files.read_texts` gives them, and what to call their origin; `read` where they were read.

    Raises
    ------
    SourceUnavailable
        There is no such file or Sheet, or it is not shared with the service account.
    InvalidInput
        It cannot be read as a table.
    """
    wanted, key = table.source_columns(name), mapping.spreadsheet(table)
    if key:
        origin = f"Google Sheet {key[:8]}…" + (f", tab {table.sheet}" if table.sheet else "")
        texts = read or read_rows(open_google().table(key, table.sheet), wanted, origin)
        return with_states(texts, name, table), origin
    path = mapping.file(table)
    return with_states(read or read_texts(path, wanted, table.sheet, table.separator), name, table), path.name


def with_states(texts: Texts, name: str, table: TableMapping) -> Texts:
    """The rows with their state as a column of its own, where the mapping asks for the ZIP code's.

    A state that the mapping's own column names stays; the others are those of the ZIP codes.
    """
    rule = table.rules(name, texts.frame.columns).get("postal_code")
    if table.states != FROM_ZIP or rule is None or rule.source not in texts.frame.columns:
        return texts
    read = read_column(texts.frame[rule.source], "postal_code", TEXT, rule)
    told = (
        read.values.to_frame("zip")
        .select(zip_of(pl.col("zip")))
        .join(zip_places(), left_on="zip", right_on="zip_code", how="left", maintain_order="left")["zip_state"]
    )
    own = (table.columns or {}).get("state")
    cells = composed(texts.frame, own) if own else told.clear(told.len())
    named = cells.map_elements(state_code, return_dtype=TEXT)
    count = (named.is_null() & told.is_not_null()).sum()
    note = f"States taken from the ZIP code: {count} of {told.len()} {name}."
    known = named.zip_with(named.is_not_null(), told)
    states = known.zip_with(known.is_not_null(), cells).alias(STATE_OF_ZIP)
    return replace(texts, frame=texts.frame.with_columns(states), notes=(*texts.notes, note))
