"""How much each kind of evidence counts, in log odds; "none of the candidates" scores 0."""

from pydantic import BaseModel, ConfigDict


class EvidenceWeights(BaseModel):
    """One weight a kind of evidence; `evidence` says what each is multiplied by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    always: float = 0.0
    before_creation: float = 0.0
    weeks_before: float = 0.0
    weeks_after: float = 0.0
    near_change: float = 0.0
    far_from_change: float = 0.0
    on_team: float = 0.0
    team_lean: float = 0.0
    on_other_team: float = 0.0
    named: float = 0.0
    named_twice: float = 0.0
    other_named: float = 0.0
    near_own: float = 0.0
    near_named: float = 0.0
    near_contact: float = 0.0
    known_contact: float = 0.0
    contact_count: float = 0.0
    no_contact: float = 0.0
    type_lean: float = 0.0
    role_lean: float = 0.0
    person_lean: float = 0.0
    person_linked: float = 0.0
    contact_linked: float = 0.0
