"""A mapped table as texts, from the file or the Google Sheet that holds it."""

from assignment_assets.io.mapping.mapping import FolderMapping, TableMapping
from assignment_assets.io.mapping.tabular_files import Texts, read_rows, read_texts
from assignment_assets.io.sheets.door import open_google


def table_texts(mapping: FolderMapping, name: str, table: TableMapping) -> tuple[Texts, str]:
    """The table's rows as `files.read_texts` gives them, and what to call their origin.

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
        return read_rows(open_google().table(key, table.sheet), wanted, origin), origin
    path = mapping.file(table)
    return read_texts(path, wanted, table.sheet, table.separator), path.name
