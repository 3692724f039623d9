"""Whom an account and each of its opportunities should show: truth flows from the system of truth to the account to
its open opportunities, but for what people of listed profiles have set since.
"""

from typing import NewType

import polars as pl

from assignment_assets.domain.overlays.overrides import OverridesFrame, last_changes, standing_on_accounts
from assignment_assets.domain.overlays.people import TRAVELS
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import (
    CsAssignmentsFrame,
    OverlayAccountsFrame,
    OverlayChangesFrame,
    OverlayEditsFrame,
)
from assignment_assets.domain.tables import TEXT, Table

AccountPeopleFrame = NewType("AccountPeopleFrame", pl.DataFrame)
ACCOUNT_PEOPLE: Table[AccountPeopleFrame] = Table(
    "account_people", ("account_id",), {"account_id": TEXT, "person_id": TEXT}
)
"""Every account that the CRM shows and its person; null is nobody."""
OpportunityPeopleFrame = NewType("OpportunityPeopleFrame", pl.DataFrame)
OPPORTUNITY_PEOPLE: Table[OpportunityPeopleFrame] = Table(
    "opportunity_people", ("opportunity_id",), {"opportunity_id": TEXT, "account_id": TEXT, "person_id": TEXT}
)


def account_people(
    role: OverlayRole,
    accounts: OverlayAccountsFrame,
    assignments: CsAssignmentsFrame,
    edits: OverlayEditsFrame,
    changes: OverlayChangesFrame,
) -> AccountPeopleFrame:
    """Each account's person in force.

    Where the CRM is the truth, who stands on the account. Else an override of its field that stands, else whom the
    system of truth names. Where that has no word, or one of a person whom the CRM does not know as active: whom the
    account's last change gave it to, else who stands on it.
    """
    shown = accounts.select("account_id", shown_id="person_id")
    if role.truth == "crm":
        return ACCOUNT_PEOPLE.conform(shown.rename({"shown_id": "person_id"}))
    said = assignments.filter(pl.col("standing").is_in(TRAVELS)).select(
        "account_id", said_id="person_id", is_said=pl.lit(True)
    )
    overrides = standing_on_accounts(edits, changes).select(
        account_id="record_id", override_id="person_id", is_overridden=pl.lit(True)
    )
    last = last_changes(changes).select("account_id", last_id="to_id", has_changed=pl.lit(True))
    rows = shown.join(said, on="account_id", how="left").join(overrides, on="account_id", how="left")
    rows = rows.join(last, on="account_id", how="left")
    return ACCOUNT_PEOPLE.conform(
        rows.with_columns(
            person_id=pl.when(pl.col("is_overridden"))
            .then("override_id")
            .when(pl.col("is_said"))
            .then("said_id")
            .when(pl.col("has_changed"))
            .then("last_id")
            .otherwise("shown_id")
        )
    )


def opportunity_people(
    opportunities: pl.DataFrame, people: AccountPeopleFrame, overrides: OverridesFrame
) -> OpportunityPeopleFrame:
    """Each opportunity's person where it follows its account: an override that stands, else the account's person.

    Opportunities of accounts that the CRM does not show are left out: nothing is known of whom they should have.

    Parameters
    ----------
    opportunities
        opportunity_id, account_id.
    """
    rows = opportunities.select("opportunity_id", "account_id").join(people, on="account_id")
    own = overrides.select(opportunity_id="record_id", override_id="person_id", is_overridden=pl.lit(True))
    rows = rows.join(own, on="opportunity_id", how="left")
    person = pl.when(pl.col("is_overridden")).then("override_id").otherwise("person_id")
    return OPPORTUNITY_PEOPLE.conform(rows.with_columns(person_id=person))
