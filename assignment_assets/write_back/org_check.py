"""Whether an org can be written to as planned: asked before anything is, on one page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.org_facts import read_facts
from assignment_assets.write_back.hazards import SKEW_ABOVE, WITHOUT, Hazard, hazards
from assignment_assets.write_back.plan import Change


@dataclass(frozen=True)
class OrgCheck:
    """What the check found.

    Attributes
    ----------
    account_count
        Accounts that it was about; 0 where only the org itself was asked.
    without
        (what the org does not have or does not show, what the engine does without it, Salesforce's words).
    open_deals
        Account and owner of every open opportunity of these accounts.
    """

    org_id: str
    user_id: str
    account_count: int
    hazards: Sequence[Hazard]
    without: Sequence[tuple[str, str, str]]
    open_deals: Sequence[tuple[str, str]] = ()

    @property
    def facts(self) -> dict[str, object]:
        """What was found, for programs."""
        return {
            "org_id": self.org_id,
            "user_id": self.user_id,
            "accounts": self.account_count,
            "hazards": [vars(hazard) for hazard in self.hazards],
            "without": [dict(zip(("what", "consequence", "said"), each, strict=True)) for each in self.without],
        }

    def page(self) -> str:
        """The page."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"Org check of {self.org_id} as user {self.user_id or 'unknown'}. Nothing was written."
        yield ""
        if self.hazards:
            yield f"Before {self.account_count:,} accounts are written:" if self.account_count else "To know:"
        else:
            yield "Nothing was found that stands in the way."
        for hazard in self.hazards:
            plural = "" if hazard.accounts == 1 else "s"
            count = f"{hazard.accounts:,} account{plural}, " if hazard.accounts else ""
            yield f"  {hazard.code} ({count}{hazard.weight}): {hazard.sentence}"
        if self.without:
            yield ""
            yield "What this org does not have, or does not show to this user:"
        for what, consequence, said in self.without:
            yield f"  {what}: {consequence} ({said})"


def check(org: Org, changes: Sequence[Change], large_above: int = SKEW_ABOVE) -> OrgCheck:
    """Asks the org about itself and about what is to be written; writes nothing.

    Parameters
    ----------
    large_above
        So many children make a large family.

    Raises
    ------
    SourceUnavailable
        The org cannot be reached, or takes no calls.
    """
    receivers = sorted({change.receiver for change in changes})
    facts = read_facts(org, [change.record_id for change in changes], receivers, large_above)
    without = [
        (what, WITHOUT.get(what, "it could not be asked"), said) for what, said in sorted(facts.unanswered.items())
    ]
    return OrgCheck(facts.org_id, facts.user_id, len(changes), hazards(facts, changes), without, facts.open_deals)
