"""A journal that does not know what was written: noticed by what the org shows at the first read of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.io.salesforce.field_changes import RecordNow
from assignment_assets.io.salesforce.records import RecordGateway
from assignment_assets.write_back.circuit_breaker import CircuitBreaker, Pause
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.witnesses import ADVICE

AT_LEAST = 3
"""Fewer accounts than this prove nothing."""


class RestoredJournal(SourceUnavailable):
    """The org has had the plan's changes from us, and the journal knows nothing of it."""


def watch(journal: Journal, plan: Plan, gateway: RecordGateway, breaker: CircuitBreaker) -> None:
    """Has the gateway's next read stop the run where most accounts have their new owner from our own user, by no write
    of this journal; not where the plan has sent anything, or a signer has accepted the journal since it was made."""
    if plan.kind == "owners" and not journal.sent_accounts(plan.plan_id) and not journal.is_accepted_since(plan):
        gateway.look_once(WrittenByNobody(journal, plan, gateway, breaker))


@dataclass(frozen=True)
class WrittenByNobody:
    """Judges what was read before a plan's first write."""

    journal: Journal
    plan: Plan
    gateway: RecordGateway
    breaker: CircuitBreaker

    def __call__(self, now: Mapping[str, RecordNow]) -> None:
        """Nothing, where the journal can be the one that wrote.

        Raises
        ------
        RestoredJournal
        """
        rows = self.journal.rows(self.plan.plan_id).select("account_id", "new_owner_id").iter_rows()
        wanted = {account: owner for account, owner in rows if account in now}
        ours = {
            account
            for account, owner in wanted.items()
            if now[account].value == owner and now[account].modified_by == self.gateway.user_id
        }
        unknown = ours - self.journal.sent_accounts()
        if len(unknown) < AT_LEAST or 2 * len(unknown) <= len(wanted):
            return
        sentence = (
            f"{len(unknown):,} of {len(wanted):,} accounts have their new owner already, set last by the user that the "
            "engine writes as, and this journal knows of no such write: an older one lies in place of that which wrote "
            f"them, and what people have corrected since would be overwritten. {ADVICE}"
        )
        self.breaker.stop(Pause("RESTORED_JOURNAL", sentence))
        raise RestoredJournal(sentence)
