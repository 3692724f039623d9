"""What was refused for one reason: rows set aside, grouped by code and by what their messages have in common."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from assignment_assets.write_back.codes import INACTIVE_OWNER
from assignment_assets.write_back.states import State

SET_ASIDE = (State.FAILED_HUMAN, State.HELD, State.NOT_VISIBLE)
"""States in which an account waits for a person: for another try, or for the word to go on without it."""
READ_AGAIN = ("NOT_ARMED", "INACTIVE_RECEIVER", INACTIVE_OWNER, "DATA_LOADER", "RESULT_FILE")
"""Codes of accounts set aside that the next run judges anew by reading, because nothing bad of them is known."""
MESSAGES_SHOWN = 3
_VARIABLE = [
    (re.compile(pattern), f"<{name}>")
    for pattern, name in (
        (r"https?://\S+", "address"),
        (r"[\w.+-]+@[\w-]+\.[\w.-]+", "mail"),
        (r"\b(?=\w*\d)[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?\b", "id"),
        (r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|“[^”]*”|‘[^’]*’|«[^»]*»|„[^“”]*[“”]", "name"),
        (r"\b\d[\d.,:/TZ-]*\b", "number"),
        (r"\b[A-Z][a-z’'][\w’'-]*(?:[ ,.&-]+(?:[A-Z][\w’'.-]*|<name>))*", "name"),
    )
]
"""What of a message names one account or one person, in the order in which it is taken out."""


def group_of(code: str, message: str) -> str:
    """The group of a refusal, eight characters: the same for one rule, whatever ids, names and numbers it tells."""
    for pattern, name in _VARIABLE:
        message = pattern.sub(name, message)
    return hashlib.sha256(f"{code}\x1f{' '.join(message.split())}".encode()).hexdigest()[:8]


def set_aside(states: pl.DataFrame, asked_again: Mapping[str, int]) -> frozenset[str]:
    """Accounts for which nothing is sent before a person asks for their group.

    Parameters
    ----------
    states
        account_id and the latest state, code, sentence and seq.
    asked_again
        Group → the event by which a person last asked for it.
    """
    refused = states.filter(pl.col("state").is_in([State.FAILED_HUMAN, State.HELD]) & ~pl.col("code").is_in(READ_AGAIN))
    return frozenset(
        account
        for account, code, sentence, seq in refused.select("account_id", "code", "sentence", "seq").iter_rows()
        if seq > asked_again.get(group_of(code, sentence or ""), 0)
    )


@dataclass(frozen=True)
class RefusalGroup:
    """Accounts that were set aside for one reason.

    Attributes
    ----------
    messages
        What was said, up to three different sentences.
    rows
        plan_id, account_id, attempt, old_owner_id, new_owner_id, code, sentence.
    """

    group: str
    code: str
    messages: tuple[str, ...]
    rows: pl.DataFrame

    def __str__(self) -> str:
        count = self.rows.height
        return f"{self.group}  {count:,} {'account' if count == 1 else 'accounts'}  {self.code}: {self.messages[0]}"


def groups_of(rows: pl.DataFrame, states: pl.DataFrame) -> list[RefusalGroup]:
    """The groups among the accounts of some plans, the largest first.

    Parameters
    ----------
    rows
        plan_id, account_id, old_owner_id, new_owner_id.
    states
        plan_id, account_id and the latest attempt, state, code and sentence.
    """
    waiting = states.filter(pl.col("state").is_in([str(state) for state in SET_ASIDE]))
    names = ("plan_id", "account_id", "attempt", "old_owner_id", "new_owner_id", "code", "sentence")
    joined = rows.join(waiting, on=["plan_id", "account_id"]).select(*names).sort("plan_id", "account_id")
    keys = [group_of(code, sentence or "") for code, sentence in joined.select("code", "sentence").iter_rows()]
    found = []
    for (group,), part in joined.with_columns(group=pl.Series(keys, dtype=pl.String)).group_by(
        "group", maintain_order=True
    ):
        messages = part["sentence"].unique(maintain_order=True).head(MESSAGES_SHOWN).to_list()
        found.append(RefusalGroup(str(group), part["code"][0], tuple(messages), part.drop("group")))
    return sorted(found, key=lambda each: (-each.rows.height, each.group))


def shown(groups: Iterable[RefusalGroup], names: Mapping[str, str]) -> str:
    """The groups as a person reads them: reason, accounts and owners, by name where `names` has one for the id."""

    def named(key: str | None) -> str:
        if key is None:
            return "nobody"
        return f"{names[key]} ({key})" if key in names else key

    lines = []
    for each in groups:
        lines += [str(each), *(f"          also: {message}" for message in each.messages[1:])]
        lines += [
            f"    {named(account)}: {named(old)} → {named(new)}"
            for account, old, new in each.rows.select("account_id", "old_owner_id", "new_owner_id").iter_rows()
        ]
    return "\n".join(lines)
