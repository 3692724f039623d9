"""What people of listed profiles have set on purpose, and whether it still stands: read from the logged edits.

An override stands until the account's person changes next; what counts is when it changed in the system of truth, not
when that was heard. A repair is no change: the account's person is who it was.
"""

from typing import NewType

import polars as pl

from assignment_assets.domain.overlays.tables import OverlayChangesFrame, OverlayEditsFrame
from assignment_assets.domain.tables import MOMENT, TEXT, Table

OverridesFrame = NewType("OverridesFrame", pl.DataFrame)
OVERRIDES: Table[OverridesFrame] = Table(
    "overrides",
    ("record_id",),
    {"record_id": TEXT, "person_id": TEXT, "override_by": TEXT, "override_at": MOMENT},
)
STANDS = ("stands", "closed_allowed")
"""Verdicts of edits that are kept."""
CHANGES_OF_PERSON = ("truth", "crm_account")
"""Why an account's person changes; a repair only brings back who it was."""


def made(edits: OverlayEditsFrame, kind: str) -> OverridesFrame:
    """The latest override of each record of a kind (Account, Opportunity), whether or not it still stands."""
    kept = edits.filter((pl.col("object") == kind) & pl.col("verdict").is_in(STANDS)).sort("edited_at")
    return OVERRIDES.conform(
        kept.unique("record_id", keep="last").with_columns(
            person_id="to_id", override_by="edited_by", override_at="edited_at"
        )
    )


def moments(changes: OverlayChangesFrame, whys: tuple[str, ...] = CHANGES_OF_PERSON) -> pl.DataFrame:
    """account_id, ended_at: when the account's person changed last."""
    ending = changes.filter(pl.col("why").is_in(whys))
    return ending.group_by("account_id").agg(ended_at=pl.min_horizontal("changed_at", "received_at").max())


def last_changes(changes: OverlayChangesFrame) -> OverlayChangesFrame:
    """Each account's latest change of person; of two of one moment the one of the later look."""
    moment = pl.min_horizontal("changed_at", "received_at")
    kept = pl.DataFrame(changes).filter(pl.col("why").is_in(CHANGES_OF_PERSON))
    ordered = kept.sort(moment, pl.col("look_no"), nulls_last=True).unique("account_id", keep="last")
    return OverlayChangesFrame(ordered)


def standing_on_accounts(edits: OverlayEditsFrame, changes: OverlayChangesFrame) -> OverridesFrame:
    """Overrides of accounts' own fields that the system of truth has not spoken after; `record_id` is the account."""
    ended = moments(changes, ("truth",)).rename({"account_id": "record_id"})
    return _after(made(edits, "Account").join(ended, on="record_id", how="left"))


def standing_on_opportunities(
    edits: OverlayEditsFrame, changes: OverlayChangesFrame, opportunities: pl.DataFrame, *, keeps_overrides: bool
) -> OverridesFrame:
    """Overrides of opportunities that stand; with `keeps_overrides` all do.

    Parameters
    ----------
    opportunities
        opportunity_id and the account_id that it has now.
    """
    latest = made(edits, "Opportunity")
    if keeps_overrides:
        return latest
    accounts = opportunities.select("account_id", record_id="opportunity_id")
    return _after(latest.join(accounts, on="record_id", how="left").join(moments(changes), on="account_id", how="left"))


def _after(rows: pl.DataFrame) -> OverridesFrame:
    stands = pl.col("ended_at").is_null() | (pl.col("override_at") >= pl.col("ended_at"))
    return OVERRIDES.conform(rows.filter(stands))
