"""What the CRM must show by the org's own write log and the CS system's words: rules written anew, nothing of the
engine's in them.

A customer-success manager comes from the CS system to the account and its open opportunities. A person of a listed
profile overrides: on an account until the CS system's next word, on an opportunity until the account's person changes
next. Anybody else's edit has no effect. A solutions architect is whom people entered on the opportunity; a new one
where nobody was entered has its account's. What is closed is left as it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from assignment_assets.bench.overlays_play import Change, Creation
from assignment_assets.bench.overlays_script import LISTED
from assignment_assets.sandbox.loading import INTEGRATION_USER_ID
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM, OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT

Row = dict[str, Any]


def moment(text: str) -> datetime:
    """The org's spelling of a moment, UTC without zone."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


def is_ours(row: Row) -> bool:
    """Whether the engine made this change."""
    return row["channel"] == "api" and row["user_id"] == INTEGRATION_USER_ID


@dataclass
class Deal:
    """An opportunity as the oracle has it."""

    account_id: str
    is_closed: bool
    architect_id: str | None
    override: tuple[str | None, datetime] | None = None
    is_gone: bool = False


@dataclass
class Oracle:
    """Account → person and when they changed last; account → architect; opportunities."""

    csm: dict[str, str | None]
    architect: dict[str, str | None]
    deals: dict[str, Deal]
    changed_at: dict[str, datetime] = field(default_factory=dict)

    def wanted(self) -> dict[str, tuple[str | None, str | None]]:
        """Every open opportunity's customer-success manager and solutions architect."""
        return {
            deal_id: (self._csm_of(deal), deal.architect_id)
            for deal_id, deal in self.deals.items()
            if not deal.is_closed and not deal.is_gone
        }

    def follow(self, log: Iterable[Row], changes: list[Change], creations: list[Creation]) -> None:
        """Goes through all that people and the CS system have done, in order of time."""
        for _, what in _in_order(log, changes, creations):
            if isinstance(what, Change):
                self._person(what.account_id, what.person_id, what.at)
            elif isinstance(what, Creation):
                self.deals[what.deal_id] = Deal(what.account_id, False, self.architect.get(what.account_id))
            elif what["object"] == "Account":
                self._on_account(what)
            elif what["object"] == "Opportunity":
                self._on_deal(self.deals[what["record_id"]], what)

    def _csm_of(self, deal: Deal) -> str | None:
        ended = self.changed_at.get(deal.account_id)
        if deal.override and (ended is None or deal.override[1] >= ended):
            return deal.override[0]
        return self.csm.get(deal.account_id)

    def _person(self, account: str, person: str | None, at: datetime) -> None:
        self.csm[account], self.changed_at[account] = person, at

    def _on_account(self, row: Row) -> None:
        if row["field"] == ACCOUNT_CSM and row["user_id"] in LISTED:
            self._person(row["record_id"], row["new_value"], moment(row["at"]))
        if row["field"] == SOLUTIONS_ARCHITECT:
            self.architect[row["record_id"]] = row["new_value"]

    def _on_deal(self, deal: Deal, row: Row) -> None:
        match row["field"]:
            case "IsClosed":
                deal.is_closed = row["new_value"] == "1"
            case "IsDeleted":
                deal.is_gone = row["new_value"] == "1"
            case "AccountId":
                deal.account_id = row["new_value"]
            case field if field == SOLUTIONS_ARCHITECT:
                deal.architect_id = row["new_value"]
            case field if field == OPPORTUNITY_CSM and row["user_id"] in LISTED:
                deal.override = (row["new_value"], moment(row["at"]))


def _in_order(
    log: Iterable[Row], changes: list[Change], creations: list[Creation]
) -> Iterator[tuple[datetime, Row | Change | Creation]]:
    steps: list[tuple[datetime, int, Row | Change | Creation]] = [(each.at, 0, each) for each in creations]
    steps += [(each.at, 1, each) for each in changes]
    steps += [(moment(row["at"]), 2 + row["write_no"], row) for row in log if row["channel"] == "human"]
    return ((at, what) for at, _, what in sorted(steps, key=lambda step: step[:2]))


def began(accounts: pl.DataFrame, deals: pl.DataFrame) -> Oracle:
    """The org as it was loaded: accounts (Id, csm, architect), opportunities (Id, AccountId, IsClosed, architect)."""
    rows = deals.select("Id", "AccountId", "IsClosed", SOLUTIONS_ARCHITECT).iter_rows()
    return Oracle(
        dict(accounts.select("Id", ACCOUNT_CSM).iter_rows()),
        dict(accounts.select("Id", SOLUTIONS_ARCHITECT).iter_rows()),
        {deal_id: Deal(account, is_closed, architect) for deal_id, account, is_closed, architect in rows},
    )


def closed_changed(log: Iterable[Row], closed_at_first: set[str]) -> int:
    """Changes of closed opportunities by the engine."""
    closed, found = set(closed_at_first), 0
    for row in log:
        if row["object"] != "Opportunity":
            continue
        if row["field"] == "IsClosed":
            (closed.add if row["new_value"] == "1" else closed.discard)(row["record_id"])
        found += is_ours(row) and row["record_id"] in closed
    return found


def overrides_lost(log: list[Row], changes: list[Change], account_of: dict[str, str]) -> tuple[int, int]:
    """Edits by listed profiles on opportunities; and those that the engine wrote over before the account's person
    changed next, or somebody edited the opportunity again."""
    ends: dict[str, list[datetime]] = {}
    for change in changes:
        ends.setdefault(change.account_id, []).append(change.at)
    for row in log:
        if row["object"] == "Account" and row["field"] == ACCOUNT_CSM and row["user_id"] in LISTED:
            ends.setdefault(row["record_id"], []).append(moment(row["at"]))
    by_deal: dict[str, list[Row]] = {}
    for row in log:
        if row["object"] == "Opportunity" and row["field"] in (OPPORTUNITY_CSM, "AccountId"):
            by_deal.setdefault(row["record_id"], []).append(row)
    made = lost = 0
    for deal, rows in by_deal.items():
        for place, row in enumerate(rows):
            if row["field"] != OPPORTUNITY_CSM or row["channel"] != "human" or row["user_id"] not in LISTED:
                continue
            made += 1
            at = moment(row["at"])
            after = next(iter(rows[place + 1 :]), None)
            ended = min((each for each in ends.get(account_of[deal], []) if each > at), default=datetime.max)
            lost += after is not None and is_ours(after) and moment(after["at"]) < ended
    return made, lost


def at_close(log: Iterable[Row], first: dict[str, dict[str, str | None]]) -> dict[tuple[str, datetime], dict[str, Any]]:
    """(Opportunity, second of its close) → field → who stood there when that second was over.

    Parameters
    ----------
    first
        Opportunity → field → who stood there when it was loaded or created.
    """
    shown = {deal: dict(fields) for deal, fields in first.items()}
    closes: dict[tuple[str, datetime], dict[str, Any]] = {}
    last: dict[str, tuple[str, datetime]] = {}
    for row in log:
        deal, at = row["record_id"], moment(row["at"])
        if row["object"] != "Opportunity":
            continue
        fields = shown.setdefault(deal, {})
        if row["field"] == "IsClosed" and row["new_value"] == "1":
            last[deal] = (deal, at)
            closes[deal, at] = dict(fields)
        elif row["field"] in (OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT):
            fields[row["field"]] = row["new_value"]
            if last.get(deal) == (deal, at):
                closes[deal, at] = dict(fields)
    return closes
