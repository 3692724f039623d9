"""Bulk API 2.0, step by step: a job is created, filled, closed, watched and read, each by a call of its own."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import polars as pl

from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.field_changes import Answer
from assignment_assets.io.salesforce.record_values import moment_of
from assignment_assets.io.salesforce.refusals import AnswerLost

JOBS = "jobs/ingest"
SHAPE = {
    "object": "Account",
    "operation": "update",
    "contentType": "CSV",
    "columnDelimiter": "CARET",
    "lineEnding": "LF",
}
"""What our jobs are; hardly anybody else parts columns so."""
DELIMITER = "^"
CREATED_WITHIN = timedelta(minutes=5)
"""No call to create a job is under way for longer."""
RUNNING = ("UploadComplete", "InProgress")
ENDED = ("JobComplete", "Aborted", "Failed")


class BulkIngest:
    """Jobs that update the owners of accounts. Nothing is carried out before a job is closed."""

    def __init__(self, org: Org):
        self._org = org

    @property
    def server_now(self) -> datetime:
        """The org's time as of its latest answer, UTC, whole seconds."""
        return self._org.server_now

    def create(self) -> str:
        """The id of a new job."""
        return str(self._facts("POST", JOBS, SHAPE)["id"])

    def upload(self, job_id: str, owners: Iterable[tuple[str, str]]) -> None:
        """Fills the job with accounts and their new owners."""
        frame = pl.DataFrame(list(owners), ["Id", "OwnerId"], orient="row")
        self._org.exchange("PUT", f"{JOBS}/{job_id}/batches", frame.write_csv(separator=DELIMITER))

    def close(self, job_id: str) -> None:
        """Has the job carried out."""
        self._org.exchange("PATCH", f"{JOBS}/{job_id}", {"state": "UploadComplete"})

    def abort(self, job_id: str) -> None:
        """Gives the job up; one that is still open has done nothing."""
        self._org.exchange("PATCH", f"{JOBS}/{job_id}", {"state": "Aborted"})

    def state(self, job_id: str) -> str:
        """Open, UploadComplete, InProgress, JobComplete, Aborted or Failed."""
        return str(self._facts("GET", f"{JOBS}/{job_id}")["state"])

    def answers(self, job_id: str) -> dict[str, Answer]:
        """The job's answer for each account that it has come to."""
        done = {row["sf__Id"]: Answer(row["sf__Id"]) for row in self._results(job_id, "successfulResults")}
        failed = {}
        for row in self._results(job_id, "failedResults"):
            code, _, message = row["sf__Error"].partition(":")
            failed[row["Id"]] = Answer(row["Id"], code, message)
        return done | failed

    def open_jobs(self, asked_at: datetime) -> list[str]:
        """Open jobs of our shape that our user created when we asked for one, at this time of the org's."""
        return [
            str(job["id"])
            for job in self._jobs()
            if job["state"] == "Open"
            and job["createdById"] == self._org.user_id
            and {name: job.get(name) for name in SHAPE} == SHAPE
            and asked_at <= moment_of(job["createdDate"], "createdDate of a job") <= asked_at + CREATED_WITHIN
        ]

    def _jobs(self) -> Iterator[Record]:
        """Every job that the org lists, page by page."""
        path, seen = JOBS, set[str]()
        while path not in seen:
            seen.add(path)
            page = self._facts("GET", path)
            yield from page["records"]
            if not page.get("nextRecordsUrl"):
                return
            path = JOBS + str(page["nextRecordsUrl"]).partition(JOBS)[2]
        raise AnswerLost(f"{path}: the org's list of jobs leads back to itself, expected its end. Try again.")

    def _results(self, job_id: str, name: str) -> Iterable[dict[str, str]]:
        path = f"{JOBS}/{job_id}/{name}/"
        answer = self._org.exchange("GET", path)
        if not isinstance(answer, str):
            raise AnswerLost(f"{path}: the org answered with JSON, expected CSV. Check the address.")
        return csv.DictReader(io.StringIO(answer), delimiter=DELIMITER)

    def _facts(self, method: str, path: str, body: Record | None = None) -> Record:
        answer = self._org.exchange(method, path, body)
        if isinstance(answer, str):
            raise AnswerLost(f"{path}: the org answered with text, expected JSON. Check the address.")
        return answer
