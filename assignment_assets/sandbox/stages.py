"""The stages of opportunities, in one place: what each says of a deal being closed and won.

`OpportunityStage` tells them to whoever asks; `IsClosed` and `IsWon` follow from them at each write of `StageName`,
by anybody. A stage that the org does not have leaves both as they are.
"""

import polars as pl

from assignment_assets.sandbox.record_ids import completed
from assignment_assets.sandbox.setup_objects import OPPORTUNITY_STAGE
from assignment_assets.sandbox.state import OrgState

STAGES = (
    ("Prospecting", 10, False, False),
    ("Qualification", 20, False, False),
    ("Proposal", 50, False, False),
    ("Negotiation", 80, False, False),
    ("Closed Won", 100, True, True),
    ("Closed Lost", 0, True, False),
)
"""Name, probability, is it closed, is it won: in the order of a deal's life."""
FLAGS = f'SELECT "IsClosed", "IsWon" FROM {OPPORTUNITY_STAGE.table} WHERE "ApiName" = ? COLLATE NOCASE'


def stage_rows() -> pl.DataFrame:
    """The stages as records of OpportunityStage."""
    return pl.DataFrame(
        [
            {
                "Id": completed(f"01J5g00000{place:05d}"),
                "ApiName": name,
                "MasterLabel": name,
                "SortOrder": place,
                "DefaultProbability": probability,
                "IsActive": True,
                "IsClosed": is_closed,
                "IsWon": is_won,
            }
            for place, (name, probability, is_closed, is_won) in enumerate(STAGES, 1)
        ]
    )


def stage_flags(state: OrgState, stage: str | None) -> dict[str, int]:
    """IsClosed and IsWon of an opportunity in this stage; empty where the org does not have it."""
    found = state.rows(FLAGS, (stage,))
    return {"IsClosed": found[0][0], "IsWon": found[0][1]} if found else {}
