"""What the write-back needs of an org: records and users as they are this moment, fields changed, answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import NoReturn, Protocol, TypeVar

import polars as pl

from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.by_ids import query_ids
from assignment_assets.io.salesforce.connection import COMPOSITE_AT_MOST, RETRIEVE_AT_MOST, Org
from assignment_assets.io.salesforce.field_changes import ANSWER_LOST, Answer, FieldChange, RecordNow, Target, answer_of
from assignment_assets.io.salesforce.fields import Field
from assignment_assets.io.salesforce.readings import Reading, with_whole_ids
from assignment_assets.io.salesforce.refusals import OF_THE_MOMENT, AnswerLost, CallRefused
from assignment_assets.io.salesforce.tables import as_texts

NOBODY = complete_id("005zzzzzzzzzzzz")
"""A well-formed id of no user."""
LONG_AGO = datetime(2000, 1, 1)
PROBE = "precondition"
PROBES_AT_MOST = 4
IDS_A_QUERY = 400
RETRIEVES_TOGETHER = "retrieves within composite calls"
_USER = ["Id", "IsActive"]
Read = TypeVar("Read")
Wanted = Mapping[Target, Sequence[str]]
"""Which records are read, and for the sake of which field."""


class PreconditionJudge(Protocol):
    """Says what the answers of a probe mean."""

    def __call__(self, answer: Answer) -> bool:
        """Whether the answer decides the matter, and well; raises where it decides it otherwise."""

    def undecided(self, answer: Answer) -> NoReturn:
        """Raises: the last one of several answers, none of which decided."""


class RecordGateway:
    """Reads and writes fields of an org's records.

    Attributes
    ----------
    flagged
        Records that were read and have a flag (`Reading.flags`): a change of one locks more than the record.
    """

    def __init__(self, org: Org, readings: Mapping[str, Reading]):
        self._org = org
        self._readings = readings
        self._judge: PreconditionJudge | None = None
        self._look: Callable[[Mapping[str, RecordNow]], None] | None = None
        self.flagged: set[str] = set()

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
        """The connection, for what is not about changes."""
        return self._org

    def organization_id(self) -> str:
        """The org's own id: what a plan is bound to.

        Raises
        ------
        SourceUnavailable
        """
        return self._org.organization_id()

    def records_and_users(self, wanted: Wanted, user_ids: Iterable[str]) -> tuple[dict[str, RecordNow], set[str]]:
        """`records` and `active_users` with one call for up to 2,000 of each, where the org takes that.

        Raises
        ------
        SourceUnavailable
        """
        users = sorted(set(user_ids))
        found = self._with_flags(wanted, lambda fields: self._records_and_users(wanted, users, fields))
        look, self._look = self._look, None
        if look is not None:
            look(found[0])
        return found

    def look_once(self, look: Callable[[Mapping[str, RecordNow]], None]) -> None:
        """Has `look` see what the next `records_and_users` reads before that is handed on; what it raises is raised by
        the read."""
        self._look = look

    def _records_and_users(
        self, wanted: Wanted, users: list[str], fields: Mapping[Target, list[Field]]
    ) -> tuple[dict[str, RecordNow], set[str]]:
        parts = [(target, ids, fields[target]) for target, ids in wanted.items()]
        is_one_call = all(len(ids) <= RETRIEVE_AT_MOST and _is_retrievable(named) for _, ids, named in parts)
        if not is_one_call or len(users) > RETRIEVE_AT_MOST:
            records = self._records(wanted, fields)
            self._prove(
                [(target, record_id) for target, ids in wanted.items() for record_id in ids if record_id in records]
            )
            return records, self.active_users(users)
        asked = [(target.object, ids, _selected(named)) for target, ids, named in parts]
        also = [("User", users, _USER)] if users else []
        found = self._together([*asked, *also], list(wanted))
        shown = found.pop() if users else []
        records = {}
        for (target, _, _), answered in zip(parts, found, strict=True):
            records |= self._as_records(target, answered)
        return records, _active(shown)

    def ask_precondition(self, judge: PreconditionJudge) -> None:
        """Has the next `records_and_users` find out whether the org honours preconditions, without writing.

        With the read goes a change of one of its records on condition that it was not modified since the year 2000, to
        a user who does not exist. Where its answer does not decide the matter, some few other records are asked.
        What the judge raises is raised by the read.
        """
        self._judge = judge

    def probe(self, target: Target, record_id: str, user_id: str = NOBODY) -> Answer:
        """What the org says to this user in the record's field, on condition that it was not modified since the year
        2000.

        Raises
        ------
        SourceUnavailable
            The call as a whole was refused, or nobody knows what became of it.
        """
        (answer, *_) = [*self._org.composite([self._probe(target, record_id, user_id)]), None]
        return answer_of(record_id, answer)

    def _probe(self, target: Target, record_id: str, user_id: str = NOBODY) -> Record:
        return FieldChange(target, record_id, user_id, LONG_AGO).subrequest(self._org.data_path, PROBE)

    def _together(
        self, parts: list[tuple[str, Sequence[str], list[str]]], targets: Sequence[Target]
    ) -> list[list[Record | None]]:
        """The parts with one call; with one each where the org does not take retrieves within composite calls."""
        first = next(((target, ids[0]) for target, (_, ids, _) in zip(targets, parts, strict=False) if ids), None)
        if not self._org.lacks(RETRIEVES_TOGETHER):
            riders = [self._probe(*first)] if self._judge and first else []
            try:
                found, told = self._org.retrieve_several(parts, *riders)
            except CallRefused as refusal:
                if refusal.code in OF_THE_MOMENT:
                    raise
            else:
                self._prove(_there(targets, found), [answer_of(first[1], answer) for answer in told if first])
                return found
        found = [self._org.retrieve(name, ids, fields) for name, ids, fields in parts]
        self._org.note_lack(RETRIEVES_TOGETHER)
        self._prove(_there(targets, found))
        return found

    def _prove(self, there: Sequence[tuple[Target, str]], answers: Sequence[Answer] = ()) -> None:
        """Has answers of probes judged until one decides; where no record is there, the next read asks again."""
        judge = self._judge
        if judge is None or not there:
            return
        self._judge, last = None, None
        asked = [answer.record_id for answer in answers]
        others = [each for each in there if each[1] not in asked][: PROBES_AT_MOST - len(asked)]
        probes = (self.probe(target, record_id) for target, record_id in others)
        for last in chain(answers, probes):
            if judge(last):
                return
        if last is not None:
            judge.undecided(last)

    def records(self, wanted: Wanted) -> dict[str, RecordNow]:
        """The records that the org shows, by id; those that are deleted, merged or out of sight are absent.

        Raises
        ------
        SourceUnavailable
        """
        return self._with_flags(wanted, lambda fields: self._records(wanted, fields))

    def _records(self, wanted: Wanted, fields: Mapping[Target, list[Field]]) -> dict[str, RecordNow]:
        found: dict[str, RecordNow] = {}
        for target, ids in wanted.items():
            selected = _selected(fields[target])
            if _is_retrievable(fields[target]):
                answered: Iterable[Record | None] = self._org.retrieve(target.object, ids, selected)
            else:
                answered = query_ids(self._org, f"SELECT {', '.join(selected)} FROM {target.object}", "Id", ids)
            found |= self._as_records(target, answered)
        return found

    def _with_flags(self, wanted: Wanted, read: Callable[[Mapping[Target, list[Field]]], Read]) -> Read:
        """What a read of the fields gives, with the flags of those objects that have them."""
        flags = {
            target: [name for name in self._reading(target).flags if not self._org.lacks(f"{target.object}.{name}")]
            for target in wanted
        }
        try:
            return read({target: self._reading(target).fields(target, flags[target]) for target in wanted})
        except CallRefused as refusal:
            names = [name for named in flags.values() for name in named]
            if refusal.code != "INVALID_FIELD" or not any(f"'{name}'" in str(refusal) for name in names):
                raise
        for target in wanted:
            for name in self._reading(target).flags:
                self._org.note_lack(f"{target.object}.{name}")
        return read({target: self._reading(target).fields(target) for target in wanted})

    def _reading(self, target: Target) -> Reading:
        return self._readings.get(target.object, Reading())

    def deleted(self, wanted: Wanted) -> set[str]:
        """Those of the records that the org itself calls deleted or merged: asked in its bin.

        What is in no answer of the org is not deleted: the integration user may have lost sight of it. Where the org
        refuses to show its bin, nothing is known to be deleted.

        Raises
        ------
        AnswerLost
        """
        found: set[str] = set()
        for target, ids in wanted.items():
            for start in range(0, len(ids), IDS_A_QUERY):
                listed = ", ".join(f"'{each}'" for each in ids[start : start + IDS_A_QUERY])
                soql = f"SELECT Id, IsDeleted FROM {target.object} WHERE IsDeleted = TRUE AND Id IN ({listed})"
                with suppress(CallRefused):
                    records = list(self._org.query(soql, includes_deleted=True))
                    found |= {
                        complete_id(each["Id"]) for each in records if each.get("Id") and each.get("IsDeleted") is True
                    }
        return found

    def _as_records(self, target: Target, found: Iterable[Record | None]) -> dict[str, RecordNow]:
        reading = self._reading(target)
        records = [with_whole_ids(record, target.field) for record in found if record and not record.get("IsDeleted")]
        self.flagged |= reading.flagged(records)
        return reading.as_now(target, records)

    def active_users(self, ids: Iterable[str]) -> set[str]:
        """Those of the users who may hold records now.

        Raises
        ------
        SourceUnavailable
        """
        return _active(self._org.retrieve("User", sorted(set(ids)), _USER))

    def write(self, changes: Sequence[FieldChange]) -> list[Answer]:
        """What became of each change, in order; each is sent once, with its one field and its precondition."""
        answers = []
        for start in range(0, len(changes), COMPOSITE_AT_MOST):
            answers += self._write_some(changes[start : start + COMPOSITE_AT_MOST])
        return answers

    def _write_some(self, changes: Sequence[FieldChange]) -> list[Answer]:
        data_path = self._org.data_path
        subrequests = [change.subrequest(data_path, f"r{place}") for place, change in enumerate(changes)]
        try:
            answered = {answer["referenceId"]: answer for answer in self._org.composite(subrequests)}
        except CallRefused as refusal:
            return [Answer(change.record_id, refusal.code, str(refusal), is_whole=True) for change in changes]
        except AnswerLost as loss:
            return [Answer(change.record_id, ANSWER_LOST, str(loss), True, True) for change in changes]
        return [answer_of(change.record_id, answered.get(f"r{place}")) for place, change in enumerate(changes)]


def _is_retrievable(fields: Iterable[Field]) -> bool:
    return all(field.is_plain for field in fields)


def _selected(fields: Iterable[Field]) -> list[str]:
    return [field.selected for field in fields]


def _there(targets: Sequence[Target], found: Sequence[Iterable[Record | None]]) -> list[tuple[Target, str]]:
    """The records that were found, with what they are read for; what goes beyond the targets is users."""
    return [
        (target, record["Id"]) for target, records in zip(targets, found, strict=False) for record in records if record
    ]


def _active(users: Iterable[Record | None]) -> set[str]:
    texts = as_texts([with_whole_ids(record, "Id") for record in users if record], _USER, "User")
    return set(texts.filter(pl.col("IsActive") == "true")["Id"])
