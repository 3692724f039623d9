"""The accounts of an org whose fields are named by the mapping of accounts: their owners, read and written."""

from collections.abc import Sequence

from assignment_assets.io.mapping.mapping import TableMapping
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.field_changes import OWNER, RecordNow
from assignment_assets.io.salesforce.readings import Reading
from assignment_assets.io.salesforce.records import RecordGateway

RULE_COLUMNS = ("carve_out", "state")
"""What hard rules of owners compare, in the order in which they are judged."""
PORTAL_FIELDS = ("IsPartner", "IsCustomerPortal")
"""What says that an account has portal users, so that a new owner locks the org's group table; orgs without portals do
not have them."""


class OwnerGateway(RecordGateway):
    """Reads and writes the owners of accounts; what was read and has portal users is flagged."""

    def __init__(self, org: Org, accounts: TableMapping):
        rules = accounts.rules("accounts", [])
        constants = {name: accounts.constants.get(name) for name in RULE_COLUMNS if name not in rules}
        guards = {name: rules[name] for name in RULE_COLUMNS if name in rules}
        super().__init__(org, {OWNER.object: Reading(guards, constants, PORTAL_FIELDS)})

    def accounts(self, ids: Sequence[str]) -> dict[str, RecordNow]:
        """The accounts that the org shows, by id, with their owner as value.

        Raises
        ------
        SourceUnavailable
        """
        return self.records({OWNER: ids})
