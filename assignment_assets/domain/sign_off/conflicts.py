"""What may go wrong with approved moves, told before they are signed: deals, caps, lopsided books, shared accounts.

Every conflict is `severe` (a region with an unresolved one cannot be approved), a `warning` or a `notice`. It is
resolved by a rule, named, or by a person who may sign for one of its regions and says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any

import polars as pl

from assignment_assets.domain.assignment.revenue import cap_of, is_above
from assignment_assets.domain.regions import NO_REGION, field_regions, regions_of_ends
from assignment_assets.domain.sign_off.conflict_facts import (
    BooksAsSignedFrame,
    ConflictsInput,
    MovingDealsFrame,
    OwnerlessFrame,
    PipelineFrame,
    SharedAccountsFrame,
)
from assignment_assets.domain.tables import CONFLICTS, ConflictsFrame

SEVERITIES = ("severe", "warning", "notice")
Row = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """From where on something counts as a conflict.

    `closing_days` (≥ 0) looks ahead from `as_of`; deals within `severe_days` of it are severe. `revenue_cap` is in
    cents a book, 0 for none, `revenue_caps` are lower ones of single reps. A book is far above the others past
    `far_above` (≥ 1) times the median value a seat.
    """

    as_of: date
    closing_days: int = 60
    severe_days: int = 30
    revenue_cap: int = 0
    far_above: float = 1.5
    revenue_caps: Mapping[str, int] = field(default_factory=dict)


def find_conflicts(given: ConflictsInput, limits: Limits) -> ConflictsFrame:
    """Every conflict, once for each region that it belongs to, those that a rule resolves marked."""
    names = ("rep_id", "name", "team", "region", "is_active", "capacity")
    reps = {row["rep_id"]: row for row in given.people.select(names).to_dicts()}
    regions = field_regions(given.people)
    found = [
        *_closing_deals(given.moving_deals, reps, limits, regions),
        *_pipeline(given.pipeline, reps, regions),
        *_shared(given.shared, reps, regions),
        *_ownerless(given.ownerless, regions),
        *_lopsided(given.books, limits),
    ]
    rows = [row | {"region": region} for row in found for region in row.pop("regions")]
    return CONFLICTS.conform(pl.DataFrame(rows, schema=CONFLICTS.columns))


def _closing_deals(
    open_deals: MovingDealsFrame, reps: dict[str, Row], limits: Limits, regions: dict[str, str]
) -> list[Row]:
    soon = open_deals.filter(
        pl.col("close_on").is_between(limits.as_of, limits.as_of + timedelta(days=limits.closing_days))
    ).sort("close_on", "opportunity_id")
    rows = []
    for row in soon.to_dicts():
        days = (row["close_on"] - limits.as_of).days
        owner = reps.get(row["current_owner_id"])
        sentence = (
            f"{row['name']} moves from {_name(owner)} to {_name(reps.get(row['reviewed_owner_id']))} with an open deal"
            f" of {_dollars(row['amount_cents'])} that closes in {days} days."
        )
        rows.append(
            _conflict(
                "closing_deal",
                row["opportunity_id"],
                "severe" if days <= limits.severe_days else "warning",
                sentence,
                regions_of_ends(regions, row["current_owner_id"], row["reviewed_owner_id"]),
                row["account_id"],
                row["reviewed_owner_id"],
                "Nobody works the account now; the deal needs its new owner." if _is_idle(row, reps) else None,
            )
        )
    return rows


def _pipeline(pipeline: PipelineFrame, reps: dict[str, Row], regions: dict[str, str]) -> list[Row]:
    """A line for each rep who hands open pipeline on."""
    return [
        _conflict(
            "open_pipeline",
            row["current_owner_id"],
            "notice",
            f"{_plural(row['deal_count'], 'open deal')} of {_dollars(row['amount_cents'])} would leave"
            f" {_name(reps.get(row['current_owner_id']))}'s book for {_plural(row['taker_count'], 'new owner')}.",
            regions_of_ends(regions, row["current_owner_id"]),
            rep_id=row["current_owner_id"],
        )
        for row in pipeline.to_dicts()
    ]


def _shared(accounts: SharedAccountsFrame, reps: dict[str, Row], regions: dict[str, str]) -> list[Row]:
    rows = []
    for row in accounts.to_dicts():
        owner = reps.get(row["current_owner_id"])
        ends = regions_of_ends(regions, row["current_owner_id"], row["reviewed_owner_id"])
        ways = f"from {_name(owner)} to {_name(reps.get(row['reviewed_owner_id']))}"
        if row["is_house"]:
            rows.append(
                _conflict(
                    "house_account",
                    row["account_id"],
                    "severe",
                    f"{row['name']} is a house account and moves {ways}.",
                    ends,
                    row["account_id"],
                    row["reviewed_owner_id"],
                    "Nobody works it now; a house account needs an active owner." if _is_idle(row, reps) else None,
                )
            )
        if row["co_owner_ids"]:
            others = ", ".join(_name(reps.get(other)) for other in row["co_owner_ids"])
            rows.append(
                _conflict(
                    "co_owned",
                    row["account_id"],
                    "warning",
                    f"{row['name']} moves {ways}; {others} co-own it.",
                    ends,
                    row["account_id"],
                    row["reviewed_owner_id"],
                )
            )
    return rows


def _ownerless(accounts: OwnerlessFrame, regions: dict[str, str]) -> list[Row]:
    return [
        _conflict(
            "no_owner",
            row["account_id"],
            "severe",
            f"{row['name']} would have no active owner.",
            regions_of_ends(regions, row["reviewed_owner_id"]),
            row["account_id"],
            row["reviewed_owner_id"],
        )
        for row in accounts.to_dicts()
    ]


def _lopsided(books: BooksAsSignedFrame, limits: Limits) -> list[Row]:
    """Books of the cycle past a cap, severe where they gain accounts besides; and books far above the others."""
    a_seat = {row["rep_id"]: row["value_cents"] / row["capacity"] for row in books.to_dicts()}
    usual = median(a_seat.values()) if a_seat else 0.0
    rows = []
    for row in books.filter("is_touched").to_dicts():
        rep_id, ends = row["rep_id"], [row["region"] or NO_REGION]
        past_cap = "severe" if row["is_gaining"] else "warning"
        if row["account_count"] > row["capacity"]:
            sentence = f"{row['name']} would own {row['account_count']} accounts, {row['capacity']} at most."
            rows.append(_conflict("over_count", rep_id, past_cap, sentence, ends, rep_id=rep_id))
        cap = cap_of(limits.revenue_cap, limits.revenue_caps, rep_id)
        if is_above(row["revenue_cents"], cap):
            sentence = (
                f"{row['name']}'s accounts would have"
                f" {_dollars(row['revenue_cents'])} of revenue, {_dollars(cap)} at most."
            )
            rows.append(_conflict("over_revenue", rep_id, past_cap, sentence, ends, rep_id=rep_id))
        if usual and a_seat[rep_id] > limits.far_above * usual:
            times = a_seat[rep_id] / usual
            sentence = f"{row['name']}'s book would be worth {times:.1f} times the usual one, seat for seat."
            rows.append(_conflict("far_above", rep_id, "warning", sentence, ends, rep_id=rep_id))
    return rows


def _conflict(
    kind: str,
    subject: str,
    severity: str,
    sentence: str,
    regions: list[str],
    account_id: str | None = None,
    rep_id: str | None = None,
    by_rule: str | None = None,
) -> Row:
    return {
        "conflict": f"{kind} {subject}",
        "kind": kind,
        "severity": severity,
        "account_id": account_id,
        "rep_id": rep_id,
        "sentence": sentence,
        "resolved_by": "rule" if by_rule else None,
        "resolution": by_rule,
        "regions": regions,
    }


def _is_idle(row: Row, reps: dict[str, Row]) -> bool:
    """Whether nobody works the account now: unowned, or its owner is gone."""
    owner = reps.get(row["current_owner_id"])
    return bool(row["is_unowned"]) or owner is None or not owner["is_active"]


def _name(rep: Row | None) -> str:
    return str(rep["name"]) if rep else "nobody"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _dollars(cents: int | None) -> str:
    return f"${(cents or 0) / 100:,.0f}"
