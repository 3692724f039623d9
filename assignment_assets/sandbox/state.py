"""The org's records on disk: SQLite in write-ahead mode, with a log of every value that really changed.

The write log is the judge of what was written: one row a field whose value changed, committed together with the
change itself. It survives restarts, as everything here does but query cursors.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import INDEXED, SOBJECTS, VIEWS
from assignment_assets.sandbox.sobject import AUTHOR, Kind, SObject
from assignment_assets.sandbox.values import moment_text

DATABASE = "org.sqlite"
MOST_IDS_A_STATEMENT = 5_000
BOOKKEEPING = """
CREATE TABLE IF NOT EXISTS write_log (
    write_no INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, object TEXT NOT NULL, record_id TEXT NOT NULL,
    field TEXT NOT NULL, old_value TEXT, new_value TEXT, user_id TEXT NOT NULL, channel TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS session (token_digest TEXT PRIMARY KEY, user_id TEXT NOT NULL, issued_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bulk_job (id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL,
    head TEXT NOT NULL, data TEXT NOT NULL, successful TEXT NOT NULL, failed TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS api_usage (day TEXT PRIMARY KEY, calls INTEGER NOT NULL);
"""


class OrgState:
    """The records of one org in one folder; safe to use from several threads."""

    def __init__(self, folder: Path, clock: OrgClock):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.clock = clock
        self._lock = threading.RLock()
        self._db = sqlite3.connect(folder / DATABASE, isolation_level=None, check_same_thread=False, timeout=30)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(BOOKKEEPING)
        for sobject in SOBJECTS.values():
            if sobject.name in VIEWS:
                self._see(sobject)
            else:
                self._db.execute(sobject.ddl())
                self._complete(sobject)
        for sobject, name in INDEXED:
            self._db.execute(f'CREATE INDEX IF NOT EXISTS "{sobject.name}_{name}" ON {sobject.table} ("{name}")')

    def _complete(self, sobject: SObject) -> None:
        """Adds the columns that a folder of an earlier release does not have yet."""
        known = {row[1] for row in self._db.execute(f"PRAGMA table_info({sobject.table})")}
        for name, kind in sobject.columns.items():
            if name not in known:
                default = " DEFAULT 0" if kind == "INTEGER" else ""
                self._db.execute(f'ALTER TABLE {sobject.table} ADD COLUMN "{name}" {kind}{default}')

    def _see(self, sobject: SObject) -> None:
        """Has the view as this release states it, in place of an earlier release's."""
        statement = f"CREATE VIEW {sobject.table} AS {VIEWS[sobject.name].strip()}"
        if self.rows("SELECT sql FROM sqlite_master WHERE name = ?", (sobject.name,)) != [(statement,)]:
            with self.transaction():
                self._db.execute(f"DROP VIEW IF EXISTS {sobject.table}")
                self._db.execute(statement)

    def close(self) -> None:
        """Ends the connection; the state stays on disk."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside are committed together, or none where an exception leaves it; may be nested."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def rows(self, sql: str, parameters: tuple | list = ()) -> list[tuple]:
        """The rows that a statement gives."""
        with self._lock:
            return self._db.execute(sql, parameters).fetchall()

    def replace(self, sobject: SObject, rows: list[tuple]) -> None:
        """Puts `rows`, each with every field in the object's order, in place of all records of the object."""
        with self.transaction():
            self._db.execute(f"DELETE FROM {sobject.table}")
            self._db.executemany(_insertion(sobject), rows)

    def forget_history(self) -> None:
        """Empties the write log, for an org that is loaded anew."""
        with self.transaction():
            self._db.execute("DELETE FROM write_log")

    def records(self, sobject: SObject, ids: list[str], field_names: list[str]) -> dict[str, tuple]:
        """The stored values of the named fields by id, deleted records included; unknown ids are left out."""
        columns = ", ".join(f'"{name}"' for name in field_names)
        found: dict[str, tuple] = {}
        for start in range(0, len(ids), MOST_IDS_A_STATEMENT):
            part = ids[start : start + MOST_IDS_A_STATEMENT]
            sql = f'SELECT "Id", {columns} FROM {sobject.table} WHERE "Id" IN ({", ".join("?" * len(part))})'
            found.update((row[0], row[1:]) for row in self.rows(sql, part))
        return found

    def live_record(self, sobject: SObject, record_id: str) -> dict:
        """All stored values of one record by field name.

        Raises
        ------
        Refusal
            404 NOT_FOUND where there is none, 404 ENTITY_IS_DELETED where it is in the bin.
        """
        names = [field.name for field in sobject.fields.values()]
        found = self.records(sobject, [record_id], names).get(record_id)
        if found is None:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        record = dict(zip(names, found, strict=True))
        if record.get("IsDeleted"):
            raise Refusal(404, "ENTITY_IS_DELETED", "entity is deleted", [])
        return record

    def change(self, sobject: SObject, record_id: str, values: dict, user_id: str, channel: str) -> None:
        """Sets stored values of one record, stamps it, and logs each value that is now another.

        `channel` is `api` for what came through the REST API, `human` for an edit made in the pages of the org,
        `flow` and `cascade` for what the org does by itself.
        """
        now = moment_text(self.clock.now())
        with self.transaction():
            before = self.records(sobject, [record_id], list(values))[record_id]
            stamped = {**values, "LastModifiedDate": now, "SystemModstamp": now, "LastModifiedById": user_id}
            assignments = ", ".join(f'"{name}" = ?' for name in stamped)
            self._db.execute(f'UPDATE {sobject.table} SET {assignments} WHERE "Id" = ?', [*stamped.values(), record_id])
            self._db.executemany(
                "INSERT INTO write_log (at, object, record_id, field, old_value, new_value, user_id, channel) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (now, sobject.name, record_id, name, _text(old), _text(new), user_id, channel)
                    for (name, new), old in zip(values.items(), before, strict=True)
                    if old != new
                ],
            )

    def add(self, sobject: SObject, record_id: str, values: dict, user_id: str) -> None:
        """Adds one record with these stored values, created now and by this user unless they say otherwise (as whoever
        moves data into an org may); checkboxes that are not named are off."""
        now = moment_text(self.clock.now())
        stamped = {
            "CreatedDate": now,
            AUTHOR.name: user_id,
            **values,
            "Id": record_id,
            "LastModifiedDate": now,
            "SystemModstamp": now,
            "LastModifiedById": user_id,
        }
        row = [stamped.get(field.name, 0 if field.kind is Kind.CHECKBOX else None) for field in sobject.fields.values()]
        with self.transaction():
            self._db.execute(_insertion(sobject), row)

    def execute(self, sql: str, parameters: tuple) -> None:
        """Carries out a statement on the org's own bookkeeping."""
        with self.transaction():
            self._db.execute(sql, parameters)

    def open_session(self, token_digest: str, user_id: str) -> None:
        """Remembers that whoever shows the token of this digest is this user."""
        with self.transaction():
            self._db.execute(
                "INSERT INTO session VALUES (?, ?, ?)", (token_digest, user_id, moment_text(self.clock.now()))
            )

    def end_sessions(self) -> None:
        """Every token given out so far is refused from now on."""
        with self.transaction():
            self._db.execute("DELETE FROM session")

    def count_call(self) -> int:
        """Counts one API call and tells how many there were today."""
        day = self.clock.today().isoformat()
        with self.transaction():
            self._db.execute(
                "INSERT INTO api_usage VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET calls = calls + 1", (day,)
            )
            return self.rows("SELECT calls FROM api_usage WHERE day = ?", (day,))[0][0]


def _insertion(sobject: SObject) -> str:
    names = ", ".join(f'"{name}"' for name in sobject.columns)
    return f"INSERT INTO {sobject.table} ({names}) VALUES ({', '.join('?' * len(sobject.columns))})"


def _text(value) -> str | None:
    return None if value is None else str(value)
