"""Who approves a rollback or a repair, or ends one that was never begun: judged before anything is stored."""

from collections.abc import Mapping

from assignment_assets.domain.errors import CycleClosed, NotEntitled
from assignment_assets.domain.identity.codes import is_token_of, sign
from assignment_assets.write_back.document import Plan, approval
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.states import Event
from assignment_assets.write_back.writer import Tools, is_discarded


def judged_approval(plan: Plan, person: str, token: str, tools: Tools) -> Event:
    """The person's approval of the plan, once it is clear that they may give it and that the token is theirs.

    Raises
    ------
    NotEntitled
        Naming what is wrong; nothing is stored.
    """
    _require_person(plan, person, token, tools)
    return approval(plan, person, token, tools.clock())


def discard(journal: Journal, plan: Plan, person: str, token: str, tools: Tools) -> None:
    """Ends a rollback or a repair of which nothing was ever sent; its accounts, and its cycle, are free again.

    Raises
    ------
    NotEntitled
    CycleClosed
        The plan writes a sign-off, was begun, or is ended already.
    """
    _require_person(plan, person, token, tools)
    if plan.kind == "owners":
        raise CycleClosed(
            f"plan {plan.plan_id}: it writes what was signed, expected a rollback or a repair. Nothing was changed. "
            f"`assignment cycle reopen {plan.cycle} --from sign_off --as YOU` takes signatures back."
        )
    if is_discarded(journal, plan):
        raise CycleClosed(f"plan {plan.plan_id}: it was discarded before, expected an open one. Nothing was changed.")
    if has_begun(journal, plan):
        raise CycleClosed(
            f"plan {plan.plan_id}: it has begun, expected one of which nothing was sent. Nothing was changed. "
            f"`assignment write-back approve {plan.cycle} {plan.plan_id} --as YOU` brings it to its end."
        )
    signature = sign(token, _discarding(plan, person))
    journal.record([Event(plan.plan_id, "", 0, "DISCARDED", tools.clock(), code=person, sentence=signature)])
    journal.commit()


def has_begun(journal: Journal, plan: Plan) -> bool:
    """Whether a run has ever taken the plan up."""
    started = journal.last_plan_event(plan.plan_id, "STARTED", "JOB")
    return started is not None or journal.account_states(plan.plan_id).height > 0


def _require_person(plan: Plan, person: str, token: str, tools: Tools) -> None:
    if person not in tools.signers:
        raise NotEntitled(
            f"plan {plan.plan_id}: {person or 'nobody'} may not approve it, expected one of "
            f"{', '.join(tools.signers) or 'the signers of all regions, of whom there are none'}. Nothing was changed."
        )
    if not is_token_of(tools.key, person, token):
        raise NotEntitled(
            f"plan {plan.plan_id}: the token is not that of {person}, expected theirs. Nothing was changed. "
            "`assignment token` shows a person's token to whoever runs the engine."
        )


def _discarding(plan: Plan, person: str) -> Mapping[str, str]:
    return {"plan": plan.plan_id, "sha256": plan.sha256, "ends": "discarded", "signed_by": person}
