"""Which accounts stay with their owner: automatic locks, then the rep's own picks, never above capacity."""

from collections.abc import Mapping
from typing import Any, NewType

import polars as pl

from assignment_assets.domain.lock_facts import LOCK_FACTS, FreeSeatsFrame, LockFactsFrame
from assignment_assets.domain.setup.overrides import coverage_overrides, is_excepted
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import (
    FLAG,
    LOCK_VERDICTS,
    LOCKS,
    TEXT,
    WHOLE,
    LocksFrame,
    LockVerdictsFrame,
    Table,
)

LockCandidatesFrame = NewType("LockCandidatesFrame", pl.DataFrame)
LOCK_CANDIDATES: Table[LockCandidatesFrame] = Table(
    "lock_candidates", LOCK_FACTS.key, LOCK_FACTS.columns | {"is_covered": FLAG, "lock_kind": TEXT}
)
PicksFrame = NewType("PicksFrame", pl.DataFrame)
PICKS: Table[PicksFrame] = Table(
    "picks",
    ("rep_id", "row_no"),
    {
        "rep_id": TEXT,
        "receipt_no": WHOLE,
        "row_no": WHOLE,
        "account_id": TEXT,
        "answer": TEXT,  # keep, release
    },
)
LOCK_KINDS = ("l3m_referrer", "keep_with_owner", "house", "protected_deal", "dormant_pick", "never_referred_pick")
PICK_KINDS = {"dormant": "dormant_pick", "never": "never_referred_pick"}


def lock_candidates(facts: LockFactsFrame, config: RunConfig) -> LockCandidatesFrame:
    """One row a free account: its owner, whether the owner covers its state, its automatic lock kind or null.

    Kinds in order of precedence: `l3m_referrer` (active field owner who covers the state, book neither churned
    nor non-productive), `keep_with_owner`, `house`, `protected_deal` (an open deal closing from `as_of` to
    `protected_deal_days` later); the last three with any active owner who is not a placeholder. An owner whom Growth
    Strategy lets hold the account outside covered states counts as one who covers its state.
    """
    is_covered = pl.col("is_state_covered") | is_excepted(coverage_overrides(config), "owner_id")
    holds = pl.col("is_active") & ~pl.col("is_unowned") & ~pl.col("is_churned")
    is_productive_field = (pl.col("team") == "field").fill_null(False) & ~pl.col("is_non_productive")
    kind = (
        pl.when(holds & is_productive_field & pl.col("is_covered") & (pl.col("referral_status") == "l3m"))
        .then(pl.lit("l3m_referrer"))
        .when(holds & pl.col("keep_with_owner"))
        .then(pl.lit("keep_with_owner"))
        .when(holds & pl.col("is_house"))
        .then(pl.lit("house"))
        .when(holds & pl.col("has_protected_deal"))
        .then(pl.lit("protected_deal"))
    )
    return LOCK_CANDIDATES.conform(facts.with_columns(is_covered=is_covered).with_columns(lock_kind=kind))


def settle(
    candidates: LockCandidatesFrame, picks: PicksFrame, seats: FreeSeatsFrame, config: RunConfig
) -> tuple[LocksFrame, LockVerdictsFrame]:
    """The locks, and a verdict on every automatic lock that did not fit and on every row that a rep returned.

    Parameters
    ----------
    picks
        Blank rows left out.
    seats
        Only field reps are bounded by them.
    config
        For the quotas.
    """
    room = dict(seats.select("rep_id", "free_seats").iter_rows())
    locks: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    for row in _automatic_in_order(candidates).iter_rows(named=True):
        if row["team"] == "field" and room.get(row["owner_id"], 0) <= 0:
            verdicts.append(
                _verdict(
                    row["owner_id"],
                    None,
                    0,
                    row["account_id"],
                    row["lock_kind"],
                    "refused",
                    "capacity",
                    f"Account {row['account_id']}: no seat is left in {row['owner_id']}'s book; it enters the pool.",
                )
            )
            continue
        if row["team"] == "field":
            room[row["owner_id"]] -= 1
        locks.append(_lock(row["account_id"], row["owner_id"], row["lock_kind"], None))
    facts = {row["account_id"]: row for row in candidates.iter_rows(named=True)}
    quotas = {"dormant_pick": config.dormant_quota, "never_referred_pick": config.never_referred_quota}
    used: dict[tuple[str, str], int] = {}
    automatic = {lock["account_id"] for lock in locks}
    seen: set[tuple[str, str]] = set()
    for pick in picks.sort("rep_id", "row_no").iter_rows(named=True):
        kind, rule, message = _judge_pick(pick, facts.get(pick["account_id"]), automatic, seen, used, quotas, room)
        seen.add((pick["rep_id"], pick["account_id"]))
        verdicts.append(
            _verdict(
                pick["rep_id"],
                pick["receipt_no"],
                pick["row_no"],
                pick["account_id"],
                kind or "",
                "refused" if rule else "accepted",
                rule,
                message,
            )
        )
        if pick["answer"] == "keep" and not rule and kind in quotas:
            used[pick["rep_id"], kind] = used.get((pick["rep_id"], kind), 0) + 1
            room[pick["rep_id"]] -= 1
            locks.append(_lock(pick["account_id"], pick["rep_id"], kind, pick["receipt_no"]))
    return (
        LOCKS.conform(pl.DataFrame(locks, schema=LOCKS.columns)),
        LOCK_VERDICTS.conform(pl.DataFrame(verdicts, schema=LOCK_VERDICTS.columns)),
    )


