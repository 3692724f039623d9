"""Puts a company into the local org: its accounts, users and opportunities as Salesforce would hold them."""

from datetime import timedelta
from pathlib import Path
from typing import Protocol

import polars as pl

from assignment_assets.domain.sources.fields import IN_CENTS, as_fields
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.fields import salesforce_columns
from assignment_assets.sandbox.overlay_people import PROFILES, OverlayPeople
from assignment_assets.sandbox.record_ids import completed
from assignment_assets.sandbox.schema import (
    ACCOUNT,
    ACCOUNT_SHARE,
    ACCOUNT_TEAM_MEMBER,
    CASE,
    CONTACT,
    OPPORTUNITY,
    OPPORTUNITY_TEAM_MEMBER,
    TASK,
    USER,
    sobject,
)
from assignment_assets.sandbox.setup_rows import (
    INTEGRATION_PROFILE_ID,
    ROLE_ID,
    STANDARD_PROFILE_ID,
    setup_rows,
)
from assignment_assets.sandbox.sobject import AUTHOR, Kind, SObject
from assignment_assets.sandbox.state import OrgState

HUNDREDTHS = ("bps", *IN_CENTS)
LIST_SEPARATOR = ";"
ORGANIZATION_ID = completed("00D5g00000SANDB")
INTEGRATION_USER_ID = completed("0055g00000INTEG")
HUMAN_USER_ID = completed("0055g00000HUMAN")


class CompanyFrames(Protocol):
    """What can be loaded: three frames with the columns of the contract tables."""

    accounts: pl.DataFrame
    reps: pl.DataFrame
    opportunities: pl.DataFrame


def load(
    company: CompanyFrames, state_dir: Path, clock: OrgClock | None = None, overlays: OverlayPeople | None = None
) -> None:
    """Replaces all records of the org in `state_dir` by the company's and empties its write log.

    Cents and hundredths become dollars and plain figures, lists text with semicolons. Beside the reps the org
    has two users without a team: the one that the API acts as, and one who stands for people's edits.
    A record was last modified when it was created. With `overlays` it has those people too, stamped on accounts and
    opportunities.
    """
    state = OrgState(state_dir, clock or OrgClock())
    try:
        with state.transaction():
            accounts = _spelled(company.accounts, "accounts")
            opportunities = _spelled(company.opportunities, "opportunities").with_columns(Name=pl.lit("Referrals"))
            users, teams = [_other_users()], [_deal_teams(company)]
            setup = setup_rows(ORGANIZATION_ID, INTEGRATION_USER_ID)
            if overlays is not None:
                accounts, opportunities = overlays.on_accounts(accounts), overlays.on_opportunities(opportunities)
                users, teams = [*users, overlays.users()], [*teams, overlays.supporting(opportunities)]
                setup = overlays.setup(setup)
            state.replace(ACCOUNT, _rows(ACCOUNT, accounts, state))
            reps = _spelled(company.reps, "reps").with_columns(
                Username=pl.col("Email"),
                UserRoleId=pl.lit(ROLE_ID),
                ProfileId=pl.lit(STANDARD_PROFILE_ID if overlays is None else PROFILES["Sales"]),
            )
            state.replace(USER, [row for frame in (reps, *users) for row in _rows(USER, frame, state)])
            state.replace(OPPORTUNITY, _rows(OPPORTUNITY, opportunities, state))
            state.replace(ACCOUNT_TEAM_MEMBER, _rows(ACCOUNT_TEAM_MEMBER, _teams(company), state))
            state.replace(ACCOUNT_SHARE, _rows(ACCOUNT_SHARE, _shares(company), state))
            rows = [row for frame in teams for row in _rows(OPPORTUNITY_TEAM_MEMBER, frame, state)]
            state.replace(OPPORTUNITY_TEAM_MEMBER, rows)
            for known in (CONTACT, CASE, TASK):
                state.replace(known, [])
            for name, frame in setup.items():
                state.replace(sobject(name), _rows(sobject(name), frame, state))
            state.forget_history()
    finally:
        state.close()


