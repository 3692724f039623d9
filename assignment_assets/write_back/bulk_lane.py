"""The bulk lane: many changes in one job, for first loads of quiet orgs. It has no precondition, and says so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from assignment_assets.io.salesforce.bulk_ingest import ENDED, RUNNING, BulkIngest
from assignment_assets.io.salesforce.field_changes import Answer, FieldChange
from assignment_assets.write_back.circuit_breaker import Pause, Witness
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.machine import Machine, Parts
from assignment_assets.write_back.outcome import Settled
from assignment_assets.write_back.plan import Change
from assignment_assets.write_back.states import Event, State

AT_MOST = 100_000
QUIET_FOR = timedelta(hours=24)
POLL_SECONDS = 5.0
REFUSED = (
    "the bulk lane writes without preconditions and a person's change between reading and writing would be "
    "overwritten: {reason}. Use the composite lane, or ask for bulk-without-precondition by name"
)
ASKED = "Asked"
"""A job is about to be created: the event's sentence is the org's time, for its id is not known yet."""
AMBIGUOUS = (
    "{count} open jobs were created by our user soon after {at:%Y-%m-%d %H:%M:%S} UTC, when a run asked for one and "
    "died before it knew its id: {jobs}. At most one of them is ours, and nobody can say which. None was touched, "
    "nothing was written. Close or abort them in Setup under Bulk Data Load Jobs, or write in the composite lane, "
    "then go on"
)


@dataclass(frozen=True)
class BulkJob:
    """One plan's jobs: each step is in the journal before the next one is taken."""

    bulk: BulkIngest
    journal: Journal
    plan_id: str
    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    witness: Witness

    def carry(self, changes: list[FieldChange]) -> dict[str, Answer]:
        """The org's answers; records that a job never came to are absent."""
        self._note(ASKED, self.bulk.server_now.isoformat())
        self.witness("bulk_before_create")
        job_id = self.bulk.create()
        self.witness("bulk_created")
        self._note("Open", job_id)
        self.witness("bulk_journaled")
        self.bulk.upload(job_id, ((change.record_id, change.value or "") for change in changes))
        self.witness("bulk_uploaded")
        self._note("UploadComplete", job_id)
        self.witness("bulk_close_committed")
        self.bulk.close(job_id)
        self.witness("bulk_closed")
        self._wait(job_id)
        answers = self.bulk.answers(job_id)
        self.witness("bulk_results_read")
        return answers

    def bring_to_end(self, job_id: str) -> None:
        """Aborts a job that is still open, which has done nothing; waits for one that runs."""
        if self.bulk.state(job_id) == "Open":
            self.bulk.abort(job_id)
        self._wait(job_id)

    def abort_orphan(self, asked_at: datetime) -> Pause | None:
        """Aborts the job that an earlier run asked for and died before it could write its id down.

        Nothing was uploaded to it, so that it harms nobody. Where more than one job might be it, none is touched: the
        others are somebody else's, and the pause says so.
        """
        found = self.bulk.open_jobs(asked_at)
        if len(found) > 1:
            return Pause("BULK_AMBIGUOUS", AMBIGUOUS.format(count=len(found), at=asked_at, jobs=", ".join(found)))
        for job_id in found:
            self.bulk.abort(job_id)
        self._note("Aborted", *found)
        return None

    def _wait(self, job_id: str) -> None:
        while (state := self.bulk.state(job_id)) in RUNNING:
            self.pause(POLL_SECONDS)
        self._note(state if state in ENDED else "Failed", job_id)

    def _note(self, state: str, job_id: str = "") -> None:
        self.journal.record([Event(self.plan_id, "", 0, "JOB", self.clock(), code=state, sentence=job_id)])
        self.journal.commit()


class BulkMachine(Machine):
    """The state machine with a job in place of calls: judged before, read back after, but nothing holds in between."""

    def __init__(self, *parts: *Parts, job: BulkJob, goes_anyway: bool):
        super().__init__(*parts)
        self._job, self._goes_anyway = job, goes_anyway
        self._read_back_at = AT_MOST
        self._has_drift = False

    def _room(self) -> int:
        return self._read_back_at - len(self._open.sent)

    def _end(self, settled: Settled) -> Settled:
        self._has_drift |= settled.state in (State.DRIFT, State.DRIFT_RULE)
        return super()._end(settled)

    def _write(self, groups: list[list[Change]]) -> None:
        changes = [change for group in groups for change in group]
        since = self._reads.preconditions(changes)
        recent = sum(self._gateway.server_now - modified < QUIET_FOR for modified in since.values())
        if (self._has_drift or recent) and not self._goes_anyway:
            reason = f"{recent} accounts were modified within a day" if recent else "accounts have drifted"
            self._breaker.stop(Pause("BULK_REFUSED", REFUSED.format(reason=reason)))
            return
        sent = [FieldChange(change.target, change.record_id, change.new, since[change.record_id]) for change in changes]
        self._commit_intents([sent])
        answers = self._job.carry(sent)
        for each in sent:
            lost = Answer(each.record_id, "ANSWER_LOST", "The job did not come to this account.", is_lost=True)
            self._answered(each, answers.get(each.record_id, lost))
        self._witness("answers_before_commit")
