"""What an org says has changed since a moment: rows modified, accounts deleted or merged."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.domain.routing.reps_in_force import UnreadRep, unread_reps
from assignment_assets.domain.sources.contract import Snapshot, rep_exceptions
from assignment_assets.domain.sources.fields import FIELDS, as_stored
from assignment_assets.domain.sources.ids import complete_ids
from assignment_assets.domain.sources.source_table import DEFAULTS, IDS
from assignment_assets.domain.tables import ACCOUNTS, OPPORTUNITIES, REPS, Table
from assignment_assets.io.mapping.mapping import SourceMapping, TableMapping, read_mapping
from assignment_assets.io.mapping.tabular_files import Texts
from assignment_assets.io.mapping.translation import translate
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.salesforce.tables import numbered, read_texts
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.snapshot import read_snapshot

TABLES: dict[str, Table[Any]] = {"accounts": ACCOUNTS, "reps": REPS, "opportunities": OPPORTUNITIES}


@dataclass(frozen=True)
class Changes:
    """Accounts and opportunities that are new or modified, or all of them where `is_whole`; reps are always all.

    Reps are few, and one who no longer matches the mapping's `where` shows by being absent.

    Attributes
    ----------
    gone
        Accounts deleted → the account that they were merged into, or an empty text.
    gone_opportunities
        Opportunities deleted.
    unread
        Cells of reps that could not be read.
    watermark
        Everything that was modified before this moment (UTC) has been read; the source's own time.
    """

    accounts: pl.DataFrame
    reps: pl.DataFrame
    opportunities: pl.DataFrame
    watermark: datetime
    is_whole: bool = False
    gone: dict[str, str] = field(default_factory=dict)
    gone_opportunities: tuple[str, ...] = ()
    unread: tuple[UnreadRep, ...] = ()

    @classmethod
    def whole(cls, snapshot: Snapshot, watermark: datetime) -> "Changes":
        """All that there is."""
        unread = unread_reps(snapshot.exceptions)
        return cls(snapshot.accounts, snapshot.reps, snapshot.opportunities, watermark, is_whole=True, unread=unread)


class ChangeReader:
    """Reads what changed in the source: by modification stamp from an org, everything from files.

    Raises
    ------
    SourceUnavailable, InvalidInput
        From every method, as `read_snapshot` raises them.
    """

    def __init__(self, setting: SourceSetting):
        self._setting = setting
        self._mapping: SourceMapping | None = None
        self._org: Org | None = None
        self._known: dict[str, tuple[pl.DataFrame, pl.DataFrame]] = {}
        self._unread: tuple[UnreadRep, ...] = ()
        if setting.kind == "salesforce":
            self._mapping = read_mapping(Path(setting.path))
            self._org = Org(SalesforceSettings.from_environment(self._mapping.connection))

    def read(self, since: datetime | None, now: datetime) -> Changes:
        """What was modified from `since` on (UTC), or all that there is.

        `now` is the watermark of sources that have no clock of their own.
        """
        if self._org is None or self._mapping is None:
            return Changes.whole(read_snapshot(self._setting, is_poll=True), now)
        watermark = _server_time(self._org)
        if since is None:
            return Changes.whole(read_snapshot(self._setting, is_poll=True), watermark)
        frames: dict[str, pl.DataFrame] = {
            name: OPPORTUNITIES.empty() for name in TABLES if name not in self._mapping.tables()
        }
        for name, table in self._mapping.tables().items():
            frames[name] = self._modified(self._org, name, table, None if name == "reps" else since)
        deals = tuple(_gone(self._org, "Opportunity", "", since)) if self._mapping.opportunities else ()
        return Changes(
            frames["accounts"],
            frames["reps"],
            frames["opportunities"],
            watermark=watermark,
            gone=_gone(self._org, "Account", ", MasterRecordId", since),
            gone_opportunities=deals,
            unread=self._unread,
        )

    def stamps(self, since: datetime) -> dict[str, str]:
        """Record id → modification stamp of everything modified from `since` on: a look without the rows."""
        if self._org is None or self._mapping is None:
            return {}
        condition = f"SystemModstamp >= {since:%Y-%m-%dT%H:%M:%SZ}"
        stamps = {}
        for table in self._mapping.tables().values():
            query = f"SELECT Id, SystemModstamp FROM {table.object} WHERE {_both(table.where, condition)}"
            for record in self._org.query(query, includes_deleted=table is not self._mapping.reps):
                stamps[record["Id"]] = record["SystemModstamp"]
        return stamps

    def _modified(self, org: Org, name: str, table: TableMapping, since: datetime | None) -> pl.DataFrame:
        stamp = f"SystemModstamp >= {since:%Y-%m-%dT%H:%M:%SZ}" if since else ""
        texts = numbered(read_texts(org, name, table, stamp))
        if name not in self._known or not self._known[name][0].equals(texts):
            found = translate(name, table, Texts(texts), f"object {table.object}")
            self._known[name] = (texts, _in_contract(name, found.frame))
            if name == "reps":
                self._unread = unread_reps(rep_exceptions(found))
        return self._known[name][1]


def _server_time(org: Org) -> datetime:
    """The org's own time, asked for now: what is modified from here on belongs to the next poll."""
    next(org.query("SELECT Id FROM Organization"))
    return org.server_now


def _gone(org: Org, name: str, more: str, since: datetime) -> dict[str, str]:
    query = f"SELECT Id{more} FROM {name} WHERE IsDeleted = true AND SystemModstamp >= {since:%Y-%m-%dT%H:%M:%SZ}"
    return {record["Id"]: record.get("MasterRecordId") or "" for record in org.query(query, includes_deleted=True)}


def _both(where: str, condition: str) -> str:
    return f"({where}) AND {condition}" if where else condition


def _in_contract(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame in its table's columns, ids completed, empty cells filled as a snapshot fills them."""
    table = FIELDS[name]
    absent = [
        pl.lit(None, dtype).alias(column) for column, dtype in table.columns.items() if column not in frame.columns
    ]
    filled = [
        pl.col(column).fill_null(pl.lit(default, dtype=table.columns[column]))
        for column, default in DEFAULTS[name].items()
    ]
    whole = frame.with_columns(absent).with_columns(filled)
    completed = whole.with_columns(complete_ids(whole[column]) for column in IDS[name])
    conformed: pl.DataFrame = TABLES[name].conform(as_stored(completed))
    return conformed
