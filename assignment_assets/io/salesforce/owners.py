"""What the write-back needs of an org: accounts and users as they are this moment, owners changed, answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import chain
from typing import NoReturn, Protocol, TypeVar

import polars as pl

from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.domain.tables import TEXT
from assignment_assets.io.mapping.cells import ColumnRule, read_column
from assignment_assets.io.mapping.mapping import TableMapping
from assignment_assets.io.salesforce.answers import Record, error_of
from assignment_assets.io.salesforce.by_ids import query_ids
from assignment_assets.io.salesforce.connection import (
    COMPOSITE_AT_MOST,
    OF_THE_MOMENT,
    RETRIEVE_AT_MOST,
    AnswerLost,
    CallRefused,
    Org,
)
from assignment_assets.io.salesforce.fields import Field, single
from assignment_assets.io.salesforce.tables import as_texts

PRECONDITION_FAILED = "PRECONDITION_FAILED"
ANSWER_LOST = "ANSWER_LOST"
NOBODY = complete_id("005zzzzzzzzzzzz")
"""A well-formed id of no user."""
LONG_AGO = datetime(2000, 1, 1)
PORTAL_FIELDS = ("IsPartner", "IsCustomerPortal")
"""What says that an account has portal users; orgs without portals do not have them."""
PROBE = "precondition"
PROBES_AT_MOST = 4
IDS_A_QUERY = 400
RETRIEVES_TOGETHER = "retrieves within composite calls"
_SYSTEM = ["Id", "OwnerId", "LastModifiedDate", "LastModifiedById", "IsDeleted"]
_USER = ["Id", "IsActive"]
Read = TypeVar("Read")


@dataclass(frozen=True)
class AccountNow:
    """What the org says of one account now: what hard rules use, when it was last changed (UTC), and by whom."""

    account_id: str
    owner_id: str | None
    state: str | None
    carve_out: str | None
    modified_at: datetime
    modified_by: str = ""


@dataclass(frozen=True)
class OwnerChange:
    """One owner to be written, on condition that the account has not been modified since; null for no condition,
    which only a control run may ask for."""

    account_id: str
    new_owner_id: str
    unmodified_since: datetime | None


@dataclass(frozen=True)
class Answer:
    """What became of one change: done (no code), refused (Salesforce's code), or lost (nobody knows yet).

    `is_whole` where the call as a whole was refused or lost: the answer says nothing of this account.
    """

    account_id: str
    code: str = ""
    message: str = ""
    is_lost: bool = False
    is_whole: bool = False


class PreconditionJudge(Protocol):
    """Says what the answers of a probe mean."""

    def __call__(self, answer: Answer) -> bool:
        """Whether the answer decides the matter, and well; raises where it decides it otherwise."""

    def undecided(self, answer: Answer) -> NoReturn:
        """Raises: the last one of several answers, none of which decided."""


class OwnerGateway:
    """Reads and writes the owners of an org whose fields are named by the mapping of accounts.

    Attributes
    ----------
    portal
        Accounts that were read and have portal users: a new owner of one locks the org's group table.
    """

    def __init__(self, org: Org, accounts: TableMapping):
        self._org = org
        self._mapping = accounts
        rules = accounts.rules("accounts", [])
        self._rules: dict[str, ColumnRule] = {name: rules[name] for name in ("state", "carve_out") if name in rules}
        fields = single(map(Field.of, [*_SYSTEM, *(rule.source for rule in self._rules.values())]))
        self._fields = [field.selected for field in fields]
        self._is_retrievable = all(field.is_plain for field in fields)
        self._judge: PreconditionJudge | None = None
        self._look: Callable[[Mapping[str, AccountNow]], None] | None = None
        self.portal: set[str] = set()

    @property
    def server_now(self) -> datetime:
        """The org's time as of its latest answer, UTC, whole seconds."""
        return self._org.server_now

    @property
    def api_usage(self) -> tuple[int, int] | None:
        """Calls used and allowed in 24 hours, as of the latest answer."""
        return self._org.api_usage

    @property
    def user_id(self) -> str:
        """Whom the org takes us for; known once something was read."""
        return self._org.user_id

    @property
    def org(self) -> Org:
        """The connection, for what is not about owners."""
        return self._org

    def organization_id(self) -> str:
        """The org's own id: what a plan is bound to.

        Raises
        ------
        SourceUnavailable
        """
        return self._org.organization_id()

    def accounts_and_users(self, ids: Sequence[str], user_ids: Iterable[str]) -> tuple[dict[str, AccountNow], set[str]]:
        """`accounts` and `active_users` with one call for up to 2,000 of each, where the org takes that.

        Raises
        ------
        SourceUnavailable
        """
        found = self._with_portals(lambda fields: self._accounts_and_users(ids, sorted(set(user_ids)), fields))
        look, self._look = self._look, None
        if look is not None:
            look(found[0])
        return found

    def look_once(self, look: Callable[[Mapping[str, AccountNow]], None]) -> None:
        """Has `look` see what the next `accounts_and_users` reads before that is handed on; what it raises is raised by
        the read."""
        self._look = look

    def _accounts_and_users(
        self, ids: Sequence[str], wanted: list[str], fields: list[str]
    ) -> tuple[dict[str, AccountNow], set[str]]:
        if len(ids) > RETRIEVE_AT_MOST or len(wanted) > RETRIEVE_AT_MOST or not self._is_retrievable:
            accounts = self._accounts(ids, fields)
            self._prove([{"Id": account} for account in accounts])
            return accounts, self.active_users(wanted)
        records, users = self._together([("Account", ids, fields), ("User", wanted, _USER)])
        return self._as_accounts(records), _active(users)

    def ask_precondition(self, judge: PreconditionJudge) -> None:
        """Has the next `accounts_and_users` find out whether the org honours preconditions, without writing.

        With the read goes a change of one of its accounts on condition that it was not modified since the year 2000, to
        an owner who does not exist. Where its answer does not decide the matter, some few other accounts are asked.
        What the judge raises is raised by the read.
        """
        self._judge = judge

    def probe(self, account_id: str, owner_id: str = NOBODY) -> Answer:
        """What the org says to this owner for the account, on condition that it was not modified since the year 2000.

        Raises
        ------
        SourceUnavailable
            The call as a whole was refused, or nobody knows what became of it.
        """
        (answer, *_) = [*self._org.composite([self._probe(account_id, owner_id)]), None]
        return _answer(account_id, answer)

    def _probe(self, account_id: str, owner_id: str = NOBODY) -> Record:
        return self._subrequest(OwnerChange(account_id, owner_id, LONG_AGO), PROBE)

    def _together(self, parts: list[tuple[str, Sequence[str], list[str]]]) -> list[list[Record | None]]:
        """The parts with one call; with one each where the org does not take retrieves within composite calls."""
        ids = parts[0][1]
        if not self._org.lacks(RETRIEVES_TOGETHER):
            riders = [self._probe(each) for each in ids[:1] if self._judge]
            try:
                found, told = self._org.retrieve_several(parts, *riders)
            except CallRefused as refusal:
                if refusal.code in OF_THE_MOMENT:
                    raise
            else:
                self._prove(found[0], [_answer(ids[0], answer) for answer in told])
                return found
        found = [self._org.retrieve(name, ids, fields) for name, ids, fields in parts]
        self._org.note_lack(RETRIEVES_TOGETHER)
        self._prove(found[0])
        return found

    def _prove(self, found: Iterable[Record | None], answers: Sequence[Answer] = ()) -> None:
        """Has answers of probes judged until one decides; where no account is there, the next read asks again."""
        judge, there = self._judge, [record["Id"] for record in found if record]
        if judge is None or not there:
            return
        self._judge, last = None, None
        asked = [answer.account_id for answer in answers]
        others = [account for account in there if account not in asked][: PROBES_AT_MOST - len(asked)]
        probes = (self.probe(account) for account in others)
        for last in chain(answers, probes):
            if judge(last):
                return
        if last is not None:
            judge.undecided(last)

    def accounts(self, ids: Sequence[str]) -> dict[str, AccountNow]:
        """The accounts that the org shows, by id; those that are deleted, merged or out of sight are absent.

        Raises
        ------
        SourceUnavailable
        """
        return self._with_portals(lambda fields: self._accounts(ids, fields))

    def _accounts(self, ids: Sequence[str], fields: list[str]) -> dict[str, AccountNow]:
        if self._is_retrievable:
            return self._as_accounts(self._org.retrieve("Account", ids, fields))
        selection = f"SELECT {', '.join(fields)} FROM Account"
        return self._as_accounts(query_ids(self._org, selection, "Id", ids))

    def _with_portals(self, read: Callable[[list[str]], Read]) -> Read:
        """What a read of the fields gives, with those that say whether an account has portal users where they are."""
        portal = [name for name in PORTAL_FIELDS if not self._org.lacks(f"Account.{name}")]
        try:
            return read([*self._fields, *portal])
        except CallRefused as refusal:
            if refusal.code != "INVALID_FIELD" or not any(f"'{name}'" in str(refusal) for name in portal):
                raise
        for name in PORTAL_FIELDS:
            self._org.note_lack(f"Account.{name}")
        return read(self._fields)

    def deleted(self, ids: Sequence[str]) -> set[str]:
        """Those of the accounts that the org itself calls deleted or merged: asked in its bin.

        What is in no answer of the org is not deleted: the integration user may have lost sight of it. Where the org
        refuses to show its bin, nothing is known to be deleted.

        Raises
        ------
        AnswerLost
        """
        found: set[str] = set()
        for start in range(0, len(ids), IDS_A_QUERY):
            listed = ", ".join(f"'{account}'" for account in ids[start : start + IDS_A_QUERY])
            soql = f"SELECT Id, IsDeleted FROM Account WHERE IsDeleted = TRUE AND Id IN ({listed})"
            with suppress(CallRefused):
                records = list(self._org.query(soql, includes_deleted=True))
                found |= {record["Id"] for record in records if record.get("Id") and record.get("IsDeleted") is True}
        return found

    def _as_accounts(self, found: Iterable[Record | None]) -> dict[str, AccountNow]:
        records = [record for record in found if record and not record.get("IsDeleted")]
        flags = [Field.of(name) for name in PORTAL_FIELDS]
        self.portal |= {record["Id"] for record in records if any(flag.value(record) is True for flag in flags)}
        texts = as_texts(records, [*_SYSTEM, *(rule.source for rule in self._rules.values())], "Account")
        states, carve_outs = (self._read(name, texts) for name in ("state", "carve_out"))
        accounts = (
            AccountNow(
                record["Id"],
                record["OwnerId"],
                state,
                carve_out,
                moment_of(record["LastModifiedDate"]),
                record["LastModifiedById"] or "",
            )
            for record, state, carve_out in zip(records, states, carve_outs, strict=True)
        )
        return {account.account_id: account for account in accounts}

    def active_users(self, ids: Iterable[str]) -> set[str]:
        """Those of the users who may own accounts now.

        Raises
        ------
        SourceUnavailable
        """
        return _active(self._org.retrieve("User", sorted(set(ids)), _USER))

    def write(self, changes: Sequence[OwnerChange]) -> list[Answer]:
        """What became of each change, in order; each is sent once, with OwnerId alone and its precondition."""
        answers = []
        for start in range(0, len(changes), COMPOSITE_AT_MOST):
            answers += self._write_some(changes[start : start + COMPOSITE_AT_MOST])
        return answers

    def _write_some(self, changes: Sequence[OwnerChange]) -> list[Answer]:
        subrequests = [self._subrequest(change, f"r{place}") for place, change in enumerate(changes)]
        try:
            answered = {answer["referenceId"]: answer for answer in self._org.composite(subrequests)}
        except CallRefused as refusal:
            return [Answer(change.account_id, refusal.code, str(refusal), is_whole=True) for change in changes]
        except AnswerLost as loss:
            return [Answer(change.account_id, ANSWER_LOST, str(loss), True, True) for change in changes]
        return [_answer(change.account_id, answered.get(f"r{place}")) for place, change in enumerate(changes)]

    def _subrequest(self, change: OwnerChange, reference: str) -> Record:
        return {
            "method": "PATCH",
            "url": f"{self._org.data_path}/sobjects/Account/{change.account_id}",
            "referenceId": reference,
            "body": {"OwnerId": change.new_owner_id},
            "httpHeaders": {"Sforce-Auto-Assign": "FALSE"} | _precondition(change),
        }

    def _read(self, name: str, texts: pl.DataFrame) -> list[str | None]:
        rule = self._rules.get(name)
        if rule is None:
            return [self._mapping.constants.get(name)] * texts.height
        return read_column(texts[rule.source], name, TEXT, rule).values.to_list()


def _precondition(change: OwnerChange) -> dict[str, str]:
    if change.unmodified_since is None:
        return {}
    return {"If-Unmodified-Since": format_datetime(change.unmodified_since.replace(tzinfo=UTC), usegmt=True)}


def _active(users: Iterable[Record | None]) -> set[str]:
    texts = as_texts([record for record in users if record], _USER, "User")
    return set(texts.filter(pl.col("IsActive") == "true")["Id"])


def _answer(account_id: str, answer: Record | None) -> Answer:
    if answer is None:
        return Answer(account_id, ANSWER_LOST, "the org's answer does not mention the account", is_lost=True)
    status: int = answer["httpStatusCode"]
    if 200 <= status < 300:
        return Answer(account_id)
    code, message = error_of(answer.get("body") or [{}], status)
    is_lost = status >= 500 or status < 200
    return Answer(account_id, PRECONDITION_FAILED if status == 412 else code, message, is_lost)


def moment_of(text: object, name: str = "Account.LastModifiedDate") -> datetime:
    """A time as the org writes it, in UTC without zone.

    Raises
    ------
    AnswerLost
    """
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC).replace(tzinfo=None)
    except ValueError as error:
        raise AnswerLost(
            f"{name}: {text!r} is no time, expected one such as 2026-10-01T08:00:00.000+0000. "
            "Nothing was sent for it. Ask the org again."
        ) from error
