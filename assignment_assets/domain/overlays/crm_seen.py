"""What the CRM shows of one role: accounts, opportunities, and who is on them; the newer over the older."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Self

import polars as pl

from assignment_assets.domain.overlays.credit import shares
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import (
    OPPORTUNITY_ROLES,
    OVERLAY_ACCOUNTS,
    OVERLAY_OPPORTUNITIES,
    OpportunityRolesFrame,
    OverlayAccountsFrame,
    OverlayOpportunitiesFrame,
)
from assignment_assets.domain.tables import F, Table


@dataclass(frozen=True)
class CrmSeen:
    """The CRM for one role: everything that is known of it, or what one look has read.

    Attributes
    ----------
    roles
        Of every opportunity at least the row of its primary, whose person may be nobody. A look leaves `set_by` null.
    """

    accounts: OverlayAccountsFrame
    opportunities: OverlayOpportunitiesFrame
    roles: OpportunityRolesFrame

    @classmethod
    def nothing(cls) -> Self:
        """Before the first look."""
        return cls(OVERLAY_ACCOUNTS.empty(), OVERLAY_OPPORTUNITIES.empty(), OPPORTUNITY_ROLES.empty())

    @property
    def is_nothing(self) -> bool:
        """Whether the role has not been looked at yet; then nothing in a look is new or edited."""
        return self.accounts.is_empty()

    @property
    def primaries(self) -> OpportunityRolesFrame:
        """The rows of primaries: one an opportunity."""
        return OpportunityRolesFrame(self.roles.filter(pl.col("part") == "primary"))

    def with_newer(self, newer: "CrmSeen") -> "CrmSeen":
        """This, and over it what a later look has read; an opportunity's people are replaced together."""
        kept = self.roles.join(newer.roles, on=["role", "opportunity_id"], how="anti")
        return CrmSeen(
            _replaced(OVERLAY_ACCOUNTS, self.accounts, newer.accounts),
            _replaced(OVERLAY_OPPORTUNITIES, self.opportunities, newer.opportunities),
            OPPORTUNITY_ROLES.conform(pl.concat([kept, newer.roles])),
        )

    def without(self, record_ids: AbstractSet[str]) -> "CrmSeen":
        """This without accounts and opportunities that are gone."""
        if not record_ids:
            return self
        gone = pl.DataFrame({"record_id": sorted(record_ids)}, schema={"record_id": pl.String})
        of_accounts, of_deals = gone.rename({"record_id": "account_id"}), gone.rename({"record_id": "opportunity_id"})
        return CrmSeen(
            OVERLAY_ACCOUNTS.conform(self.accounts.join(of_accounts, on="account_id", how="anti")),
            OVERLAY_OPPORTUNITIES.conform(self.opportunities.join(of_deals, on="opportunity_id", how="anti")),
            OPPORTUNITY_ROLES.conform(self.roles.join(of_deals, on="opportunity_id", how="anti")),
        )

    def roles_other_than(self, before: "CrmSeen") -> OpportunityRolesFrame:
        """All rows of the opportunities whose people are other than before in anything."""
        columns = self.roles.columns
        come = self.roles.join(before.roles, on=columns, how="anti", nulls_equal=True)
        gone = before.roles.join(self.roles, on=columns, how="anti", nulls_equal=True)
        changed = pl.concat([come, gone]).select("opportunity_id")
        return OPPORTUNITY_ROLES.conform(self.roles.join(changed, on="opportunity_id", how="semi"))

    def with_only_new_accounts(self, newer: "CrmSeen") -> "CrmSeen":
        """A later look's accounts that were not known, and nothing else of it."""
        new = newer.accounts.join(self.accounts, on=list(OVERLAY_ACCOUNTS.key), how="anti")
        return CrmSeen(OVERLAY_ACCOUNTS.conform(new), OVERLAY_OPPORTUNITIES.empty(), OPPORTUNITY_ROLES.empty())


def still_open(opportunities: OverlayOpportunitiesFrame) -> OverlayOpportunitiesFrame:
    """Those that are neither closed nor merged into another: what is written, counted and handed over."""
    return OverlayOpportunitiesFrame(opportunities.filter(~pl.col("is_closed"), pl.col("merged_into").is_null()))


def with_closes(before: OverlayOpportunitiesFrame, now: OverlayOpportunitiesFrame) -> OverlayOpportunitiesFrame:
    """A look's opportunities with the moment of their close: as read, as known, else when they were modified last."""
    known = before.select("opportunity_id", known_at="closed_at")
    rows = now.join(known, on="opportunity_id", how="left")
    closed_at = pl.when("is_closed").then(pl.coalesce("closed_at", "known_at", "modified_at"))
    return OVERLAY_OPPORTUNITIES.conform(rows.with_columns(closed_at=closed_at))


def people_on(
    name: str, role: OverlayRole, primaries: pl.DataFrame, supporting: pl.DataFrame | None = None
) -> OpportunityRolesFrame:
    """OPPORTUNITY_ROLES of a look, `set_by` still null: primaries and supporting people with their shares of credit.

    Parameters
    ----------
    primaries
        opportunity_id, person_id (null: nobody), seen_at; one row an opportunity.
    supporting
        opportunity_id, person_id of the opportunities' teams; rows of others are left out.
    """
    team: dict[str, list[str]] = {}
    if role.supporting and supporting is not None:
        rows = supporting.select("opportunity_id", "person_id").drop_nulls()
        for opportunity_id, person_id in rows.iter_rows():
            team.setdefault(opportunity_id, []).append(person_id)
    first = role.supporting.primary_share if role.supporting else 1.0
    people = [
        (name, opportunity_id, share.person_id, share.part, share.credit_share, None, None, seen_at)
        for opportunity_id, person_id, seen_at in primaries.select("opportunity_id", "person_id", "seen_at").iter_rows()
        for share in shares(person_id, team.get(opportunity_id, []), first)
    ]
    return OPPORTUNITY_ROLES.conform(pl.DataFrame(people, schema=OPPORTUNITY_ROLES.columns, orient="row"))


def _replaced(table: Table[F], older: F, newer: F) -> F:
    kept = older.join(newer, on=list(table.key), how="anti")
    return table.conform(pl.concat([kept, pl.DataFrame(newer)]))
