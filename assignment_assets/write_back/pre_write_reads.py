"""What a run has read of the org and may still go by: records, who is active, and whether a precondition holds."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain, islice

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.io.salesforce.field_changes import RecordNow
from assignment_assets.io.salesforce.records import RecordGateway
from assignment_assets.write_back.plan import Change, by_target

ARMED_AFTER = timedelta(seconds=2)
"""A precondition holds only from here on: the org's timestamps have a resolution of one second."""


class PreWriteReads:
    """Records read ahead of their writing; what was sent, or must be read again, is forgotten."""

    def __init__(self, gateway: RecordGateway, read_ahead: int):
        self._gateway = gateway
        self._read_ahead = read_ahead
        self._records: dict[str, RecordNow | None] = {}
        self.active: set[str] = set()
        self.gone: set[str] = set()

    def fetch(self, changes: list[Change], waiting: Iterable[Change]) -> None:
        """Reads what is not known of `changes`, and of those that wait behind them, with one call.

        Raises
        ------
        SourceUnavailable
        """
        if all(change.record_id in self._records for change in changes):
            return
        unread = (change for change in chain(changes, waiting) if change.record_id not in self._records)
        wanted: dict[str, Change] = {}
        for change in islice(unread, self._read_ahead + len(changes)):
            wanted.setdefault(change.record_id, change)
        wanted = dict(islice(wanted.items(), max(self._read_ahead, len(changes))))
        receivers = {change.new for change in wanted.values() if change.new is not None}
        now, active = self._gateway.records_and_users(by_target(wanted.values()), receivers)
        self._records |= {record: now.get(record) for record in wanted}
        self.active = (self.active - receivers) | active
        missing = by_target(change for record, change in wanted.items() if record not in now)
        self.gone |= self._gateway.deleted(missing)

    def of(self, change: Change) -> RecordNow | None:
        """The record as it was read; None where the org does not show it."""
        return self._records[change.record_id]

    def present(self, change: Change) -> RecordNow:
        """The record of a change that was judged and may be written.

        Raises
        ------
        BrokenInvariant
            The record is gone, which `judge` ends a change for.
        """
        found = self.of(change)
        if found is None:
            raise BrokenInvariant(
                f"{change.kind} {change.record_id}: it is gone from the org, expected one that was judged as there. "
                "Nothing was sent for it. Run the plan again."
            )
        return found

    def forget(self, record_id: str) -> None:
        """Has the record read again before it is written."""
        self._records.pop(record_id, None)

    def unarmed(self, change: Change) -> timedelta:
        """How long until a precondition on the record holds; zero or less where it does."""
        return self.present(change).modified_at + ARMED_AFTER - self._gateway.server_now

    def preconditions(self, changes: Iterable[Change]) -> Mapping[str, datetime]:
        """Record → its last modification."""
        return {change.record_id: self.present(change).modified_at for change in changes}
