"""The overlay roles that a company has beside an account's owner, written in TOML, and what can be wrong with them.

Truth flows one way: system of truth → account → open opportunities. A role says where its truth lies, which fields
carry it, how a change travels, what locks it and who may override. `examples/overlays.toml` explains every entry.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.setup.run_config import model_faults

OWNER = "owner"
"""The account's owner: first of its pod and accountable, no role of this file."""
OWNER_FIELDS = frozenset({"ownerid", "id", "accountid", "parentid"})
"""Fields that no role may write."""
Truth = Literal["files", "gainsight", "crm_object", "crm"]
Travel = Literal["follow_while_open", "copy_at_creation"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Workload(_Strict):
    """What a person of the role carries: points an account, an open opportunity, $100,000 open, a weekly activity."""

    per_account: float = Field(1.0, ge=0)
    per_open_opportunity: float = Field(0.5, ge=0)
    per_100k_open: float = Field(0.0, ge=0)
    per_weekly_activity: float = Field(0.0, ge=0)
    capacity: float = Field(100.0, gt=0, description="Points at which a person is full.")


class Supporting(_Strict):
    """Further people of the role on an opportunity: rows of a team object, with a share of the credit each."""

    object: str = Field("OpportunityTeamMember", description="Rows with OpportunityId and a person.")
    person_field: str = "UserId"
    role_field: str = Field("TeamMemberRole", description="Empty: every row counts.")
    role_value: str = ""
    primary_share: float = Field(
        0.5,
        gt=0,
        le=1,
        description="The primary's part of the credit where there are supporting ones; they share the rest equally.",
    )


class OverlayRole(_Strict):
    """One role beside the owner."""

    label: str = Field(description="What people call it, such as customer-success manager.")
    account_field: str = Field(description="The account's lookup to the person.")
    opportunity_field: str = Field("", description="The opportunity's; empty: the role is no matter of opportunities.")
    truth: Truth = Field(
        description="Where the account's person is decided: files, gainsight, crm_object (another object of the org) "
        "or crm (the account's own field)."
    )
    source: str = Field("", description="The mapping (TOML) of that truth, relative to this file; not for crm.")
    travels: Travel = Field(
        "follow_while_open",
        description="follow_while_open: every change goes to all open opportunities; copy_at_creation: new ones copy "
        "the account's person, later changes are theirs.",
    )
    locks: Literal["at_close"] = "at_close"
    override_profiles: list[str] = Field(
        [], description="Profiles whose edits on an open opportunity stand, and who alone may edit a closed one."
    )
    keeps_overrides: bool = Field(
        False, description="Whether an override also stands when the account's person changes next."
    )
    sets_back: bool = Field(
        True, description="Whether an edit by anybody else on an open opportunity is set back, or reported alone."
    )
    repairs: bool = Field(True, description="Whether the daily catch writes what differs, or lists it alone.")
    person_profiles: list[str] = Field([], description="Profiles of the people who may hold it; empty: any.")
    manager_email: str = Field("", description="Who is responsible for the role's people: page, proposals, letters.")
    supporting: Supporting | None = None
    workload: Workload = Workload()
    hand_over: list[str] = Field([], description="The checklist of a hand-over, a line each; empty: no letter.")

    @field_validator("account_field", "opportunity_field")
    @classmethod
    def _not_the_owner(cls, name: str) -> str:
        if name.casefold() in OWNER_FIELDS:
            raise PydanticCustomError("field", "A lookup to the role's person; the owner is not a role's to write")
        return name

    @model_validator(mode="after")
    def _has_its_source(self) -> "OverlayRole":
        if (self.truth == "crm") == bool(self.source):
            raise PydanticCustomError("source", "A source where truth is not crm, and none where it is")
        return self

    @property
    def follows(self) -> bool:
        """Whether a change of the account's person goes to its open opportunities."""
        return bool(self.opportunity_field) and self.travels == "follow_while_open"


class Overlays(_Strict):
    """Everything that overlays.toml says."""

    poll_seconds: int = Field(30, ge=1, le=3600, description="Between two looks at the systems of truth and the CRM.")
    overlap_seconds: int = Field(120, ge=0, le=86400, description="How far each look goes back: clocks differ.")
    merged_into_field: str = Field(
        "", description="An opportunity's lookup to the one that it was merged into; empty: the org has none."
    )
    activity_weeks: int = Field(4, ge=1, le=52, description="Weeks over which activities are counted.")
    roles: dict[str, OverlayRole] = Field(min_length=1, description="Name → role.")

    @field_validator("roles")
    @classmethod
    def _distinct(cls, roles: dict[str, OverlayRole]) -> dict[str, OverlayRole]:
        if OWNER in roles:
            raise PydanticCustomError("roles", "Another name than owner: that is the account's owner")
        for fields in ("account_field", "opportunity_field"):
            names = [name.casefold() for role in roles.values() if (name := getattr(role, fields))]
            if len(names) != len(set(names)):
                raise PydanticCustomError("roles", f"A {fields} of its own for every role")
        return roles


def overlays(content: dict[str, Any], name: str = "overlays.toml") -> Overlays:
    """The roles that a file's content says.

    Raises
    ------
    InvalidInput
        It has unknown or wrong entries; every one is listed.
    """
    try:
        return Overlays.model_validate(content)
    except ValidationError as error:
        raise InvalidInput(name, model_faults(error.errors(), "overlays")) from error
