"""Everything short of writing: one page from which a person can decide whether a write-back should go."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from assignment_assets.io.salesforce.connection import COMPOSITE_AT_MOST, RETRIEVE_AT_MOST, Org
from assignment_assets.io.salesforce.optional import where_there
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.write_back.companions import DEALS, MOVED, OBJECTS, companions, counts, told
from assignment_assets.write_back.hazards import SKEW_ABOVE
from assignment_assets.write_back.org_check import OrgCheck, check
from assignment_assets.write_back.plan import Change, by_target, planned
from assignment_assets.write_back.preflight import judge
from assignment_assets.write_back.teams import snapshot

ASSUMED_MILLISECONDS = 400
READY = "READY"


@dataclass(frozen=True)
class DryRun:
    """What a write-back would meet now.

    Attributes
    ----------
    verdicts
        Accounts by what would become of them; READY would be written.
    problems
        account_id, state, found_owner_id and sentence of those that would not.
    inactive_receivers, skewed_owners
        Who may not receive; who would own more than 10,000 accounts afterwards, with their number.
    team_members, manual_shares, open_opportunities
        Rows that the change deletes; deals of the old owners that do not follow.
    calls, calls_left, calls_allowed
        Calls that writing takes without log-in and retries; what is left of the org's daily calls, 0 of 0 where the
        org does not tell.
    minutes
        Expected duration with all workers.
    companions
        Object → records that files for them would hold (`companions`); None where the org does not have the object.
    check
        What the org says of itself; the page begins with it.
    """

    org_id: str
    verdicts: Mapping[str, int]
    problems: pl.DataFrame
    inactive_receivers: Sequence[str]
    skewed_owners: Mapping[str, int]
    team_members: int
    manual_shares: int
    open_opportunities: int
    calls: int
    calls_left: int
    calls_allowed: int
    minutes: float
    companions: Mapping[str, int | None]
    check: OrgCheck

    @property
    def facts(self) -> dict[str, object]:
        """The figures by name, for programs."""
        names = (
            "org_id",
            "verdicts",
            "inactive_receivers",
            "skewed_owners",
            "team_members",
            "manual_shares",
            "open_opportunities",
            "calls",
            "calls_left",
            "calls_allowed",
            "minutes",
            "companions",
        )
        return {name: getattr(self, name) for name in names} | {"check": self.check.facts}

    def page(self) -> str:
        """The page."""
        lines = [
            self.check.page(),
            f"Write-back, dry run against org {self.org_id}. Nothing was written.",
            "",
            f"{self.verdicts.get(READY, 0):>8,}  accounts would get their new owner",
        ]
        lines += [
            f"{count:>8,}  would not: {state.lower().replace('_', ' ')}"
            for state, count in sorted(self.verdicts.items())
            if state != READY
        ]
        lines += [
            "",
            "What the change takes with it:",
            f"{self.team_members:>8,}  account team members are deleted (kept in the snapshot; a restore file "
            "follows the write)",
            f"{self.manual_shares:>8,}  manual shares are deleted (likewise)",
            f"{self.open_opportunities:>8,}  open opportunities stay with the old owners: they do not follow",
            "",
            "What files for them would hold (`assignment write-back companions`):",
            *told(self.companions),
            "",
            "Receivers:",
        ]
        lines += [f"          {owner} is not an active user" for owner in self.inactive_receivers]
        lines += [
            f"          {owner} would own {count:,} accounts (ownership skew above {SKEW_ABOVE:,})"
            for owner, count in self.skewed_owners.items()
        ]
        if not (self.inactive_receivers or self.skewed_owners):
            lines.append("          all are active, none owns too many")
        share = self.calls / self.calls_left if self.calls_left else math.inf
        left = f"{share:.1%} of the {self.calls_left:,} that are left today (of {self.calls_allowed:,})"
        lines += [
            "",
            f"{self.calls:>8,}  calls, {left if self.calls_allowed else 'the org does not tell how many are left'}",
            f"{self.minutes:>8.1f}  minutes expected",
        ]
        lines += ["", "Not written, the first ten:"] if self.problems.height else []
        lines += [
            f"  {account}  {state.lower()}: {sentence}"
            for account, state, _, sentence in self.problems.head(10).iter_rows()
        ]
        return "\n".join(lines) + "\n"


def dry_run(
    rows: pl.DataFrame,
    owned: Mapping[str, int],
    gateway: OwnerGateway,
    workers: int,
    stages_that_stay: Collection[str] = (),
) -> DryRun:
    """Reads everything that writing would go by, and writes nothing.

    Parameters
    ----------
    rows
        What is approved and not finished (`plan.ROWS`).
    owned
        Owner → accounts that they own as of the cycle.
    stages_that_stay
        Open deals in these stages are in no companion file.

    Raises
    ------
    SourceUnavailable
    """
    org_id, org = gateway.organization_id(), gateway.org
    changes = planned(rows)
    found = check(org, changes)
    receivers = sorted({change.receiver for change in changes})
    accounts = gateway.records(by_target(changes))
    active = gateway.active_users(receivers)
    gone = gateway.deleted(by_target(change for change in changes if change.record_id not in accounts))
    verdicts = [judge(change, accounts.get(change.record_id), active, gone) for change in changes]
    by_verdict = Counter(str(verdict.state) if verdict else READY for verdict in verdicts)
    problems = pl.DataFrame(
        [(each.change.record_id, str(each.state), each.found_owner_id, each.sentence) for each in verdicts if each],
        {"account_id": pl.String, "state": pl.String, "found_owner_id": pl.String, "sentence": pl.String},
        orient="row",
    )
    ids = [change.record_id for change in changes]
    teams = snapshot(org, ids)
    old_owners = {change.record_id: change.expected for change in changes}
    deals = sum(owner == old_owners[account] for account, owner in found.open_deals)
    beside = _beside(org, changes, stages_that_stay, deals, found)
    left, allowed = _daily_calls(org)
    calls = calls_for(len(changes))
    each = 1000 * org.waited_seconds / org.calls if org.calls else ASSUMED_MILLISECONDS
    minutes = calls * max(each, ASSUMED_MILLISECONDS) / workers / 60_000
    after = Counter(dict(owned))
    after.update(change.receiver for change in changes)
    skewed = {owner: after[owner] for owner in receivers if after[owner] > SKEW_ABOVE}
    return DryRun(
        org_id,
        by_verdict,
        problems,
        [owner for owner in receivers if owner not in active],
        skewed,
        teams["AccountTeamMember"].height,
        teams["AccountShare"].height,
        deals,
        calls,
        left,
        allowed,
        minutes,
        beside,
        found,
    )


def calls_for(count: int) -> int:
    """Calls that writing so many changes takes, without log-in, org check and retries."""
    return math.ceil(count / COMPOSITE_AT_MOST) + 2 * math.ceil(count / RETRIEVE_AT_MOST)


def _beside(
    org: Org, changes: Sequence[Change], stages_that_stay: Collection[str], deals: int, found: OrgCheck
) -> dict[str, int | None]:
    """What companion files would hold; deals are not asked for again where every open one counts."""
    rows = [(change.record_id, change.expected, change.new) for change in changes]
    moved = pl.DataFrame(rows, MOVED, orient="row")
    if stages_that_stay:
        return counts(companions(org, moved, stages_that_stay))
    others = counts(companions(org, moved, objects=[name for name in OBJECTS if name != DEALS]))
    is_seen = DEALS not in {what for what, _, _ in found.without}
    return {name: (deals if is_seen else None) if name == DEALS else others[name] for name in OBJECTS}


def _daily_calls(org: Org) -> tuple[int, int]:
    """Calls left today and allowed in all; where the org does not show its limits, by what its answers say."""
    limits = where_there(org, "/limits", org.limits)
    if limits:
        return limits["DailyApiRequests"]["Remaining"], limits["DailyApiRequests"]["Max"]
    used, allowed = org.api_usage or (0, 0)
    return max(0, allowed - used), allowed
