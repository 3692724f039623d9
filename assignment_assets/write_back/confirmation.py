"""A person's signature that owners were loaded by hand: over exactly which changes, and whether it holds."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from assignment_assets.domain.digest import table_digest
from assignment_assets.domain.errors import NotEntitled
from assignment_assets.domain.identity.codes import canonical_json, sign, signer_token, verify
from assignment_assets.write_back.by_hand import events_of, finish
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.states import Event, State
from assignment_assets.write_back.writer import Tools

SIGNED_ROWS = ("account_id", "old_owner_id", "new_owner_id")


@dataclass(frozen=True)
class Confirmation:
    """A signature "loaded by hand" as the journal has it, and whether it holds over exactly its rows."""

    plan_id: str
    confirmed_by: str
    at: datetime
    regions: tuple[str, ...]
    row_count: int
    rows: str
    signature: str
    holds: bool


def confirm(
    journal: Journal, plans: Sequence[Plan], rows: pl.DataFrame, tools: Tools, *, person: str, token: str
) -> list[Confirmation]:
    """Signs that these changes (WAITING with `region`) were loaded by hand: one signature a plan, over exactly its
    rows; they end as confirmed. Returns the signatures.

    Raises
    ------
    NotEntitled
        The token is not the person's.
    """
    at, events = tools.clock(), []
    for plan in plans:
        mine = rows.filter(pl.col("plan_id") == plan.plan_id)
        if mine.is_empty():
            continue
        content = _content(plan, person, sorted(set(mine["region"])), mine.height, rows_digest(mine), at)
        signature = sign(token, content)
        if not verify(signer_token(tools.key, person), content, signature):
            raise NotEntitled(
                f"cycle {plan.cycle}: the token is not that of {person}, expected their own. Nothing was confirmed."
            )
        events += events_of(mine, State.CONFIRMED, at, code=str(content["rows"]), sentence=f"loaded by hand, {person}")
        events.append(
            Event(
                plan.plan_id,
                "",
                0,
                "SIGNED",
                at,
                code=person,
                sentence=canonical_json({**content, "signature": signature}),
            )
        )
    journal.record(events)
    finish(journal, events, tools)
    return [each for each in confirmations(journal, plans, tools.key) if each.at == at and each.confirmed_by == person]


def confirmations(journal: Journal, plans: Iterable[Plan], key: bytes) -> list[Confirmation]:
    """Every signature "loaded by hand" of the plans, each held against the rows that ended with it."""
    found = []
    for plan in plans:
        events, rows = journal.events([plan.plan_id]), journal.rows(plan.plan_id)
        ended = events.filter(pl.col("state") == State.CONFIRMED).select("account_id", "code")
        for event in events.filter((pl.col("account_id") == "") & (pl.col("state") == "SIGNED")).iter_rows(named=True):
            said = json.loads(event["sentence"])
            signature = said.pop("signature")
            mine = rows.join(ended.filter(pl.col("code") == said["rows"]), on="account_id", how="semi")
            person, at = event["code"], event["at"]
            content = _content(plan, person, said["regions"], mine.height, rows_digest(mine), at)
            holds = content == said and verify(signer_token(key, person), content, signature)
            found.append(
                Confirmation(
                    plan.plan_id, person, at, tuple(said["regions"]), said["row_count"], said["rows"], signature, holds
                )
            )
    return found


def rows_digest(rows: pl.DataFrame) -> str:
    """The digest of changes that a signature is over: account, earlier and new owner of each, by account."""
    return table_digest(rows.select(SIGNED_ROWS).sort("account_id"))


def _content(plan: Plan, person: str, regions: list[str], row_count: int, rows: str, at: datetime) -> dict[str, Any]:
    return {
        "what": "loaded by hand",
        "cycle": plan.cycle,
        "plan": plan.plan_id,
        "sha256": plan.sha256,
        "regions": regions,
        "row_count": row_count,
        "rows": rows,
        "confirmed_by": person,
        "at": at.isoformat(timespec="microseconds"),
    }
