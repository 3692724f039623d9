"""What changes on accounts: a new word of the system of truth, an override of the account's field, or the CRM's own.

A row goes from the account's person in force, or for a repair from whom the CRM shows, to who should stand there now;
at most one an account and role in one look. Numbers are given later (`numbering`).
"""

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from assignment_assets.domain.overlays.assignments import moved
from assignment_assets.domain.overlays.overrides import made
from assignment_assets.domain.overlays.people import TRAVELS, called, who
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import (
    OVERLAY_CHANGES,
    CsAssignmentsFrame,
    OverlayAccountsFrame,
    OverlayChangesFrame,
    OverlayEditsFrame,
)
from assignment_assets.domain.overlays.wanted import AccountPeopleFrame

SOURCES = {"truth": "its system of truth says so", "repair": "its system of truth says so, the CRM showed otherwise"}


def of_truth(
    role: OverlayRole,
    before: CsAssignmentsFrame,
    after: CsAssignmentsFrame,
    accounts: OverlayAccountsFrame,
    in_force: AccountPeopleFrame,
    edits: OverlayEditsFrame,
    names: Mapping[str, str],
) -> OverlayChangesFrame:
    """Changes that new words of the system of truth make: why is truth, or repair where its person is the same.

    People whom the CRM does not know, or knows as inactive, never travel: those are listed as differences. Nobody
    travels. An override of the account's field that is younger than the word stands against it.

    Parameters
    ----------
    before, after
        The role's assignments of the last look and of this one.
    accounts
        As the CRM shows them now.
    in_force
        The accounts' people before these words, the look's own overrides with them (`wanted.account_people`).
    edits
        All of the role up to now.
    """
    said = moved(before, after).filter(pl.col("standing").is_in(TRAVELS)).rename({"person_id": "to_id"})
    once = before.filter(pl.col("standing").is_in(TRAVELS)).select(
        "account_id", once_id="person_id", was_said=pl.lit(True)
    )
    rows = (
        said.join(accounts.select("account_id", shown_id="person_id"), on="account_id")
        .join(in_force.rename({"person_id": "force_id"}), on="account_id", how="left")
        .join(once, on="account_id", how="left")
        .join(made(edits, "Account").rename({"record_id": "account_id"}).drop("person_id"), on="account_id", how="left")
    )
    is_shown = pl.col("shown_id").eq_missing(pl.col("to_id"))
    is_same = pl.col("was_said").fill_null(False) & pl.col("once_id").eq_missing(pl.col("to_id"))
    is_in_force = pl.col("force_id").eq_missing(pl.col("to_id"))
    is_overridden = (pl.col("override_at") >= pl.col("changed_at")).fill_null(False)
    rows = rows.filter(~(is_shown & is_in_force), ~is_overridden)
    rows = rows.with_columns(
        why=pl.when(is_in_force).then(pl.lit("repair")).otherwise(pl.lit("truth")),
        from_id=pl.when(is_in_force).then("shown_id").otherwise("force_id"),
    ).filter(~(is_same & ~is_in_force))
    return told(rows, role, names)


def of_overrides(
    name: str,
    role: OverlayRole,
    new_edits: OverlayEditsFrame,
    others: OverlayChangesFrame,
    in_force: AccountPeopleFrame,
    at: datetime,
    names: Mapping[str, str],
) -> OverlayChangesFrame:
    """Overrides of accounts' fields that stand: the account's person is another one, and the opportunities follow.

    Parameters
    ----------
    new_edits
        The look's own.
    others
        The look's changes by the system of truth, which are younger where there are any.
    """
    rows = (
        made(new_edits, "Account")
        .rename({"record_id": "account_id", "person_id": "to_id"})
        .join(others, on="account_id", how="anti")
        .join(in_force.rename({"person_id": "from_id"}), on="account_id", how="left")
        .filter(pl.col("from_id").ne_missing(pl.col("to_id")))
        .with_columns(
            role=pl.lit(name),
            why=pl.lit("crm_account"),
            changed_at="override_at",
            received_at=pl.lit(at, pl.Datetime("us")),
            event_id=pl.lit(None, pl.String),
            by="override_by",
        )
    )
    return told(rows, role, names)


def of_crm(
    role: OverlayRole,
    before: OverlayAccountsFrame,
    now: OverlayAccountsFrame,
    in_force: AccountPeopleFrame,
    history: pl.DataFrame | None,
    at: datetime,
    names: Mapping[str, str],
) -> OverlayChangesFrame:
    """Changes where the account's own field counts, whoever changed it: from who was in force to what is seen.

    That is where the CRM is the truth, and accounts of which the system of truth has no word. Accounts that were not
    seen before have no change. The moment is that of the field's history where there is one,
    else of the account's last modification.

    Parameters
    ----------
    in_force
        The accounts' people before the look.
    history
        `edit_trail.HISTORY`, or None where the org keeps none.
    """
    rows = (
        now.rename({"person_id": "to_id"})
        .join(before.select("account_id", once_id="person_id"), on="account_id")
        .join(in_force.rename({"person_id": "from_id"}), on="account_id")
        .filter(pl.col("once_id").ne_missing(pl.col("to_id")), pl.col("from_id").ne_missing(pl.col("to_id")))
        .with_columns(changed_at="modified_at", by="modified_by")
    )
    if history is not None:
        of_field = pl.col("field").str.to_lowercase() == role.account_field.lower()
        last = history.filter((pl.col("object") == "Account") & of_field).sort("at", "new", nulls_last=False)
        last = last.unique("record_id", keep="last").select(
            account_id="record_id", to_id="new", told_at="at", told_by="by"
        )
        rows = rows.join(last, on=["account_id", "to_id"], how="left", nulls_equal=True).with_columns(
            changed_at=pl.coalesce("told_at", "changed_at"), by=pl.coalesce("told_by", "by")
        )
    rows = rows.with_columns(
        why=pl.lit("crm_account"),
        received_at=pl.lit(at, pl.Datetime("us")),
        event_id=pl.lit(None, pl.String),
    )
    return told(rows, role, names)


def told(rows: pl.DataFrame, role: OverlayRole, names: Mapping[str, str]) -> OverlayChangesFrame:
    """Rows with a sentence each, as OVERLAY_CHANGES without numbers; `by` says who, where a person did it."""
    sentences = []
    for row in rows.iter_rows(named=True):
        by = who(row.get("by"), names)
        did = "accepted the proposal" if row["why"] == "manager" else "changed the account in the CRM"
        source = SOURCES.get(row["why"]) or f"{by} {did}"
        when = f"{row['changed_at']:%Y-%m-%d %H:%M} UTC"
        parts = f"from {called(row['from_id'], names)} to {called(row['to_id'], names)}"
        sentences.append(f"The {role.label} changes {parts}: {source} ({when}).")
    numbers = [pl.lit(None, pl.Int64).alias(column) for column in ("change_no", "look_no")]
    rows = rows.with_columns(pl.Series("sentence", sentences, pl.String), *numbers)
    return OverlayChangesFrame(OVERLAY_CHANGES.shaped(rows).sort("role", "account_id"))
