"""Compares the newest snapshot with the last: who left, started, went on leave, what merged or moved."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from assignment_assets.domain.routing.tables import EVENTS, EventsFrame
from assignment_assets.domain.setup.current_books import BOOK_FACTS, CurrentBooksInput, current_books
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import AccountsFrame, CurrentBooksFrame, OpportunitiesFrame, RepsFrame

SCOPES = {
    "departure": "churn",
    "leave_started": "churn",
    "leave_ended": "rep",
    "new_starter": "new_starter_class",
    "book_non_productive": "churn",
    "states_gained": "rep",
    "states_lost": "region",
    "capacity_raised": "rep",
    "capacity_lowered": "churn",
    "merged": "family",
    "re_parented": "family",
}
"""Kind of event → the narrowest scope that settles it. `family` is one account: routing settles it under a policy
for its kind, else it waits in the exception queue."""
FAMILY = ("merged", "re_parented")


@dataclass(frozen=True)
class PollSnapshot:
    """What was seen at one poll: the three tables, and the day on which leave is judged."""

    accounts: AccountsFrame
    reps: RepsFrame
    opportunities: OpportunitiesFrame
    day: date


def detect(
    before: PollSnapshot, after: PollSnapshot, merged: dict[str, str], poll_no: int, now: datetime
) -> EventsFrame:
    """Rows of `events`: what changed between two polls, each with the figures that show it.

    The id is a digest of what happened and of the poll, so that looking twice gives the same rows.

    Parameters
    ----------
    merged
        Accounts that are gone → the account that they were merged into.
    """
    found = [*_of_reps(before, after), *_of_books(before, after), *_of_families(before, after, merged)]
    rows = [
        {
            "event_id": _event_id(kind, subject, poll_no),
            "poll_no": poll_no,
            "detected_at": now,
            "kind": kind,
            "subject_id": subject,
            "region": region,
            "scope": SCOPES[kind],
            "names": json.dumps([region if SCOPES[kind] == "region" else subject]),
            "evidence": json.dumps(evidence, sort_keys=True, default=str),
            "cycle": None,
        }
        for kind, subject, region, evidence in found
    ]
    return EVENTS.conform(pl.DataFrame(rows, schema=EVENTS.columns))


def _event_id(kind: str, subject: str, poll_no: int) -> str:
    return hashlib.sha256(f"{poll_no}\x1f{kind}\x1f{subject}".encode()).hexdigest()[:16]


def _of_reps(before: PollSnapshot, after: PollSnapshot) -> Iterator[tuple[str, str, str | None, dict[str, Any]]]:
    old = {row["rep_id"]: row for row in before.reps.filter(pl.col("team") == "field").iter_rows(named=True)}
    for rep in after.reps.filter(pl.col("team") == "field").sort("rep_id").iter_rows(named=True):
        rep_id, region, was = rep["rep_id"], rep["region"], old.pop(rep["rep_id"], None)
        if was is None or (rep["is_active"] and not was["is_active"]):
            if rep["is_active"]:
                yield "new_starter", rep_id, region, {"started_on": rep["started_on"], "capacity": rep["capacity"]}
            continue
        if not rep["is_active"]:
            if was["is_active"]:
                yield "departure", rep_id, region, {"is_active": [True, False]}
            continue
        was_away, is_away = _is_away(was, before.day), _is_away(rep, after.day)
        if was_away != is_away:
            dates = {"on_leave_until": [was["on_leave_until"], rep["on_leave_until"]], "day": after.day}
            yield ("leave_started" if is_away else "leave_ended"), rep_id, region, dates
        old_states, new_states = set(was["covered_states"] or ()), set(rep["covered_states"] or ())
        if old_states != new_states:
            kind = "states_lost" if old_states - new_states and region else "states_gained"
            yield (
                kind,
                rep_id,
                region,
                {"lost": sorted(old_states - new_states), "gained": sorted(new_states - old_states)},
            )
        if was["capacity"] != rep["capacity"]:
            sizes = [was["capacity"], rep["capacity"]]
            is_lower = (rep["capacity"] or RunConfig().book_size) < (was["capacity"] or RunConfig().book_size)
            yield ("capacity_lowered" if is_lower else "capacity_raised"), rep_id, region, {"capacity": sizes}
    for rep_id, was in sorted(old.items()):
        if was["is_active"]:
            yield "departure", rep_id, was["region"], {"is_active": [True, "no longer in the source"]}


def _is_away(rep: dict[str, Any], day: date) -> bool:
    return rep["on_leave_until"] is not None and rep["on_leave_until"] >= day


def _of_books(before: PollSnapshot, after: PollSnapshot) -> Iterator[tuple[str, str, str | None, dict[str, Any]]]:
    """Books that have become non-productive; churned ones are departures."""
    was = set(_books(before).filter("is_non_productive")["rep_id"])
    for book in _books(after).filter("is_non_productive").iter_rows(named=True):
        if book["rep_id"] not in was:
            figures = {"account_count": book["account_count"], "referrals_l12m": book["referrals_l12m"]}
            yield "book_non_productive", book["rep_id"], book["region"], figures


def _books(seen: PollSnapshot) -> CurrentBooksFrame:
    facts = (
        seen.accounts.filter(pl.col("carve_out").is_null())
        .group_by(rep_id="owner_id")
        .agg(account_count=pl.len().cast(pl.Int64), referrals_l12m=pl.col("referrals_l12m").sum())
    )
    return current_books(CurrentBooksInput(seen.reps, BOOK_FACTS.rows.conform(facts)), RunConfig(as_of=str(seen.day)))


def _of_families(
    before: PollSnapshot, after: PollSnapshot, merged: dict[str, str]
) -> Iterator[tuple[str, str, str | None, dict[str, Any]]]:
    """Accounts merged or moved under another parent; `owners_meet` says whether the family now has two owners."""
    owners = after.accounts.select("account_id", "owner_id")
    owner_of = dict(owners.filter(pl.col("account_id").is_in(sorted(merged.values()))).iter_rows())
    gone = before.accounts.filter(pl.col("account_id").is_in(sorted(merged))).select(
        "name", loser_id="account_id", loser_owner="owner_id"
    )
    for row in gone.sort("loser_id").iter_rows(named=True):
        winner = merged[row["loser_id"]]
        if winner in owner_of:
            met = {"winner_owner": owner_of[winner], "owners_meet": owner_of[winner] != row["loser_owner"]}
            yield "merged", winner, None, row | met
    parents = owners.select(parent_id="account_id", parent_owner="owner_id")
    moved = (
        after.accounts.select("account_id", "owner_id", "parent_id")
        .join(before.accounts.select("account_id", was_parent="parent_id"), on="account_id")
        .filter(pl.col("parent_id").ne_missing(pl.col("was_parent")))
        .join(parents, on="parent_id", how="left")
    )
    for row in moved.sort("account_id").iter_rows(named=True):
        yield (
            "re_parented",
            row["account_id"],
            None,
            {
                "parent_id": [row["was_parent"], row["parent_id"]],
                "owner_id": row["owner_id"],
                "parent_owner": row["parent_owner"],
                "owners_meet": row["parent_id"] is not None and row["parent_owner"] != row["owner_id"],
            },
        )


def owners_meet(events: EventsFrame) -> EventsFrame:
    """The events of families in which two owners now meet: what a person or a policy has to settle."""
    meets = pl.col("evidence").str.json_path_match("$.owners_meet") == "true"
    return EventsFrame(events.filter(pl.col("scope").eq("family") & meets.fill_null(False)))
