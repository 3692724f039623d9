"""How a record says that it became part of another: what is Salesforce's own here, and what is this org's model.

Salesforce's own: accounts (contacts and leads too) are merged in its pages, by Apex or by SOAP; there is no REST
resource for it. The loser lies in the bin and its `MasterRecordId` names the winner; `queryAll` shows both.

This org's model: Salesforce merges no opportunities by any means. Orgs do it with tools of their own, which delete the
loser, or they keep it and mark it as a duplicate. Here the loser's custom lookup `Merged_Into__c` names the winner, and
the loser is deleted or stays as a duplicate, as is asked. The winner may be merged in its turn: a chain. Tasks and
team members stay with the loser, as with a tool that does not move them; Salesforce itself would put a deleted
opportunity's tasks into the bin with it.
"""

from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.sobject import SObject

MERGED_INTO = "Merged_Into__c"
LOOKUPS = {"Account": "MasterRecordId", "Opportunity": MERGED_INTO}


def merged(known: SObject, winner_id: str, is_deleted: bool = True) -> dict:
    """The stored values of a loser.

    Raises
    ------
    Refusal
        400 INVALID_TYPE for an object whose records cannot be merged here.
    """
    if known.name not in LOOKUPS:
        raise Refusal(400, "INVALID_TYPE", f"{known.name} records are not merged here; {', '.join(LOOKUPS)} are")
    return {LOOKUPS[known.name]: winner_id, "IsDeleted": int(is_deleted)}
