"""What follows in the org from a write of anybody: derived fields, and the org's own flow.

Derived: an opportunity's `IsClosed` and `IsWon` from its stage, a new task's account from what it is about.

The flow, once it is switched on, stamps by itself as many orgs do: where a person of an account changes, through
whatever channel, it writes the new one to the account's open opportunities that have another, within the same
transaction and as a user of its own. Salesforce's record-triggered flows act as whoever caused them, or, on
asynchronous paths, as the Automated Process user: the latter is meant here. A flow that insists on one person writes
this one instead, and again after each write of the field by anybody: a rule that no other value outlives.
"""

from dataclasses import dataclass

from assignment_assets.sandbox.record_ids import completed
from assignment_assets.sandbox.schema import ACCOUNT, OPPORTUNITY, TASK
from assignment_assets.sandbox.sobject import SObject
from assignment_assets.sandbox.stages import stage_flags
from assignment_assets.sandbox.state import OrgState

AUTOMATION_USER_ID = completed("0055g00000AUTOM")
OPEN = f"""
SELECT "Id" FROM {OPPORTUNITY.table}
WHERE "AccountId" = ? AND "IsClosed" = 0 AND "IsDeleted" = 0 AND "{{field}}" IS NOT ? ORDER BY 1
"""
ACCOUNT_OF = f'SELECT "AccountId" FROM {OPPORTUNITY.table} WHERE "Id" = ?'


@dataclass(frozen=True)
class Flow:
    """What the org's flow stamps, opportunity field by account field, and as whom; nothing at first.

    `person_id` is whom it insists on; empty: it stamps the account's.
    """

    fields: dict[str, str]
    user_id: str = AUTOMATION_USER_ID
    person_id: str = ""

    @classmethod
    def of(cls, entries: dict) -> "Flow":
        """The flow that a JSON body describes; INVALID_FIELD for a field that there is not."""
        fields = {
            ACCOUNT.field(above).name: OPPORTUNITY.field(below).name
            for above, below in entries.get("fields", {}).items()
        }
        user_id, person_id = entries.get("user_id", AUTOMATION_USER_ID), entries.get("person_id", "")
        return cls(fields, completed(user_id), completed(person_id))


def derived(state: OrgState, known: SObject, values: dict) -> dict:
    """The values of a write with those that follow from them."""
    if known.name == OPPORTUNITY.name and "StageName" in values:
        return {**values, **stage_flags(state, values["StageName"])}
    return values


def derived_anew(state: OrgState, known: SObject, values: dict) -> dict:
    """The values of a new record with those that follow from them."""
    about = values.get("WhatId") if known.name == TASK.name else None
    if about and not values.get("AccountId"):
        found = state.rows(ACCOUNT_OF, (about,))
        return {**values, "AccountId": found[0][0] if found else about}
    return derived(state, known, values)


def write(state: OrgState, flow: Flow, known: SObject, record: dict, values: dict, user_id: str, channel: str) -> None:
    """Sets the values of a record as it was before, and whatever follows from that, together."""
    with state.transaction():
        values = derived(state, known, values)
        state.change(known, record["Id"], values, user_id, channel)
        if known.name == ACCOUNT.name:
            _stamp(state, flow, record, values)
        elif known.name == OPPORTUNITY.name and flow.person_id:
            _insist(state, flow, record, values)


def _stamp(state: OrgState, flow: Flow, account: dict, values: dict) -> None:
    for above, below in flow.fields.items():
        if values.get(above, account[above]) != account[above]:
            person = flow.person_id or values[above]
            for (deal,) in state.rows(OPEN.format(field=below), (account["Id"], person)):
                state.change(OPPORTUNITY, deal, {below: person}, flow.user_id, "flow")


def _insist(state: OrgState, flow: Flow, deal: dict, values: dict) -> None:
    is_closed = (deal | values)["IsClosed"]
    again = {below: flow.person_id for below in flow.fields.values() if below in values}
    if again and not is_closed:
        state.change(OPPORTUNITY, deal["Id"], again, flow.user_id, "flow")
