"""Decides account by account who takes it: the first rule whose rep is free, and everything said against it.

One decision costs the same whatever the number of accounts owned: loads are counters, rules are looked up by
account, state and postal prefix. The same candidates in the same state give the same decisions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from assignment_assets.domain.routing.events.detect import FAMILY
from assignment_assets.domain.routing.nominations import Nomination, Nominators
from assignment_assets.domain.routing.people import People
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    CONFLICTS,
    DECISIONS,
    ConflictsFrame,
    DecisionsFrame,
    NewAccountsFrame,
)
from assignment_assets.domain.sign_off.standing import ROUTING

SHOWN_PASSED_OVER = 6
FAMILY_RULES = ("named_owner", "existing_opportunity", "parent_owner")
"""What may move an account because its family changed; otherwise it stays where it is."""
STAYS = "family_stays"
SENTENCES = {
    "not_a_field_rep": "no field rep",
    "inactive": "has left",
    "on_leave": "on leave",
    "not_covered": "does not cover the state",
    "full": "full",
    "high_water": "above the high-water mark",
    "given_back": "gave it back",
}


@dataclass
class Routed:
    """What one batch of candidates became: rows of `routing_decisions` and of `routing_conflicts`."""

    decisions: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)

    def frames(self) -> tuple[DecisionsFrame, ConflictsFrame]:
        """The rows as tables."""
        return (
            DECISIONS.conform(pl.DataFrame(self.decisions, schema=DECISIONS.columns)),
            CONFLICTS.conform(pl.DataFrame(self.conflicts, schema=CONFLICTS.columns)),
        )


class Router:
    """Routes candidates one after the other.

    Parameters
    ----------
    rotation
        Territory → the rep who took its last account by round-robin.
    first_no
        The number of the first decision.
    policies
        Kind → digest of the policy in force: what each decision names.
    """

    def __init__(
        self,
        rules: RoutingRules,
        people: People,
        rotation: dict[str, str],
        first_no: int,
        policies: Mapping[str, str] | None = None,
    ):
        self._rules, self._people = rules, people
        self._nominators = Nominators(rules, people)
        self._rotation, self._next_no = dict(rotation), first_no
        self._rules_digest, self._policies = rules.digest(), policies or {}
        self._taken: dict[str, str] = {}
        self._queues = {
            "l3m": rules.queue_for_referring,
            "dormant": rules.queue_for_dormant,
            "never": rules.queue_for_never_referred,
        }

    def route(self, candidates: NewAccountsFrame, now: datetime) -> Routed:
        """Decisions and conflicts for every candidate (table `new_accounts`), oldest record first."""
        routed = Routed()
        for account in candidates.sort("created_at", "account_id", nulls_last=False).iter_rows(named=True):
            self._decide(account, now, routed)
        return routed

    def _decide(self, account: dict[str, Any], now: datetime, routed: Routed) -> None:
        account["parent_owner_id"] = self._taken.get(account["parent_id"], account["parent_owner_id"])
        nominations = self._nominators.ask(account)
        is_family = account["why"] in FAMILY
        if is_family:
            nominations = [each for each in nominations if each.rule in FAMILY_RULES]
        passed: dict[str, str] = {}
        for place, nomination in enumerate(nominations):
            rep_id = self._choose(nomination, account, passed)
            if rep_id:
                row = self._row(account, now, nomination, rep_id, passed)
                self._note_conflicts(row, nomination, nominations[place + 1 :], routed)
                self._people.take(rep_id)
                self._taken[account["account_id"]] = rep_id
                if nomination.territory:
                    self._rotation[nomination.territory] = rep_id
                break
        else:
            row = self._stay(account, now, passed) if is_family else self._overflow(account, now, nominations, passed)
        routed.decisions.append(row)

    def _choose(self, nomination: Nomination, account: dict[str, Any], passed: dict[str, str]) -> str | None:
        """The rep who takes it, or null; who may not is added to `passed`."""
        free, above = [], []
        for rep_id in nomination.reps:
            why = self._people.unavailable(rep_id, account["state"], nomination.needs_cover)
            if not why and rep_id == account["not_to_rep_id"]:
                why = "given_back"
            if why:
                passed.setdefault(rep_id, why)
            elif rep_id in self._people.high and not nomination.is_ordered:
                above.append(rep_id)
            elif nomination.is_ordered:
                return rep_id
            else:
                free.append(rep_id)
        if free:
            passed.update((rep_id, "high_water") for rep_id in above)
        return self._next_of(nomination, free or above) if free or above else None

    def _next_of(self, nomination: Nomination, reps: list[str]) -> str:
        last = self._rotation.get(nomination.territory, "")
        in_turn = min((rep_id for rep_id in reps if rep_id > last), default=min(reps))
        if nomination.inside == "round_robin":
            return in_turn
        people = self._people
        return min(reps, key=lambda rep_id: (people.share_used(rep_id), rep_id < in_turn, rep_id))

    def _row(
        self, account: dict[str, Any], now: datetime, nomination: Nomination, rep_id: str, passed: dict[str, str]
    ) -> dict[str, Any]:
        rep = self._people.reps[rep_id]
        evidence = nomination.evidence
        if nomination.inside and not nomination.pod:
            turn = (
                "next in turn"
                if nomination.inside == "round_robin"
                else (f"the emptiest book of {len(nomination.reps)}: {self._people.loads[rep_id]} of {rep.capacity}")
            )
            evidence = f"{evidence}; {turn}"
        elif nomination.pod:
            evidence = f"{evidence}; {'primary' if rep_id == nomination.reps[0] else 'next'} of {nomination.pod}"
        stays = rep_id == account["owner_id"]
        hours = 0 if stays else self._rules.accept_hours
        return self._common(account, now, passed) | {
            "new_owner_id": rep_id,
            "rule": nomination.rule,
            "evidence": evidence,
            "territory": nomination.territory or None,
            "segment": rep.region or None,
            "pod": nomination.pod or None,
            "accept_by": now + timedelta(hours=hours) if hours else None,
        }

    def _stay(self, account: dict[str, Any], now: datetime, passed: dict[str, str]) -> dict[str, Any]:
        evidence = "no rule of a family names another owner who may take it"
        return self._common(account, now, passed) | {
            "new_owner_id": account["owner_id"],
            "rule": STAYS,
            "evidence": evidence,
        }

    def _overflow(
        self, account: dict[str, Any], now: datetime, nominations: list[Nomination], passed: dict[str, str]
    ) -> dict[str, Any]:
        queue, member_id = self._people.queue_member(self._queues[account["referral_status"] or "never"])
        if member_id:
            self._people.take(member_id)
        nobody = f"nobody covers {account['state'] or 'an empty state'}"
        why = "every rep named is unavailable" if passed else nobody
        territory = next((each.territory for each in nominations if each.territory), None)
        return self._common(account, now, passed) | {
            "new_owner_id": member_id or None,
            "rule": "overflow" if member_id else "no_owner",
            "evidence": why,
            "territory": territory,
            "inside_sales_queue": queue or None,
        }

    def _common(self, account: dict[str, Any], now: datetime, passed: dict[str, str]) -> dict[str, Any]:
        number, self._next_no = self._next_no, self._next_no + 1
        return dict.fromkeys(DECISIONS.columns) | {
            "rules_digest": self._rules_digest,
            "policy_digest": self._policies.get(kind_of(account["why"])),
            "decision_no": number,
            "decided_at": now,
            "account_id": account["account_id"],
            "created_at": account["created_at"],
            "seen_at": account["seen_at"],
            "why": account["why"],
            "old_owner_id": account["owner_id"],
            "passed_over": _said(passed),
            "is_conflict": False,
            "state": account["state"],
        }

    def _note_conflicts(
        self, row: dict[str, Any], winner: Nomination, others: list[Nomination], routed: Routed
    ) -> None:
        """One row for each rule or territory that would have named somebody else."""
        rivals = [(name, reps, reason, name) for name, reps, reason in winner.rivals if row["new_owner_id"] not in reps]
        for other in others:
            if other.reps and row["new_owner_id"] not in other.reps:
                reason = f"{winner.rule} stands before {other.rule} in the order of the rules"
                rivals.append((other.rule, other.reps, reason, other.evidence))
        for number, (rule, reps, reason, evidence) in enumerate(rivals, 1):
            routed.conflicts.append(
                {
                    "decision_no": row["decision_no"],
                    "conflict_no": number,
                    "account_id": row["account_id"],
                    "decided_at": row["decided_at"],
                    "winner_rule": winner.rule,
                    "winner_id": row["new_owner_id"],
                    "winner_evidence": winner.evidence,
                    "loser_rule": rule,
                    "loser_id": reps[0] if reps else None,
                    "loser_evidence": evidence,
                    "reason": reason,
                }
            )
        row["is_conflict"] = bool(rivals)


def kind_of(why: str) -> str:
    """The kind of policy that a decision needs: the family's event, else that for routing."""
    return why if why in FAMILY else ROUTING


def _said(passed: dict[str, str]) -> str | None:
    if not passed:
        return None
    shown = [f"{rep_id} {SENTENCES[why]}" for rep_id, why in list(passed.items())[:SHOWN_PASSED_OVER]]
    more = len(passed) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def rotation(decisions: DecisionsFrame) -> dict[str, str]:
    """Territory → the rep who took its last account, from the log."""
    taken = decisions.filter(pl.col("territory").is_not_null() & (pl.col("rule") == "territory")).sort("decision_no")
    last = taken.group_by("territory", maintain_order=True).agg(pl.col("new_owner_id").last())
    return dict(last.iter_rows())
