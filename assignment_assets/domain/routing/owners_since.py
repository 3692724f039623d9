"""What became of owners that the engine wrote: still there, overridden by a person, overwritten by an integration."""

from typing import NewType

import polars as pl

from assignment_assets.domain.tables import MOMENT, TEXT, Table

OwnersSinceFrame = NewType("OwnersSinceFrame", pl.DataFrame)
OWNERS_SINCE: Table[OwnersSinceFrame] = Table(
    "owners_since",
    ("account_id",),
    {
        "account_id": TEXT,
        "written_by": TEXT,  # the cycle, or routing
        "written_owner_id": TEXT,
        "written_at": MOMENT,
        "found_owner_id": TEXT,  # null where the org does not show the account
        "changed_by": TEXT,
        "changed_by_kind": TEXT,  # person, integration, engine
        "changed_at": MOMENT,
        "told_by": TEXT,  # owner_history, last_modification
        "finding": TEXT,  # a word of FINDINGS; null where the owner is the one that was written
    },
)
"""Every account whose owner the engine wrote, as it was written last, and what the org said of it; not stored."""
FINDINGS = {
    "override": "overridden by a person",
    "stale_overwrite": "overwritten by an integration",
    "own_user": "changed under the engine's own user, not by this journal",
    "not_visible": "not visible: deleted, merged or out of the user's sight",
}
OF_KIND = {"person": "override", "integration": "stale_overwrite", "engine": "own_user"}
"""Who changed an owner → what that is."""
ROUTING = "routing"
KPIS_OF = {"owner_overrides": ("override", "people"), "stale_overwrites": ("stale_overwrite", "integrations")}
"""KPI → the finding that it counts, and whose changes these are."""


def changed(since: OwnersSinceFrame) -> OwnersSinceFrame:
    """Those that are no longer as they were written."""
    return OwnersSinceFrame(since.filter(pl.col("finding").is_not_null()))


def sentences(since: OwnersSinceFrame) -> list[str]:
    """A line an account that changed: what, by whom, when, and how that is known."""
    return [_sentence(row) for row in changed(since).sort("finding", "account_id").iter_rows(named=True)]


def _sentence(row: dict[str, object]) -> str:
    words = f"{row['account_id']}: {row['written_owner_id']} → {row['found_owner_id'] or 'nobody'}"
    words += f", {FINDINGS[str(row['finding'])]}"
    if row["changed_by"]:
        known = "the owner's history" if row["told_by"] == "owner_history" else "the last modification"
        words += f" {row['changed_by']} at {row['changed_at']:%Y-%m-%d %H:%M} UTC ({known})"
    return f"{words}; written by {row['written_by']}"


def since_kpis(since: OwnersSinceFrame) -> list[tuple[str, float | None, str, str]]:
    """(kpi, value, unit, sentence): shares of written owners that people and integrations have changed since."""
    if since.is_empty():
        nothing = "no source: nobody has looked at written owners yet (`assignment write-back reconcile`)"
        return [(kpi, None, "%", nothing) for kpi in KPIS_OF]
    rows: list[tuple[str, float | None, str, str]] = []
    for kpi, (finding, whose) in KPIS_OF.items():
        count = int((since["finding"] == finding).sum())
        rows.append((kpi, round(100 * count / since.height, 3), "%", f"{count} of {since.height} changed by {whose}"))
    return rows