def _automatic_in_order(candidates: LockCandidatesFrame) -> pl.DataFrame:
    """Automatic locks by kind, then most recent referral, more referrals, value, id."""
    rank = {kind: number for number, kind in enumerate(LOCK_KINDS)}
    return (
        candidates.filter(pl.col("lock_kind").is_not_null())
        .with_columns(kind_rank=pl.col("lock_kind").replace_strict(rank, return_dtype=pl.Int64))
        .sort(
            "kind_rank",
            "last_referral_on",
            "referrals_ever",
            "value_cents",
            "account_id",
            descending=[False, True, True, True, False],
            nulls_last=True,
        )
    )


def _judge_pick(
    pick: Mapping[str, Any],
    facts: Mapping[str, Any] | None,
    automatic: set[str],
    seen: set[tuple[str, str]],
    used: Mapping[tuple[str, str], int],
    quotas: Mapping[str, int],
    room: Mapping[str, int],
) -> tuple[str | None, str | None, str]:
    """(lock kind or None, rule that refuses or None, sentence) of one row that a rep returned."""
    where = f"Row {pick['row_no']}, account {pick['account_id']}"
    if facts is None:
        return None, "not_in_pool", f"{where}: it is not in this cycle's pool, expected an account of your list."
    if facts["owner_id"] != pick["rep_id"]:
        return None, "not_your_book", f"{where}: its owner is {facts['owner_id'] or 'nobody'}, expected your own book."
    if (pick["rep_id"], pick["account_id"]) in seen:
        return None, "duplicate_row", f"{where}: it is listed twice, expected once; the first row counts."
    if pick["account_id"] in automatic:
        if pick["answer"] == "keep":
            return facts["lock_kind"], None, f"{where}: it is locked already ({facts['lock_kind']}); no pick is used."
        return (
            facts["lock_kind"],
            "automatic_lock",
            (f"{where}: it locks automatically ({facts['lock_kind']}), which a rep cannot release."),
        )
    if pick["answer"] == "release":
        return None, None, f"{where}: released to the pool."
    kind = PICK_KINDS.get(facts["referral_status"])
    if kind is None:
        return (
            None,
            "not_pickable",
            (
                f"{where}: it referred in the last three months and its automatic lock did not hold, "
                "expected a dormant or never-referred account."
            ),
        )
    if not facts["is_active"]:
        return kind, "inactive", f"{where}: its owner is inactive, expected an active rep."
    if not facts["is_covered"]:
        return kind, "covered_states", f"{where}: {facts['state']} is not among your covered states."
    count = used.get((pick["rep_id"], kind), 0)
    name = kind.removesuffix("_pick").replace("_", "-")
    if count >= quotas[kind]:
        return kind, "over_quota", f"{where}: {count} of {quotas[kind]} {name} picks are used by earlier rows."
    if room.get(pick["rep_id"], 0) <= 0:
        return kind, "capacity", f"{where}: your book has no seat left for another lock."
    return kind, None, f"{where}: kept ({count + 1} of {quotas[kind]} {name} picks)."


def _lock(account_id: str, rep_id: str, kind: str, receipt_no: int | None) -> dict[str, Any]:
    return {"account_id": account_id, "rep_id": rep_id, "lock_kind": kind, "receipt_no": receipt_no}


def _verdict(
    rep_id: str,
    receipt_no: int | None,
    row_no: int,
    account_id: str,
    kind: str,
    verdict: str,
    rule: str | None,
    message: str,
) -> dict[str, Any]:
    return {
        "rep_id": rep_id,
        "receipt_no": receipt_no,
        "row_no": row_no,
        "account_id": account_id,
        "lock_kind": kind,
        "verdict": verdict,
        "rule": rule,
        "message": message,
    }
