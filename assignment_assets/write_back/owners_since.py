"""Who changed an owner that we wrote, read from the org now: by the owner's history where it is tracked."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from assignment_assets.domain.routing.owners_since import OF_KIND, OWNERS_SINCE, OwnersSinceFrame
from assignment_assets.domain.tables import MOMENT, TEXT
from assignment_assets.io.salesforce.by_ids import query_ids
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.optional import where_there
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.states import State

WRITTEN: dict[str, type[pl.DataType] | pl.DataType] = {
    "account_id": TEXT,
    "written_by": TEXT,
    "written_owner_id": TEXT,
    "written_at": MOMENT,
}
HISTORY = "AccountHistory"
CLOCKS_APART = timedelta(minutes=5)
"""A change in the history that is so much older than our write was not made after it."""
Change = tuple[datetime, str]


def written_by_cycles(journal: Journal) -> pl.DataFrame:
    """What the plans of all cycles wrote and verified (WRITTEN), rollbacks and repairs included."""
    frames = [pl.DataFrame(schema=WRITTEN)]
    for plan in journal.plans():
        events = journal.events([plan.plan_id]).filter(pl.col("account_id") != "")
        last = events.group_by("account_id", maintain_order=True).last().filter(pl.col("state") == State.VERIFIED)
        frames.append(
            journal.rows(plan.plan_id)
            .join(last.select("account_id", "at"), on="account_id")
            .select(
                "account_id", written_by=pl.lit(plan.cycle), written_owner_id="new_owner_id", written_at=pl.col("at")
            )
        )
    return pl.concat(frames)


def owners_since(
    written: pl.DataFrame, gateway: OwnerGateway, integrations: Collection[str] = (), cycle: str = ""
) -> OwnersSinceFrame:
    """Every account as it was written last (WRITTEN), with what the org says of its owner now.

    Parameters
    ----------
    integrations
        User ids whose changes are an integration's, in their long form.
    cycle
        Only accounts that this cycle wrote last; empty for all.

    Raises
    ------
    SourceUnavailable
    """
    latest = written.sort("written_at").group_by("account_id", maintain_order=True).last()
    if cycle:
        latest = latest.filter(pl.col("written_by") == cycle)
    now = gateway.accounts(latest["account_id"].to_list())
    moved = [
        account
        for account, owner in latest.select("account_id", "written_owner_id").iter_rows()
        if (found := now.get(account)) and found.value != owner
    ]
    history = _history(gateway.org, moved)
    rows = []
    for row in latest.sort("account_id").iter_rows(named=True):
        found = now.get(row["account_id"])
        if found is None:
            rows.append(row | {"finding": "not_visible"})
        elif found.value == row["written_owner_id"]:
            rows.append(row | {"found_owner_id": found.value})
        else:
            at, by = history.get((row["account_id"], found.value or ""), (datetime.min, ""))
            is_told = at >= row["written_at"] - CLOCKS_APART
            at, by = (at, by) if is_told else (found.modified_at, found.modified_by)
            kind = "engine" if by == gateway.user_id else "integration" if by in integrations else "person"
            rows.append(
                row
                | {"found_owner_id": found.value, "changed_by": by, "changed_by_kind": kind, "changed_at": at}
                | {"told_by": "owner_history" if is_told else "last_modification", "finding": OF_KIND[kind]}
            )
    return OWNERS_SINCE.conform(pl.DataFrame(rows, OWNERS_SINCE.columns))


def _history(org: Org, accounts: Sequence[str]) -> dict[tuple[str, str], Change]:
    """(account, owner) → when and by whom it was given to that owner last; empty where the org keeps no history."""

    def read() -> list[dict[str, object]]:
        selection = f"SELECT AccountId, NewValue, CreatedById, CreatedDate FROM {HISTORY}"
        return list(query_ids(org, selection, "AccountId", accounts, "Field = 'Owner'"))

    latest: dict[tuple[str, str], Change] = {}
    for record in where_there(org, HISTORY, read) or []:
        key = str(record["AccountId"]), str(record["NewValue"])
        at = datetime.fromisoformat(str(record["CreatedDate"])).astimezone(UTC).replace(tzinfo=None)
        latest[key] = max(latest.get(key, (at, "")), (at, str(record["CreatedById"])))
    return latest
