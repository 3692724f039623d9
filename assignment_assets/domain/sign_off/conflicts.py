"""What may go wrong with approved moves, told before they are signed: deals, caps, lopsided books, shared accounts.

Every conflict is `severe` (a region with an unresolved one cannot be approved), a `warning` or a `notice`. It is
resolved by a rule, named, or by a person who may sign for one of its regions and says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from assignment_assets.domain.assignment.revenue import cap_of, is_above
from assignment_assets.domain.regions import NO_REGION, field_regions, regions_of_ends
from assignment_assets.domain.review.facts import person_key
from assignment_assets.domain.tables import CONFLICTS, FLAG, TEXT, WHOLE, Table

CONFLICT_DECISIONS = Table(
    "conflict_decisions",
    ("receipt_no", "conflict"),
    {
        "receipt_no": WHOLE,
        "conflict": TEXT,
        "decided_by": TEXT,
        "note": TEXT,
        "is_signature_valid": FLAG,
    },
)
SEVERITIES = ("severe", "warning", "notice")


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


def find_conflicts(
    books: pl.DataFrame,
    fixed: pl.DataFrame,
    accounts: pl.DataFrame,
    opportunities: pl.DataFrame,
    people: pl.DataFrame,
    limits: Limits,
) -> pl.DataFrame:
    """Every conflict, once for each region that it belongs to (CONFLICTS), those that a rule resolves marked.

    Parameters
    ----------
    books
        account_id, current_owner_id, reviewed_owner_id, is_move: the books as they would be signed; is_unowned:
        nobody works the account now.
    fixed
        account_id, rep_id: accounts outside the pool that stay where they are.
    accounts, opportunities
        The tables of those names.
    people
        REVIEW_REPS.
    """
    reps = {
        row["rep_id"]: row
        for row in people.select("rep_id", "name", "team", "region", "is_active", "capacity").to_dicts()
    }
    regions = field_regions(people)
    facts = accounts.select("account_id", "name", "value_cents", "revenue_cents", "is_house", "co_owner_ids")
    after = pl.concat([fixed.select("account_id", "rep_id"), books.select("account_id", rep_id="reviewed_owner_id")])
    moves = books.filter("is_move").join(facts, on="account_id")
    open_deals = opportunities.filter(~pl.col("is_closed")).join(
        moves.select("account_id", "name", "current_owner_id", "reviewed_owner_id", "is_unowned"), on="account_id"
    )
    found = [
        *_closing_deals(open_deals, reps, limits, regions),
        *_pipeline(open_deals, reps, regions),
        *_shared(moves, reps, regions),
        *_ownerless(books.join(facts, on="account_id"), reps, regions),
        *_lopsided(
            after.join(facts, on="account_id"),
            set(books["reviewed_owner_id"]),
            set(moves["reviewed_owner_id"]),
            people,
            limits,
        ),
    ]
    rows = [row | {"region": region} for row in found for region in row.pop("regions")]
    return CONFLICTS.conform(pl.DataFrame(rows, schema=CONFLICTS.columns))


def resolve(conflicts: pl.DataFrame, decisions: pl.DataFrame, entitlements: pl.DataFrame) -> pl.DataFrame:
    """The conflicts, those resolved by a person marked with who and why.

    Parameters
    ----------
    conflicts
        CONFLICTS.
    decisions
        CONFLICT_DECISIONS; one counts where its signature is true, its note says why, and the person may sign for a
        region of the conflict.
    entitlements
        person, region.
    """
    may_sign = {(person_key(person), region) for person, region in entitlements.select("person", "region").iter_rows()}
    regions: dict[str, set[str]] = {}
    for conflict, region in conflicts.select("conflict", "region").iter_rows():
        regions.setdefault(conflict, set()).add(region)
    by_person = {
        row["conflict"]: (row["decided_by"], row["note"].strip())
        for row in CONFLICT_DECISIONS.conform(decisions).to_dicts()
        if row["is_signature_valid"]
        and (row["note"] or "").strip()
        and any((person_key(row["decided_by"]), region) in may_sign for region in regions.get(row["conflict"], ()))
    }
    rows = [
        row
        | (
            {"resolved_by": by_person[row["conflict"]][0], "resolution": by_person[row["conflict"]][1]}
            if row["resolved_by"] is None and row["conflict"] in by_person
            else {}
        )
        for row in conflicts.to_dicts()
    ]
    return CONFLICTS.conform(pl.DataFrame(rows, schema=CONFLICTS.columns))


def severe_open(conflicts: pl.DataFrame) -> dict[str, int]:
    """Region → how many severe conflicts nobody and no rule has resolved; regions without one are left out."""
    rows = conflicts.filter((pl.col("severity") == "severe") & pl.col("resolved_by").is_null())
    return dict(rows.group_by("region").len().sort("region").iter_rows())


def _closing_deals(
    open_deals: pl.DataFrame, reps: dict[str, dict], limits: Limits, regions: dict[str, str]
) -> list[dict]:
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


def _pipeline(open_deals: pl.DataFrame, reps: dict[str, dict], regions: dict[str, str]) -> list[dict]:
    """A line for each rep who hands open pipeline on."""
    sums = (
        open_deals.group_by("current_owner_id")
        .agg(pl.col("amount_cents").sum(), count=pl.len(), takers=pl.col("reviewed_owner_id").unique().sort())
        .drop_nulls("current_owner_id")
        .sort("current_owner_id")
    )
    return [
        _conflict(
            "open_pipeline",
            row["current_owner_id"],
            "notice",
            f"{_plural(row['count'], 'open deal')} of {_dollars(row['amount_cents'])} would leave"
            f" {_name(reps.get(row['current_owner_id']))}'s book for {_plural(len(row['takers']), 'new owner')}.",
            regions_of_ends(regions, row["current_owner_id"]),
            None,
            row["current_owner_id"],
            None,
        )
        for row in sums.to_dicts()
    ]


def _shared(moves: pl.DataFrame, reps: dict[str, dict], regions: dict[str, str]) -> list[dict]:
    rows = []
    for row in moves.filter(pl.col("is_house") | (pl.col("co_owner_ids").list.len() > 0)).sort("account_id").to_dicts():
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
                    None,
                )
            )
    return rows


def _ownerless(books: pl.DataFrame, reps: dict[str, dict], regions: dict[str, str]) -> list[dict]:
    rows = []
    active = {rep_id for rep_id, rep in reps.items() if rep["is_active"]}
    for row in books.sort("account_id").select("account_id", "name", "reviewed_owner_id").to_dicts():
        if row["reviewed_owner_id"] not in active:
            rows.append(
                _conflict(
                    "no_owner",
                    row["account_id"],
                    "severe",
                    f"{row['name']} would have no active owner.",
                    regions_of_ends(regions, row["reviewed_owner_id"]),
                    row["account_id"],
                    row["reviewed_owner_id"],
                    None,
                )
            )
    return rows


def _lopsided(
    after: pl.DataFrame, touched: set[str], gaining: set[str], people: pl.DataFrame, limits: Limits
) -> list[dict]:
    """Books of the cycle past a cap, severe where they gain accounts besides; and books far above the others."""
    field = people.filter((pl.col("team") == "field") & pl.col("is_active") & (pl.col("capacity") > 0))
    sums = after.group_by("rep_id").agg(
        pl.len().cast(pl.Int64).alias("count"), pl.col("revenue_cents").sum(), pl.col("value_cents").sum()
    )
    books = (
        field.select("rep_id", "name", "region", "capacity")
        .join(sums, on="rep_id")
        .with_columns(a_seat=pl.col("value_cents") / pl.col("capacity"))
        .sort("rep_id")
    )
    usual = books["a_seat"].median() or 0.0
    rows = []
    for row in books.filter(pl.col("rep_id").is_in(list(touched))).to_dicts():
        ends = [row["region"] or NO_REGION]
        past_cap = "severe" if row["rep_id"] in gaining else "warning"
        if row["count"] > row["capacity"]:
            rows.append(
                _conflict(
                    "over_count",
                    row["rep_id"],
                    past_cap,
                    f"{row['name']} would own {row['count']} accounts, {row['capacity']} at most.",
                    ends,
                    None,
                    row["rep_id"],
                    None,
                )
            )
        cap = cap_of(limits.revenue_cap, limits.revenue_caps, row["rep_id"])
        if is_above(row["revenue_cents"], cap):
            rows.append(
                _conflict(
                    "over_revenue",
                    row["rep_id"],
                    past_cap,
                    f"{row['name']}'s accounts would have"
                    f" {_dollars(row['revenue_cents'])} of revenue, {_dollars(cap)} at most.",
                    ends,
                    None,
                    row["rep_id"],
                    None,
                )
            )
        if usual and row["a_seat"] > limits.far_above * usual:
            rows.append(
                _conflict(
                    "far_above",
                    row["rep_id"],
                    "warning",
                    f"{row['name']}'s book would be worth"
                    f" {row['a_seat'] / usual:.1f} times the usual one, seat for seat.",
                    ends,
                    None,
                    row["rep_id"],
                    None,
                )
            )
    return rows


def _conflict(kind, subject, severity, sentence, regions, account_id, rep_id, by_rule) -> dict:
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


def _is_idle(row: dict, reps: dict[str, dict]) -> bool:
    """Whether nobody works the account now: unowned, or its owner is gone."""
    owner = reps.get(row["current_owner_id"])
    return bool(row["is_unowned"]) or owner is None or not owner["is_active"]


def _name(rep: dict | None) -> str:
    return rep["name"] if rep else "nobody"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _dollars(cents: int | None) -> str:
    return f"${(cents or 0) / 100:,.0f}"
