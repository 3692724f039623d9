"""What the page of the overlay roles shows to one visitor: workload, differences, who was on what, hand-overs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import polars as pl

from assignment_assets.domain.overlays.hand_overs import HandOverMarksFrame, acknowledged
from assignment_assets.domain.overlays.history import in_force
from assignment_assets.domain.overlays.manager_answers import ManagerAnswersFrame, answered
from assignment_assets.domain.overlays.next_account import NEXT_ACCOUNTS, NextAccountsFrame
from assignment_assets.domain.overlays.roles import OWNER
from assignment_assets.domain.overlays.tables import (
    HAND_OVERS,
    OVERLAY_ACCOUNTS,
    OVERLAY_DIFFERENCES,
    OVERLAY_HISTORY,
    OVERLAY_LOOKS,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_PEOPLE,
    OVERLAY_WORKLOAD,
    HandOversFrame,
    OverlayAccountsFrame,
    OverlayDifferencesFrame,
    OverlayHistoryFrame,
    OverlayLooksFrame,
    OverlayOpportunitiesFrame,
    OverlayPeopleFrame,
    OverlayWorkloadFrame,
)
from assignment_assets.domain.overlays.workload import workload_spread
from assignment_assets.domain.tables import F, Table
from assignment_assets.review_app.overlay_access import OverlayAccess

MOST_ROWS, MOST_FOUND = 20, 20
BAR = 100
"""Width of a bar at full capacity, in its own units; a picture is half as wide again."""
Rows = list[dict[str, Any]]


class ReadTable(Protocol):
    """Reads a published table."""

    def __call__(self, table: Table[F], /) -> F:
        """Its rows; empty where there are none yet."""
        ...


@dataclass(frozen=True)
class OverlayTables:
    """The published tables that the page shows."""

    people: OverlayPeopleFrame
    accounts: OverlayAccountsFrame
    opportunities: OverlayOpportunitiesFrame
    workload: OverlayWorkloadFrame
    differences: OverlayDifferencesFrame
    history: OverlayHistoryFrame
    hand_overs: HandOversFrame
    next_accounts: NextAccountsFrame
    looks: OverlayLooksFrame

    @classmethod
    def read(cls, read: ReadTable) -> "OverlayTables":
        """All of them."""
        return cls(
            read(OVERLAY_PEOPLE),
            read(OVERLAY_ACCOUNTS),
            read(OVERLAY_OPPORTUNITIES),
            read(OVERLAY_WORKLOAD),
            read(OVERLAY_DIFFERENCES),
            read(OVERLAY_HISTORY),
            read(HAND_OVERS),
            read(NEXT_ACCOUNTS),
            read(OVERLAY_LOOKS),
        )


@dataclass(frozen=True)
class OverlayView:
    """The tables as far as they are the visitor's own."""

    tables: OverlayTables
    access: OverlayAccess

    def is_managed(self) -> pl.Expr:
        """Whether a row is of a role that the visitor manages."""
        return pl.col("role").is_in(list(self.access.managed))

    def names(self) -> dict[str, str]:
        """CRM user → name."""
        return dict(self.tables.people.select("person_id", "name").iter_rows())

    def spread(self) -> Rows:
        """A row a managed role: average, spread, over capacity."""
        rows = workload_spread(OverlayWorkloadFrame(self.tables.workload.filter(self.is_managed())))
        return rows.sort("role").to_dicts()

    def workload(self) -> Rows:
        """The people of the managed roles, the fullest first, with the widths of their bars."""
        rows = self.tables.workload.filter(self.is_managed()).sort(
            "role", "utilisation", "person_id", descending=[False, True, False]
        )
        width = (pl.col("utilisation").clip(0, 1.5) * BAR).round(1)
        return rows.with_columns(width=width, is_full=pl.col("load") > pl.col("capacity")).to_dicts()

    def compared_at(self) -> datetime | None:
        """When everything was last compared, the daily catch; None before the first."""
        last = self.tables.looks.filter(origin="whole")["looked_at"].max()
        return last if isinstance(last, datetime) else None

    def record_name(self, record_id: str) -> str:
        """What an account or an opportunity is called; empty where nobody knows."""
        named = self._records().filter(record_id=record_id)["name"].drop_nulls()
        return str(named[0]) if len(named) else ""

    def differences(self) -> Rows:
        """What the latest catch found in the managed roles: what waits first, then what was repaired or is meant."""
        mine = self.tables.differences.filter(self.is_managed())
        latest = mine.filter(pl.col("caught_at") == pl.col("caught_at").max().over("role"))
        order = ["is_repaired", "is_on_purpose", "role", "account_name", "record_id"]
        return latest.sort(order, nulls_last=True).to_dicts()

    def proposal(self, answers: ManagerAnswersFrame) -> Rows:
        """Who is to take each account without an active person, in managed roles; what waits for an answer first."""
        mine = NextAccountsFrame(self.tables.next_accounts.filter(self.is_managed()))
        rows = answered(mine, answers).with_columns(may_answer=pl.col("person_id").is_not_null())
        latest = pl.col("answered_at").dt.timestamp("us") * -1
        return rows.sort(pl.col("answer").is_not_null(), latest, "role", "account_name", "account_id").to_dicts()

    def found(self, wanted: str) -> Rows:
        """Accounts and opportunities with these letters in their name, or of this id, that the history tells of."""
        text = wanted.casefold()
        records = self._records()
        is_named = pl.col("name").str.to_lowercase().str.contains(text, literal=True)
        hits = records.filter(is_named.fill_null(False) | (pl.col("record_id").str.to_lowercase() == text))
        known = self._history().select("record_id").unique()
        return hits.join(known, on="record_id", how="semi").sort("object", "name", "record_id").to_dicts()

    def history(self, record_id: str) -> Rows:
        """Who was on one record, in the order of time; a row that another one corrects is marked."""
        rows = self._history().filter(record_id=record_id)
        standing = set(in_force(OverlayHistoryFrame(rows)).rows())
        marked = [row | {"is_in_force": tuple(row.values()) in standing} for row in rows.iter_rows(named=True)]
        return [
            row for row in marked if row["until_at"] is None or row["from_at"] != row["until_at"] or row["was_at_close"]
        ]

    def pod(self, record_id: str) -> Rows:
        """The owner, who is accountable, and the people beside them who are on a record now."""
        now = self._history().filter((pl.col("record_id") == record_id) & pl.col("until_at").is_null())
        rows = now.filter(pl.col("person_id").is_not_null()).to_dicts()
        return sorted(rows, key=lambda row: (row["role"] != OWNER, row["role"], row["part"], row["person_id"]))

    def hand_overs(self, marks: HandOverMarksFrame) -> Rows:
        """Hand-overs of managed roles, and those that the visitor gives or takes, what waits first."""
        mine = list(self.access.person_ids)
        is_mine = pl.col("from_id").is_in(mine) | pl.col("to_id").is_in(mine)
        rows = acknowledged(HandOversFrame(self.tables.hand_overs.filter(self.is_managed() | is_mine)), marks)
        told = rows.with_columns(
            may_give=pl.col("from_id").is_in(mine) & pl.col("given_at").is_null(),
            may_take=pl.col("to_id").is_in(mine) & pl.col("taken_at").is_null(),
            is_done=(pl.col("given_at").is_not_null() | pl.col("from_id").is_null())
            & (pl.col("taken_at").is_not_null() | pl.col("to_id").is_null()),
        )
        return told.sort("is_done", "change_no", descending=[False, True]).to_dicts()

    def _records(self) -> pl.DataFrame:
        """record_id, name, object: every account and opportunity."""
        accounts = self.tables.accounts.unique("account_id").select(record_id="account_id", name="name")
        opportunities = self.tables.opportunities.select("name", record_id="opportunity_id")
        return pl.concat(
            [
                accounts.with_columns(object=pl.lit("Account")),
                opportunities.select("record_id", "name").with_columns(object=pl.lit("Opportunity")),
            ]
        )

    def _history(self) -> OverlayHistoryFrame:
        """Rows of the managed roles, and of owners for whoever manages one."""
        roles: Sequence[str] = [*self.access.managed, OWNER] if self.access.managed else []
        return OverlayHistoryFrame(self.tables.history.filter(pl.col("role").is_in(roles)))
