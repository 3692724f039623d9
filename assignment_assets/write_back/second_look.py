"""What an org's automations did to accounts after we wrote them: their owner, their other fields, tasks."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.questions import Questions

OURS = frozenset({"OwnerId", "LastModifiedDate", "LastModifiedById", "SystemModstamp"})
"""Fields that our own write changes."""
OF_READERS = frozenset({"LastViewedDate", "LastReferencedDate"})
SHOWN = 10
DIGITS = 8
"""Of a value's digest so many are kept: it is only ever held against another value of the same account and field."""


@dataclass(frozen=True)
class Snapshot:
    """Accounts as they were before they were written.

    Attributes
    ----------
    at
        The org's time, UTC, of before the reading.
    fields
        What was read of each account: everything that the user may see but what we write ourselves and what the org
        computes.
    digests
        Account → the digests of its fields, in their order, one after the other: values do not leave the org.
    """

    at: str
    fields: Sequence[str]
    digests: Mapping[str, str]

    def text(self) -> str:
        """As JSON."""
        return canonical_json(asdict(self))

    @classmethod
    def of(cls, text: str) -> "Snapshot":
        """From JSON."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class SecondLook:
    """What was found of accounts that we wrote and read back, after a wait.

    Attributes
    ----------
    accounts, seconds
        How many were looked at, and how long after they had been written.
    owners
        Account → its owner, where that is no longer the one whom we wrote; empty where the org does not show it.
    fields
        Other field → how many accounts have another value than before.
    tasks
        Owner → how many tasks about these accounts were created for them since.
    unanswered
        What the org did not tell → its words.
    """

    accounts: int
    seconds: int
    owners: Mapping[str, str]
    fields: Mapping[str, int]
    tasks: Mapping[str, int]
    unanswered: Mapping[str, str]

    def text(self) -> str:
        """As JSON."""
        return canonical_json(asdict(self))

    @classmethod
    def of(cls, text: str) -> "SecondLook":
        """From JSON."""
        return cls(**json.loads(text))

    def __str__(self) -> str:
        kept = self.accounts - len(self.owners)
        found = [f"{kept:,} of {self.accounts:,} accounts of the first batch have the owner that we wrote"]
        found += [f"{len(self.fields)} other fields changed ({', '.join(self.fields)})"] if self.fields else []
        found += [f"{sum(self.tasks.values()):,} tasks were created"] if self.tasks else []
        return "; ".join(found)

    def page(self, plan_id: str) -> str:
        """The page from which a person decides whether the rest should go."""
        kept = self.accounts - len(self.owners)
        lines = [
            f"{plan_id}, first batch, looked at again {self.seconds:,} seconds after it was verified.",
            "",
            f"{kept:>8,}  accounts have the owner that we wrote",
            f"{len(self.owners):>8,}  have another one since",
        ]
        lines += [
            f"          {account}: {owner or 'not shown any more'}" for account, owner in _first(self.owners.items())
        ]
        lines += [f"{count:>8,}  accounts have another {name} than before" for name, count in self.fields.items()]
        lines += [] if self.fields else ["          no other field changed"]
        lines += [f"{count:>8,}  tasks were created for {who}" for who, count in self.tasks.items()]
        lines += [] if self.tasks else ["          no task was created"]
        lines += [f"          could not be asked: {name} ({words})" for name, words in self.unanswered.items()]
        return "\n".join(lines) + "\n"


def snapshot(org: Org, account_ids: Sequence[str]) -> Snapshot:
    """The accounts as they are.

    Raises
    ------
    SourceUnavailable
    """
    questions = Questions(org)
    described = questions.described("Account")
    fields = [
        name
        for each in described
        if (name := str(each["name"])) not in OURS | OF_READERS and name != "Id" and not each.get("calculated")
    ]
    at = org.server_now.isoformat()
    found = questions.retrieve("Account", account_ids, ["Id"], fields) if fields else {}
    return Snapshot(at, fields, {account: _digests(record, fields) for account, record in found.items() if record})


def second_look(
    org: Org, written: Mapping[str, str], before: Sequence[Snapshot], began_at: datetime, seconds: int
) -> SecondLook:
    """What the accounts are like now.

    Parameters
    ----------
    written
        Account → the owner that we wrote and read back.
    before
        Snapshots of before; of an account in none of them only the owner is looked at.
    began_at
        The org's time from which tasks count.

    Raises
    ------
    SourceUnavailable
    """
    questions, ids = Questions(org), list(written)
    fields = list(dict.fromkeys(name for each in before for name in each.fields))
    found = questions.retrieve("Account", ids, ["OwnerId"], fields)
    owners = {
        account: str((found.get(account) or {}).get("OwnerId") or "")
        for account, owner in written.items()
        if (found.get(account) or {}).get("OwnerId") != owner
    }
    changed: Counter[str] = Counter()
    for each in before:
        for account in each.digests.keys() & written.keys():
            record = found.get(account)
            changed.update(_changed(each.fields, each.digests[account], record) if record else ())
    since = f"CreatedDate >= {began_at:%Y-%m-%dT%H:%M:%SZ}"
    tasks = Counter(str(task["OwnerId"]) for task in questions.about("Task", "AccountId", ids, since, ["OwnerId"]))
    return SecondLook(
        len(written), seconds, owners, dict(sorted(changed.items())), dict(sorted(tasks.items())), questions.unanswered
    )


def _changed(fields: Sequence[str], before: str, record: Record) -> list[str]:
    """The fields of the record whose digest is not the one before."""
    now = _digests(record, fields)
    places = range(0, len(before), DIGITS)
    return [
        name
        for name, place in zip(fields, places, strict=True)
        if name in record and before[place : place + DIGITS] != now[place : place + DIGITS]
    ]


def _digests(record: Record, fields: Sequence[str]) -> str:
    values = (json.dumps(record.get(name), sort_keys=True) for name in fields)
    return "".join(sha256(value.encode()).hexdigest()[:DIGITS] for value in values)


def _first(rows: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(rows)[:SHOWN]
