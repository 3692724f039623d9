"""What each rule says of one account: whom it names, and on which evidence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assignment_assets.domain.routing.people import People
from assignment_assets.domain.routing.rules import RoutingRules, Territory
from assignment_assets.domain.sources.fields import IN_CENTS


@dataclass(frozen=True, slots=True)
class Nomination:
    """One rule's answer: the reps it names, all equal unless `is_ordered`.

    `rivals` holds (what else matched within the rule, whom it names, why it lost): a territory, another deal.
    """

    rule: str
    reps: tuple[str, ...]
    evidence: str
    needs_cover: bool = True
    is_ordered: bool = True
    territory: str = ""
    pod: str = ""
    inside: str = ""
    rivals: tuple[tuple[str, tuple[str, ...], str], ...] = ()


class Nominators:
    """The rules in their order, ready to be asked about one account after the other."""

    def __init__(self, rules: RoutingRules, people: People):
        self._rules, self._people = rules, people
        self._pods = {pod.name: pod for pod in rules.pods}
        self._by_state: dict[str, list[Territory]] = {}
        self._by_prefix: dict[str, list[Territory]] = {}
        for territory in rules.territories:
            for prefix in territory.postal_prefixes:
                self._by_prefix.setdefault(prefix, []).append(territory)
            for state in territory.states if not territory.postal_prefixes else ():
                self._by_state.setdefault(state, []).append(territory)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix}, reverse=True)
        self._of_rule: dict[str, Callable[[dict[str, Any]], Nomination | None]] = {
            "named_owner": self._named,
            "existing_opportunity": self._deal,
            "parent_owner": self._parent,
            "usage_threshold": self._usage,
            "territory": self._territory,
        }

    def ask(self, account: dict[str, Any]) -> list[Nomination]:
        """The nominations of all rules that match, in the configured order."""
        asked = (self._of_rule[rule](account) for rule in self._rules.order)
        return [nomination for nomination in asked if nomination is not None]

    def _named(self, account: dict[str, Any]) -> Nomination | None:
        rep_id = self._rules.named_owners.get(account["account_id"])
        if rep_id:
            return Nomination("named_owner", (rep_id,), "the rules name this owner for the account", needs_cover=False)
        if account["keep_with_owner"] and account["owner_id"]:
            return Nomination(
                "named_owner", (account["owner_id"],), "the record is marked to stay with its owner", needs_cover=False
            )
        return None

    def _deal(self, account: dict[str, Any]) -> Nomination | None:
        rep_id, rival = account["deal_owner_id"], account["rival_deal_owner_id"]
        if not rep_id:
            return None
        rivals = (("existing_opportunity", (rival,), "the other open deal is larger, or closes first"),)
        return Nomination(
            "existing_opportunity",
            (rep_id,),
            f"open deal {account['deal_id']} is theirs",
            rivals=rivals if rival else (),
        )

    def _parent(self, account: dict[str, Any]) -> Nomination | None:
        rep_id = account["parent_owner_id"]
        if not rep_id:
            return None
        return Nomination("parent_owner", (rep_id,), f"owns the parent account {account['parent_id']}")

    def _usage(self, account: dict[str, Any]) -> Nomination | None:
        for threshold in self._rules.usage_thresholds:
            figure = account[IN_CENTS.get(threshold.measure, threshold.measure)]
            if figure is not None and figure >= threshold.at_least:
                return Nomination(
                    "usage_threshold",
                    tuple(threshold.reps),
                    f"{threshold.measure} {figure} reaches {threshold.at_least}",
                    is_ordered=False,
                )
        return None

    def _territory(self, account: dict[str, Any]) -> Nomination | None:
        state, matching = account["state"], self._matching(account)
        if not self._rules.territories and state:
            return Nomination(
                "territory",
                tuple(self._people.covering.get(state, ())),
                f"they cover {state}",
                is_ordered=False,
                territory=state,
                inside=self._rules.inside_territory,
            )
        if not matching:
            return None
        first, *others = matching
        pod = self._pods.get(first.pod)
        rivals = tuple(
            (f"territory {other.name}", self._reps_of(other, state), _why_first(first, other)) for other in others
        )
        return Nomination(
            "territory",
            self._reps_of(first, state),
            f"lies in territory {first.name}",
            is_ordered=pod is not None,
            territory=first.name,
            pod=first.pod,
            inside=first.inside or self._rules.inside_territory,
            rivals=rivals,
        )

    def _matching(self, account: dict[str, Any]) -> list[Territory]:
        postal, state = account["postal_code"] or "", account["state"]
        found = [
            territory
            for length in self._lengths
            for territory in self._by_prefix.get(postal[:length], ())
            if len(postal) >= length and (not territory.states or state in territory.states)
        ]
        found += self._by_state.get(state or "", ())
        return sorted({each.name: each for each in found}.values(), key=_precedence) if len(found) > 1 else found

    def _reps_of(self, territory: Territory, state: str | None) -> tuple[str, ...]:
        if territory.pod:
            return tuple(self._pods[territory.pod].reps)
        return tuple(territory.reps or self._people.covering.get(state or "", ()))


def _precedence(territory: Territory) -> tuple[int, bool, str]:
    return territory.priority, not territory.postal_prefixes, territory.name


def _why_first(first: Territory, other: Territory) -> str:
    if first.priority != other.priority:
        return f"priority {first.priority} goes before {other.priority}"
    if bool(first.postal_prefixes) != bool(other.postal_prefixes):
        return "postal prefixes go before states"
    return "the same priority: names in alphabetical order"