def _spelled(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The frame under its Salesforce field names, in dollars and plain figures."""
    columns, frame = salesforce_columns(table), as_fields(frame)
    hundredths = [pl.col(name) / 100 for name in HUNDREDTHS if name in frame.columns]
    lists = [
        pl.col(name).list.join(LIST_SEPARATOR) for name, dtype in frame.schema.items() if dtype == pl.List(pl.String)
    ]
    return frame.with_columns(*hundredths, *lists).select(pl.col(name).alias(field) for name, field in columns.items())


def _rows(known: SObject, frame: pl.DataFrame, state: OrgState) -> list[tuple]:
    """The frame's rows with every field of the object, in its order; system fields are filled in."""
    latest = (state.clock.now() - timedelta(minutes=1)).replace(tzinfo=None)
    created = pl.col("CreatedDate") if "CreatedDate" in frame.columns else pl.lit(latest)
    stamp = pl.min_horizontal(created, pl.lit(latest)).dt.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    system = frame.with_columns(
        CreatedDate=stamp,
        LastModifiedDate=stamp,
        SystemModstamp=stamp,
        LastModifiedById=pl.lit(INTEGRATION_USER_ID),
        IsDeleted=pl.lit(False),
        **({"UserType": pl.lit("Standard")} if known is USER else {}),
        **({} if AUTHOR.name in frame.columns else {AUTHOR.name: pl.lit(INTEGRATION_USER_ID)}),
    )
    columns = [_column(field.name, field.kind, system) for field in known.fields.values()]
    return system.select(columns).rows()


def _column(name: str, kind: Kind, frame: pl.DataFrame) -> pl.Expr:
    column = pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String).alias(name)
    if kind is Kind.CHECKBOX:
        return column.cast(pl.Int64).fill_null(0)
    if kind is Kind.NUMBER:
        return column.cast(pl.Float64)
    text = column.cast(pl.String)
    return pl.when(text != "").then(text).alias(name)


def _other_users() -> pl.DataFrame:
    emails = ["integration@example.com", "administrator@example.com"]
    return pl.DataFrame(
        {
            "Id": [INTEGRATION_USER_ID, HUMAN_USER_ID],
            "IsActive": [True, True],
            "Email": emails,
            "Name": ["Assignment Integration", "Org Administrator"],
            "Username": emails,
            "ProfileId": [INTEGRATION_PROFILE_ID, STANDARD_PROFILE_ID],
        }
    )


def _teams(company: CompanyFrames) -> pl.DataFrame:
    """A colleague on the team of every eighth account."""
    return _colleagues(company, company.accounts.sort("account_id"), 8, "01M").select(
        "Id", "UserId", AccountId="account_id", TeamMemberRole=pl.lit("Sales Engineer"), **_access("Edit")
    )


def _shares(company: CompanyFrames) -> pl.DataFrame:
    """A manual share of every twentieth account."""
    return _colleagues(company, company.accounts.sort("account_id"), 20, "00r").select(
        "Id", UserOrGroupId="UserId", AccountId="account_id", RowCause=pl.lit("Manual"), **_access("Read")
    )


def _deal_teams(company: CompanyFrames) -> pl.DataFrame:
    """A colleague on every tenth deal."""
    return _colleagues(company, company.opportunities.sort("opportunity_id"), 10, "00q").select(
        "Id", "UserId", OpportunityId="opportunity_id", TeamMemberRole=pl.lit("Sales Engineer")
    )


def _colleagues(company: CompanyFrames, records: pl.DataFrame, every: int, prefix: str) -> pl.DataFrame:
    reps = company.reps.sort("rep_id")["rep_id"].to_list()
    chosen = records.gather_every(every)
    ids = [completed(f"{prefix}5g00000{place:05d}") for place in range(chosen.height)]
    users = [reps[place % len(reps)] for place in range(chosen.height)]
    return chosen.with_columns(Id=pl.Series(ids, dtype=pl.String), UserId=pl.Series(users, dtype=pl.String))


def _access(level: str) -> dict[str, pl.Expr]:
    return {name: pl.lit(level) for name in ("AccountAccessLevel", "OpportunityAccessLevel", "CaseAccessLevel")}
