"""What a run has read of the org and may still go by: accounts, who is active, and whether a precondition holds."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain, islice

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.io.salesforce.owners import AccountNow, OwnerGateway
from assignment_assets.write_back.plan import Change

ARMED_AFTER = timedelta(seconds=2)
"""A precondition holds only from here on: the org's timestamps have a resolution of one second."""


class PreWriteReads:
    """Accounts read ahead of their writing; what was sent, or must be read again, is forgotten."""

    def __init__(self, gateway: OwnerGateway, read_ahead: int):
        self._gateway = gateway
        self._read_ahead = read_ahead
        self._accounts: dict[str, AccountNow | None] = {}
        self.active: set[str] = set()
        self.gone: set[str] = set()

    def fetch(self, changes: list[Change], waiting: Iterable[Change]) -> None:
        """Reads what is not known of `changes`, and of those that wait behind them, with one call.

        Raises
        ------
        SourceUnavailable
        """
        if all(change.account_id in self._accounts for change in changes):
            return
        unread = (change for change in chain(changes, waiting) if change.account_id not in self._accounts)
        wanted: dict[str, Change] = {}
        for change in islice(unread, self._read_ahead + len(changes)):
            wanted.setdefault(change.account_id, change)
        wanted = dict(islice(wanted.items(), max(self._read_ahead, len(changes))))
        receivers = {change.new_owner_id for change in wanted.values()}
        now, active = self._gateway.accounts_and_users(list(wanted), receivers)
        self._accounts |= {account: now.get(account) for account in wanted}
        self.active = (self.active - receivers) | active
        missing = [account for account in wanted if account not in now]
        self.gone |= self._gateway.deleted(missing)

    def of(self, change: Change) -> AccountNow | None:
        """The account as it was read; None where the org does not show it."""
        return self._accounts[change.account_id]

    def present(self, change: Change) -> AccountNow:
        """The account of a change that was judged and may be written.

        Raises
        ------
        BrokenInvariant
            The account is gone, which `judge` ends a change for.
        """
        found = self.of(change)
        if found is None:
            raise BrokenInvariant(
                f"account {change.account_id}: it is gone from the org, expected one that was judged as there. "
                "Nothing was sent for it. Run the plan again."
            )
        return found

    def forget(self, account_id: str) -> None:
        """Has the account read again before it is written."""
        self._accounts.pop(account_id, None)

    def unarmed(self, change: Change) -> timedelta:
        """How long until a precondition on the account holds; zero or less where it does."""
        return self.present(change).modified_at + ARMED_AFTER - self._gateway.server_now

    def preconditions(self, changes: Iterable[Change]) -> Mapping[str, datetime]:
        """Account → its last modification."""
        return {change.account_id: self.present(change).modified_at for change in changes}
