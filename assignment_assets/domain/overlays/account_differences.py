"""What differs on accounts: the system of truth against the CRM, people it does not know, accounts without anybody."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assignment_assets.domain.overlays.catching import Catching, difference
from assignment_assets.domain.overlays.edits import MOST_SET_BACKS
from assignment_assets.domain.overlays.overrides import moments, standing_on_accounts
from assignment_assets.domain.overlays.people import TRAVELS, called, resolved


def on_accounts(given: Catching) -> list[dict[str, Any]]:
    """Rows of OVERLAY_DIFFERENCES about accounts, and `force_id`, whom a repair writes."""
    return _of_the_crm(given) if given.role.truth == "crm" else _against_truth(given)


def _against_truth(given: Catching) -> list[dict[str, Any]]:
    said = given.assignments.select("account_id", "standing", truth_id="person_id", truth_key="person_key")
    sentences = resolved(said["truth_key"], given.people, given.role).select("sentence", truth_key="person_key")
    shown = given.crm.accounts.select("account_id", "name", crm_id="person_id")
    overrides = standing_on_accounts(given.edits, given.changes).select(
        account_id="record_id", override_id="person_id", is_overridden=pl.lit(True)
    )
    rows = (
        shown.join(said, on="account_id", how="full", coalesce=True)
        .join(sentences, on="truth_key", how="left")
        .join(given.account_people.rename({"person_id": "force_id"}), on="account_id", how="left")
        .join(overrides, on="account_id", how="left")
        .sort("account_id")
    )
    is_said = pl.col("standing").is_in(TRAVELS).fill_null(False)
    truth = pl.when(is_said).then("truth_id")
    differs = pl.col("crm_id").ne_missing(truth) | (is_said & pl.col("crm_id").ne_missing(pl.col("force_id")))
    listed = rows.filter(differs | (pl.col("standing").is_not_null() & ~is_said))
    given_up = _given_up(given)
    return [_judged(given, row, given_up) for row in listed.iter_rows(named=True)]


def _judged(given: Catching, row: Mapping[str, Any], given_up: set[str]) -> dict[str, Any]:
    """One account: what kind of difference it is, whether it is on purpose, whether it is repaired now."""
    account_id, names, label = row["account_id"], given.names, given.role.label
    kind = _kind(row)
    is_on_purpose = bool(row["is_overridden"]) and row["crm_id"] == row["override_id"]
    is_said = row["standing"] in TRAVELS
    shows = f"the CRM shows {called(row['crm_id'], names)} as the {label} of {row['name'] or account_id}"
    if kind == "unknown_account":
        words = (
            f"The system of truth names {row['truth_key'] or 'nobody'} for {account_id}, which the CRM does not show"
        )
    elif kind in ("unknown_person", "inactive_person"):
        words = f"The system of truth names {row['truth_key']}, {shows}. {row['sentence']}".removesuffix(".")
    elif not is_said:
        words = f"The system of truth has no word of the account, {shows}"
    else:
        words = f"The system of truth says {called(row['truth_id'], names)}, {shows}"
    reason = ""
    if is_on_purpose:
        reason = "set on purpose by a profile that may override"
    elif not is_said:
        reason = "a person should correct it"
    elif account_id in given_up:
        reason = f"it was changed more than {MOST_SET_BACKS} times by the same hand; a person should look"
    row = {**row, "record_id": account_id, "kind": kind, "account_name": row["name"]}
    return difference(given, "Account", row, words, reason, is_on_purpose=is_on_purpose)


def _kind(row: Mapping[str, Any]) -> str:
    if row["standing"] not in (*TRAVELS, None):
        return str(row["standing"])
    if row["truth_id"] is None:
        return "truth_empty"
    return "crm_empty" if row["crm_id"] is None else "differ"


def _given_up(given: Catching) -> set[str]:
    """Accounts whose field the same hand has changed again and again since the truth changed last."""
    reported = given.edits.filter((pl.col("object") == "Account") & (pl.col("verdict") == "reported"))
    since = reported.join(moments(given.changes, ("truth",)), on="account_id", how="left")
    recent = since.filter(pl.col("ended_at").is_null() | (pl.col("edited_at") >= pl.col("ended_at")))
    counts = recent.group_by("record_id", "edited_by").len().filter(pl.col("len") > MOST_SET_BACKS)
    return set(counts["record_id"])


def _of_the_crm(given: Catching) -> list[dict[str, Any]]:
    """Where the account's field is the truth: people who are unknown or inactive, and nobody though opportunities have
    somebody."""
    states = dict(given.people.select("person_id", "is_active").iter_rows())
    on = given.open_opportunities.filter(pl.col("crm_id").is_not_null()).group_by("account_id").len("opportunities")
    rows = given.crm.accounts.select("account_id", "name", crm_id="person_id").join(on, on="account_id", how="left")
    listed = []
    for row in rows.sort("account_id").iter_rows(named=True):
        title, person_id = row["name"] or row["account_id"], row["crm_id"]
        if person_id is None and row["opportunities"]:
            kind = "crm_empty"
            words = (
                f"{title} has no {given.role.label}, though {row['opportunities']} of its open opportunities have one"
            )
        elif person_id is not None and not states.get(person_id):
            kind = "inactive_person" if person_id in states else "unknown_person"
            what = "is not active" if person_id in states else "is no user of the CRM that is known here"
            words = f"{called(person_id, given.names)}, the {given.role.label} of {title}, {what}"
        else:
            continue
        facts = {
            **row,
            "record_id": row["account_id"],
            "account_name": row["name"],
            "kind": kind,
            "force_id": person_id,
        }
        listed.append(difference(given, "Account", facts, words, "a person should say who it is", is_on_purpose=False))
    return listed
