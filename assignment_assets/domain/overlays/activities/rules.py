"""The rules by which activities find their opportunity: windows, what counts as one call, when a link is made.

The weights are maximum likelihood for generated companies, fitted by `bench.activity_weights` on seeds from 1,000 on
and six ways of working; so is the threshold, the least in steps of .025 at which 97.5 of 100 links are right there,
half a point above the bar for what companies differ by. The bench judges them on other seeds and other ways of working.
They are no facts about anybody's company: whoever knows the opportunity of enough activities fits them anew.
"""

from pydantic import BaseModel, ConfigDict, Field

from assignment_assets.domain.overlays.activities.weights import EvidenceWeights

FIRST_LOOK = EvidenceWeights(
    always=-1.36,
    before_creation=1.64,
    weeks_before=-0.7,
    weeks_after=-0.47,
    near_change=0.52,
    far_from_change=-0.3,
    on_team=0.59,
    team_lean=1.01,
    on_other_team=-0.75,
    named=1.64,
    named_twice=0.89,
    other_named=-2.37,
    near_own=1.73,
    near_named=1.74,
    near_contact=0.31,
    known_contact=1.75,
    contact_count=0.56,
    no_contact=1.83,
    type_lean=1.85,
    role_lean=1.22,
    person_lean=-0.74,
)
SECOND_LOOK = EvidenceWeights(
    always=-1.57,
    before_creation=1.42,
    weeks_before=-0.63,
    weeks_after=-0.44,
    near_change=0.53,
    far_from_change=-0.24,
    on_team=0.51,
    team_lean=0.95,
    on_other_team=-0.69,
    named=1.6,
    named_twice=0.88,
    other_named=-2.37,
    near_own=1.64,
    near_named=0.5,
    near_contact=0.17,
    known_contact=1.66,
    contact_count=0.43,
    no_contact=1.85,
    type_lean=1.85,
    role_lean=1.13,
    person_lean=-0.65,
    person_linked=1.52,
    contact_linked=1.07,
)


class ActivityRules(BaseModel):
    """How activities find their opportunity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days_before_creation: int = Field(
        45, ge=0, le=365, description="An activity on the account may belong to an opportunity made so much later."
    )
    days_after_close: int = Field(45, ge=0, le=365, description="The same for one closed so much earlier.")
    duplicate_minutes: int = Field(
        60, ge=0, le=24 * 60, description="Two rows of a person about one type within so long may be the same call."
    )
    least_confidence: float = Field(
        0.825, ge=0.5, le=1.0, description="Below it an activity stays on its account and is listed."
    )
    logged_confidence: float = Field(
        0.99, ge=0.5, le=1.0, description="How often people log on the right record; nothing else judges it."
    )
    first_look: EvidenceWeights = FIRST_LOOK
    second_look: EvidenceWeights = SECOND_LOOK
