"""Bulk API 2.0, step by step: a job is created, filled, closed, watched and read, each by a call of its own."""

import csv
import io
from collections.abc import Iterable

import polars as pl

from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.connection import AnswerLost, Org
from assignment_assets.io.salesforce.owners import Answer

JOBS = "jobs/ingest"
RUNNING = ("UploadComplete", "InProgress")
ENDED = ("JobComplete", "Aborted", "Failed")


class BulkIngest:
    """Jobs that update the owners of accounts. Nothing is carried out before a job is closed."""

    def __init__(self, org: Org):
        self._org = org

    def create(self) -> str:
        """The id of a new job."""
        body = {"object": "Account", "operation": "update", "contentType": "CSV", "lineEnding": "LF"}
        return str(self._facts("POST", JOBS, body)["id"])

    def upload(self, job_id: str, owners: Iterable[tuple[str, str]]) -> None:
        """Fills the job with accounts and their new owners."""
        frame = pl.DataFrame(list(owners), ["Id", "OwnerId"], orient="row")
        self._org.exchange("PUT", f"{JOBS}/{job_id}/batches", frame.write_csv())

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

    def open_jobs(self) -> list[str]:
        """Open jobs on accounts that we created ourselves."""
        records = self._facts("GET", JOBS)["records"]
        return [
            job["id"]
            for job in records
            if job["state"] == "Open" and job["object"] == "Account" and job["createdById"] == self._org.user_id
        ]

    def _results(self, job_id: str, name: str) -> Iterable[dict[str, str]]:
        path = f"{JOBS}/{job_id}/{name}/"
        answer = self._org.exchange("GET", path)
        if not isinstance(answer, str):
            raise AnswerLost(f"{path}: the org answered with JSON, expected CSV. Check the address.")
        return csv.DictReader(io.StringIO(answer))

    def _facts(self, method: str, path: str, body: Record | None = None) -> Record:
        answer = self._org.exchange(method, path, body)
        if isinstance(answer, str):
            raise AnswerLost(f"{path}: the org answered with text, expected JSON. Check the address.")
        return answer
