"""The rules by which activities find their opportunity: windows, what counts as one call, when a link is made.

The weights below are maximum likelihood for generated companies, fitted by ``bench/activity_weights.py`` on seeds from
1,000 on and four ways of working; the bench judges them on other seeds and other ways of working. They are no facts
about anybody's company: whoever knows the opportunity of enough activities fits them anew.
"""

from pydantic import BaseModel, ConfigDict, Field

from assignment_assets.domain.overlays.activities.weights import EvidenceWeights

FIRST_LOOK = EvidenceWeights(
    always=-0.57,
    before_creation=1.68,
    weeks_before=-0.7,
    weeks_after=-0.46,
    near_change=0.68,
    far_from_change=-0.2,
    on_team=0.77,
    team_lean=0.96,
    named=1.82,
    named_twice=0.82,
    other_named=-2.31,
    near_own=1.73,
    near_named=1.98,
    near_contact=0.78,
    known_contact=1.05,
    strange_contact=-1.41,
    type_lean=1.84,
    role_lean=1.23,
    person_lean=-0.79,
    contact_lean=0.79,
)
SECOND_LOOK = EvidenceWeights(
    always=-0.76,
    before_creation=1.42,
    weeks_before=-0.62,
    weeks_after=-0.42,
    near_change=0.71,
    far_from_change=-0.12,
    on_team=0.68,
    team_lean=0.88,
    named=1.78,
    named_twice=0.81,
    other_named=-2.31,
    near_own=1.66,
    near_named=0.58,
    near_contact=0.48,
    known_contact=0.72,
    strange_contact=-1.45,
    type_lean=1.83,
    role_lean=1.17,
    person_lean=-0.71,
    contact_lean=0.96,
    person_linked=1.56,
    contact_linked=1.2,
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
        0.8, ge=0.5, le=1.0, description="Below it an activity stays on its account and is listed."
    )
    logged_confidence: float = Field(
        0.99, ge=0.5, le=1.0, description="How often people log on the right record; nothing else judges it."
    )
    first_look: EvidenceWeights = FIRST_LOOK
    second_look: EvidenceWeights = SECOND_LOOK
