"""Ids of accounts and reps as the names that people know them by."""

import polars as pl

from assignment_assets.report.wording import NOTHING


class Names:
    """Looks up names; an id without one stands for itself."""

    def __init__(self, accounts: pl.DataFrame, reps: pl.DataFrame):
        self._accounts = dict(accounts.select("account_id", "name").rows())
        self._people = dict(reps.select("rep_id", "name").rows())

    def account(self, account_id: str | None) -> str:
        """The account's name."""
        return self._accounts.get(account_id) or account_id or NOTHING

    def person(self, rep_id: str | None) -> str:
        """The rep's or Inside Sales member's name; a dash for nobody."""
        return self._people.get(rep_id) or rep_id or NOTHING
