"""What in an org would hinder or spoil a write of owners, judged on what the org says of itself."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from assignment_assets.io.salesforce.org_facts import OrgFacts
from assignment_assets.write_back.plan import Change

SKEW_ABOVE = 10_000
"""Owners of more records than this, and parents of more children, slow the org down (skew)."""
SHOWN = 5
QUEUES = "00G"
"""What the id of a queue or a group begins with."""
Weight = Literal["refuses", "may refuse", "reacts", "note"]
WITHOUT = {
    "AccountTeamMember": "no account teams are counted, kept or restored",
    "AccountShare": "no manual shares are counted, kept or restored",
    "AccountTeamMember.CaseAccessLevel": "teams are kept and restored without their access to cases",
    "AccountShare.CaseAccessLevel": "shares are kept and restored without their access to cases",
    "/limits": "the calls left today are taken from what each answer says of them",
    "Organization": "the org's id is the one that the log-in names",
    "tracked fields": "whether the owner's history is kept is not known",
    "validation rules": "what they refuse shows with the first batch",
    "triggers": "what they do shows with the first batch",
    "duplicate rules": "what they refuse shows with the first batch",
    "flows": "what they do shows with the first batch",
    "permissions of the integration user": "a missing permission shows with the first row",
    "Account, described": "a missing permission shows with the first row",
    "UserLogin": "whether a receiver is frozen is not known",
    "ProcessInstance": "an account with an open approval is refused when it is written",
    "children by parent": "large families are not foreseen; they wait for each other's locks",
    "Contact": "contacts of people who left are not foreseen",
    "Opportunity": "open deals are not counted, and those of people who left are not foreseen",
    "Account by OwnerId": "large books are reckoned by what the cycle read",
}
"""What the engine does without what the org does not have or does not show."""


@dataclass(frozen=True)
class Hazard:
    """One thing to know before a write.

    Attributes
    ----------
    weight
        `refuses`: rows will be refused; `may refuse`; `reacts`: the org does something of its own; `note`.
    accounts
        How many of the plan it concerns; 0 where that cannot be told.
    """

    code: str
    weight: Weight
    accounts: int
    sentence: str


HAZARDS: dict[str, type[pl.DataType]] = {
    "code": pl.String,
    "weight": pl.String,
    "accounts": pl.Int64,
    "sentence": pl.String,
}
"""Hazards as a table."""


def hazards(facts: OrgFacts, changes: Sequence[Change]) -> list[Hazard]:
    """Every hazard, what refuses first."""
    order = ("refuses", "may refuse", "reacts", "note")
    found = [*_permissions(facts, changes), *_receivers(facts, changes), *_accounts(facts), *_skew(facts, changes)]
    found += [*_automations(facts, len(changes)), *_history(facts)]
    return sorted(found, key=lambda hazard: order.index(hazard.weight))


def _permissions(facts: OrgFacts, changes: Sequence[Change]) -> Iterator[Hazard]:
    if facts.may_transfer is False:
        yield Hazard(
            "NO_TRANSFER_PERMISSION",
            "may refuse",
            len(changes),
            "The integration user has neither Transfer Record nor Modify All Data: accounts of others are refused. "
            "Give it a permission set with Transfer Record.",
        )
    if facts.may_edit_owner is False:
        yield Hazard(
            "OWNER_NOT_EDITABLE",
            "refuses",
            len(changes),
            "The integration user may not edit Account.OwnerId. Give it edit access (field-level security).",
        )
    if facts.invisible:
        yield Hazard(
            "ACCOUNTS_NOT_VISIBLE",
            "refuses",
            len(facts.invisible),
            f"The org does not show {_listed(facts.invisible)}: deleted, merged, or out of the user's sight.",
        )


def _receivers(facts: OrgFacts, changes: Sequence[Change]) -> Iterator[Hazard]:
    gains = Counter(change.receiver for change in changes)
    portal = frozenset(facts.portal)
    for_portal = Counter(change.receiver for change in changes if change.record_id in portal)
    for receiver, count in sorted(gains.items()):
        user = facts.receivers.get(receiver)
        if user is None:
            if facts.receivers:
                why = " It is a queue or a group, and accounts belong to users." if receiver.startswith(QUEUES) else ""
                yield Hazard("NO_SUCH_RECEIVER", "refuses", count, f"The org shows no user {receiver}.{why}")
            continue
        named = f"{user.name} ({receiver})" if user.name else receiver
        if not user.is_active:
            yield Hazard("INACTIVE_RECEIVER", "refuses", count, f"{named} is not an active user.")
        if user.is_active and user.is_frozen:
            yield Hazard(
                "FROZEN_RECEIVER",
                "note",
                count,
                f"{named} is frozen: they cannot log in, and the org gives them accounts all the same.",
            )
        if user.user_type not in ("", "Standard"):
            yield Hazard(
                "RECEIVER_OF_OTHER_KIND",
                "refuses",
                count,
                f"{named} is a {user.user_type} user and may own no account.",
            )
        if for_portal[receiver] and not user.has_role:
            yield Hazard(
                "RECEIVER_WITHOUT_ROLE",
                "refuses",
                for_portal[receiver],
                f"{named} has no role, and owners of accounts with portal users need one.",
            )


def _accounts(facts: OrgFacts) -> Iterator[Hazard]:
    if facts.pending:
        yield Hazard(
            "PENDING_APPROVALS",
            "refuses",
            len(facts.pending),
            f"An approval is open, which locks the record, for {_listed(facts.pending)}.",
        )
    if facts.portal:
        yield Hazard(
            "PORTAL_ACCOUNTS",
            "may refuse",
            len(facts.portal),
            f"Accounts with portal users, such as {_listed(facts.portal)}: a new owner locks the group table. Calls "
            "with them go one after the other; write outside of role changes.",
        )
    for name, accounts in facts.orphans.items():
        if accounts:
            yield Hazard(
                "CHILDREN_OF_INACTIVE_OWNERS",
                "may refuse",
                len(accounts),
                f"{name} records whose owner is inactive, on {_listed(accounts)}: an automation that touches them "
                "refuses the account (INACTIVE_OWNER_OR_USER).",
            )


def _skew(facts: OrgFacts, changes: Sequence[Change]) -> Iterator[Hazard]:
    families = Counter(change.parent_id for change in changes if change.parent_id)
    for parent, count in sorted(facts.children.items()):
        if families[parent]:
            yield Hazard(
                "PARENT_SKEW",
                "may refuse",
                families[parent],
                f"{parent} has {count:,} children: accounts of one parent wait for each other's locks.",
            )
    gains = Counter(change.receiver for change in changes)
    for owner, gain in sorted(gains.items()):
        after = facts.owned.get(owner, 0) + gain
        if after > SKEW_ABOVE:
            sentence = f"{owner} would own {after:,} accounts: above {SKEW_ABOVE:,} sharing becomes slow."
            yield Hazard("OWNER_SKEW", "note", gain, sentence)


_KINDS: Mapping[str, tuple[str, Weight, str]] = {
    "duplicate rule": (
        "DUPLICATE_RULES",
        "may refuse",
        "may refuse an account that resembles another (DUPLICATES_DETECTED)",
    ),
    "validation rule": ("VALIDATION_RULES", "may refuse", "may refuse an account for its other fields"),
    "flow": ("ACTIVE_FLOWS", "reacts", "may act when an account changes"),
    "trigger": ("TRIGGERS", "reacts", "may act when an account changes"),
}


def _automations(facts: OrgFacts, count: int) -> Iterator[Hazard]:
    for kind, names in facts.automations.items():
        code, weight, what = _KINDS[kind]
        if names:
            plural = f"{kind}s" if len(names) > 1 else kind
            sentence = f"{len(names)} active {plural} on Account ({_listed(names)}) {what}."
            yield Hazard(code, weight, count, sentence)


def _history(facts: OrgFacts) -> Iterator[Hazard]:
    if facts.is_owner_tracked is False:
        yield Hazard(
            "OWNER_HISTORY_NOT_TRACKED",
            "note",
            0,
            "The org keeps no history of Account.OwnerId: who changed an owner after us is told by the last "
            "modification alone. Switch the tracking on (Set History Tracking).",
        )


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more
