"""Opens the journal: for one process at a time, brought up to date, its chain followed and held against its copies."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb

from assignment_assets.domain.errors import WarehouseBusy
from assignment_assets.io.clock import utc_now
from assignment_assets.io.durable import locked
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.schema.opening import bring_up_to_date
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.schema import STORE
from assignment_assets.write_back.witnesses import OutsideHead, require_continuation, require_there

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "threads": 1,
}


@contextmanager
def opened(
    path: Path, key: bytes, outside: OutsideHead | None = None, *, takes_as_it_is: bool = False
) -> Iterator[Journal]:
    """The journal in this file, for as long as the block lasts and for nobody else meanwhile; an older one is copied
    and migrated first.

    Parameters
    ----------
    outside
        Where its head is kept outside the data folder, if anywhere.
    takes_as_it_is
        Whether what is known of it elsewhere does not count; for a journal that a person accepts.

    Raises
    ------
    WarehouseBusy
        Another write-back holds it.
    Tampered
        Its chain is broken, its seal is not this engine's, or it lacks what was published of it.
    WrongSchema
        A newer release has written the file.
    """

    def busy(holder: str) -> WarehouseBusy:
        return WarehouseBusy(
            f"journal {path.name}: process {holder or 'unknown'} is writing back, expected nobody. "
            "Wait until that run has ended."
        )

    if not takes_as_it_is:
        require_there(path, outside)
    with locked(path.with_suffix(".lock"), busy, holder=str(os.getpid())):
        connection = duckdb.connect(str(path), config=SETTINGS)
        try:
            bring_up_to_date(connection, path, STORE)
            journal = Journal(connection, key, outside)
            journal.verify()
            if not takes_as_it_is:
                require_continuation(journal, path, key, outside)
                if outside and journal.keep_outside(utc_now()):
                    journal.news = f"the journal's head is kept in {outside.path}, too, from now on"
            yield journal
        finally:
            connection.close()


def journal_of(folder: DataFolder) -> AbstractContextManager[Journal]:
    """The data folder's journal, open under the engine's key, its head kept where the settings say.

    Raises
    ------
    WarehouseBusy, Tampered, WrongSchema
        As `opened`.
    """
    key, head = engine_key(), folder.journal_head
    return opened(folder.journal, key, OutsideHead(head, key) if head else None)
