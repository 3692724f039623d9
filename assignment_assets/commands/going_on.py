"""What a signer signs after a first batch: that the rest of a write-back may go."""

from assignment_assets.commands.journal import open_journal
from assignment_assets.commands.operators import personal_token, prove
from assignment_assets.commands.precondition import require_signer
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.write_back_tools import tools
from assignment_assets.write_back.writer import Lane, canary_of, last_lane


def sign_to_go_on(cycle_id: str, person: str) -> Lane:
    """Signs, for every plan of the cycle whose first batch was looked at again, that the rest may go.

    Returns the lane in which those batches were written: the rest goes as what the signer has seen; with preconditions
    where plans went in several.

    Raises
    ------
    CycleClosed, NotEntitled
    """
    prove("signer", person, f"go-on {cycle_id}")
    given = tools(Source(), Clock())
    require_signer(f"cycle {cycle_id}", person, given)
    with open_journal() as journal:
        waiting = [canary for plan in journal.plans(cycle_id) if (canary := canary_of(plan, journal, given)).waits]
        if not waiting:
            raise CycleClosed(
                f"cycle {cycle_id}: no plan waits after its first batch, expected one. Nothing was signed. "
                f"`assignment write-back status {cycle_id}` says where it stands."
            )
        token = personal_token(person)
        journal.record([canary.go_on(person, token) for canary in waiting])
        journal.commit()
        lanes = {last_lane(journal, canary.plan) for canary in waiting}
    return lanes.pop() if len(lanes) == 1 else "composite"
