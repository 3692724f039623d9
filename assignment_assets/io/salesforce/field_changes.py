"""A change as an org is asked for it, what a record shows before and after, and what the org answers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from assignment_assets.io.salesforce.answers import Record, error_of

PRECONDITION_FAILED = "PRECONDITION_FAILED"
ANSWER_LOST = "ANSWER_LOST"


@dataclass(frozen=True, order=True)
class Target:
    """What a change sets: one field of one kind of object."""

    object: str
    field: str

    def __str__(self) -> str:
        return f"{self.object}.{self.field}"

    @property
    def noun(self) -> str:
        """What sentences call the field's value."""
        return "owner" if self.field == "OwnerId" else "person"


OWNER = Target("Account", "OwnerId")
"""The only target of the waterfall and of routing."""


@dataclass(frozen=True)
class RecordNow:
    """What the org says of one record now.

    Attributes
    ----------
    value
        What stands in the field that a change sets; null where it is empty.
    guards
        What hard rules compare, by name.
    modified_at, modified_by
        When it was last changed (UTC without zone), and by whom.
    """

    record_id: str
    value: str | None
    modified_at: datetime
    modified_by: str = ""
    guards: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class FieldChange:
    """One value to be written, on condition that the record has not been modified since; null for no condition, which
    only a control run may ask for."""

    target: Target
    record_id: str
    value: str | None
    unmodified_since: datetime | None

    def subrequest(self, data_path: str, reference: str) -> Record:
        """The change as a part of a composite call: this one field, its precondition, and nothing else."""
        since = self.unmodified_since
        condition = (
            {} if since is None else {"If-Unmodified-Since": format_datetime(since.replace(tzinfo=UTC), usegmt=True)}
        )
        return {
            "method": "PATCH",
            "url": f"{data_path}/sobjects/{self.target.object}/{self.record_id}",
            "referenceId": reference,
            "body": {self.target.field: self.value},
            "httpHeaders": {"Sforce-Auto-Assign": "FALSE"} | condition,
        }


@dataclass(frozen=True)
class Answer:
    """What became of one change: done (no code), refused (Salesforce's code), or lost (nobody knows yet).

    `is_whole` where the call as a whole was refused or lost: the answer says nothing of this record.
    """

    record_id: str
    code: str = ""
    message: str = ""
    is_lost: bool = False
    is_whole: bool = False


def answer_of(record_id: str, answer: Record | None) -> Answer:
    """What a subrequest's answer says of the record; lost where the org's answer does not mention it."""
    if answer is None:
        return Answer(record_id, ANSWER_LOST, "the org's answer does not mention the record", is_lost=True)
    status: int = answer["httpStatusCode"]
    if 200 <= status < 300:
        return Answer(record_id)
    code, message = error_of(answer.get("body") or [{}], status)
    is_lost = status >= 500 or status < 200
    return Answer(record_id, PRECONDITION_FAILED if status == 412 else code, message, is_lost)
