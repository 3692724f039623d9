"""Reads who looks after each account from a file that names everybody."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.ids import complete_ids
from assignment_assets.io.mapping.tabular_files import read_texts
from assignment_assets.io.role_sources.assignment_source import Assignment
from assignment_assets.io.role_sources.settings import FilesSetting, as_moment


class AssignmentFile:
    """One file, beside the settings that describe it."""

    def __init__(self, setting: FilesSetting, beside: Path):
        self._setting, self._path = setting, beside / setting.path

    def assignments(self, since: datetime | None) -> Iterator[Assignment]:
        """Every row of the file, whatever `since` says: a file tells of no moment before it; rows without an account
        are left out.

        Raises
        ------
        SourceUnavailable, InvalidInput
        """
        setting = self._setting
        wanted = [name for name in (setting.account_id, setting.person, setting.changed_at) if name]
        frame = read_texts(self._path, wanted).frame
        faults = [
            Fault(f"{self._path.name}, header", f"no column {name}", "the column that the settings name")
            for name in wanted
            if name not in frame.columns
        ]
        if faults:
            raise InvalidInput(self._path.name, faults)
        named = frame.filter(frame[setting.account_id].is_not_null())
        named = named.with_columns(complete_ids(named[setting.account_id])).drop_nulls(setting.account_id)
        doubled = named.filter(named[setting.account_id].is_duplicated())
        if doubled.height:
            raise InvalidInput(
                self._path.name,
                [
                    Fault(f"{self._path.name}, row {row_no}", f"{account_id} more than once", "one row an account")
                    for row_no, account_id in doubled.select("row_no", setting.account_id).iter_rows()
                ],
            )
        for row in named.iter_rows(named=True):
            at = as_moment(row[setting.changed_at]) if setting.changed_at else None
            yield Assignment(row[setting.account_id], row[setting.person], at)
