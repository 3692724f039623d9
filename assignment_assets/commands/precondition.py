"""What a signer signs for where an org has not shown that it honours preconditions."""

from assignment_assets.commands.operators import personal_token
from assignment_assets.domain.errors import CycleClosed, NotEntitled
from assignment_assets.io.folders import DataFolder
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.write_back_tools import tools
from assignment_assets.write_back.opening import journal_of
from assignment_assets.write_back.precondition import Permission, is_disproven, permit
from assignment_assets.write_back.writer import Tools


def sign_for(cycle_id: str, permission: Permission, person: str) -> None:
    """Signs, for every plan of the cycle whose proof failed, for what comes next.

    Raises
    ------
    CycleClosed, NotEntitled
    """
    given = tools(Source(), Clock())
    require_signer(f"cycle {cycle_id}", person, given)
    with journal_of(DataFolder.from_environment()) as journal:
        plans = [plan for plan in journal.plans(cycle_id) if is_disproven(journal, plan)]
        if not plans:
            raise CycleClosed(
                f"cycle {cycle_id}: no plan has found that the org ignores preconditions, expected one. Nothing was "
                f"signed. Run `assignment write-back apply {cycle_id}` without --{permission}."
            )
        token = personal_token(person)
        journal.record([permit(plan, permission, person, token, given.key, given.clock()) for plan in plans])
        journal.commit()


def require_signer(what: str, person: str, given: Tools) -> None:
    """Nothing where the person may sign for all regions.

    Raises
    ------
    NotEntitled
    """
    if person not in given.signers:
        raise NotEntitled(
            f"{what}: {person or 'nobody'} may not approve it, expected one of "
            f"{', '.join(given.signers) or 'the signers of all regions, of whom there are none'}."
        )
