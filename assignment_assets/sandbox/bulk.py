"""Bulk API 2.0: ingest jobs that update records from CSV, query jobs that give CSV; kept on disk as Salesforce does."""

import csv
import io
import json

from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.queries import PAGE
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.rows import Rows
from assignment_assets.sandbox.soql import parse
from assignment_assets.sandbox.state import OrgState

ENDED = ("JobComplete", "Aborted", "Failed")
MOST_ROWS = 50_000


class BulkJobs:
    """Answers what is asked below /jobs/ingest and /jobs/query.

    An ingest job is carried out as soon as its upload is complete, and says InProgress once before it says so.
    """

    def __init__(self, state: OrgState, rows: Rows, access: Access):
        self._state = state
        self._rows = rows
        self._access = access

    def answer(self, method: str, kind: str, rest: list[str], call: Call) -> Reply:
        """The answer to one request about jobs.

        Raises
        ------
        Refusal
            404 for unknown jobs and paths, 400 INVALIDJOBSTATE for what the job's state does not allow.
        """
        match method, rest:
            case "POST", [] | [""]:
                return Reply(200, self._create(kind, call))
            case "GET", [] | [""]:
                return Reply(200, {"done": True, "records": self._listed(kind), "nextRecordsUrl": None})
            case "GET", [job_id]:
                return Reply(200, self._poll(kind, job_id))
            case "PUT", [job_id, "batches"]:
                self._require(kind, job_id, "Open")
                self._set(job_id, data=call.body)
                return Reply(201)
            case "PATCH", [job_id]:
                return Reply(200, self._move(kind, job_id, call))
            case "GET", [job_id, "results"] if kind == "query":
                return self._query_results(job_id, call)
            case "GET", [job_id, "successfulResults"]:
                return Reply(200, self._row(kind, job_id)["successful"])
            case "GET", [job_id, "failedResults"]:
                return Reply(200, self._row(kind, job_id)["failed"])
            case "GET", [job_id, "unprocessedrecords" | "unprocessedRecords"]:
                row = self._row(kind, job_id)
                return Reply(200, row["data"] if row["state"] in ("Aborted", "Failed") else '"Id"\n')
            case _:
                raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")

    def _create(self, kind: str, call: Call) -> dict:
        body = call.json()
        job_id = f"750{self._state.rows('SELECT count(*) FROM bulk_job')[0][0]:012d}AAA"
        head = {"object": body.get("object"), "operation": body.get("operation"), "createdById": call.user_id}
        state, data = "Open", ""
        if kind == "query":
            state, data = "JobComplete", self._queried(body.get("query", ""))
        elif (body.get("object"), body.get("operation")) != ("Account", "update"):
            raise Refusal(400, "INVALIDJOB", "this org updates accounts in bulk and nothing else")
        self._state.execute(
            "INSERT INTO bulk_job VALUES (?, ?, ?, ?, ?, '', '')", (job_id, kind, state, json.dumps(head), data)
        )
        return self._shown(self._row(kind, job_id))

    def _listed(self, kind: str) -> list[dict]:
        ids = self._state.rows("SELECT id FROM bulk_job WHERE kind = ? ORDER BY id", (kind,))
        return [self._shown(self._row(kind, job_id)) for (job_id,) in ids]

    def _poll(self, kind: str, job_id: str) -> dict:
        row = self._row(kind, job_id)
        if row["state"] == "InProgress":
            self._set(job_id, state="JobComplete")
        return self._shown(row)

    def _move(self, kind: str, job_id: str, call: Call) -> dict:
        wanted = call.json().get("state")
        if wanted == "Aborted":
            if self._row(kind, job_id)["state"] not in ENDED:
                self._set(job_id, state="Aborted")
        elif wanted == "UploadComplete":
            row = self._require(kind, job_id, "Open")
            with self._state.transaction():
                successful, failed = self._carried_out(row["data"], call)
                self._set(job_id, state="InProgress", successful=successful, failed=failed)
        else:
            raise Refusal(400, "INVALIDJOBSTATE", f"a job cannot be set to {wanted}")
        return self._shown(self._row(kind, job_id)) | {"state": wanted}

    def _carried_out(self, data: str, call: Call) -> tuple[str, str]:
        account, done, failed = self._access.sobject("Account"), [], []
        for row in csv.DictReader(io.StringIO(data)):
            record_id = row.get("Id", "")
            try:
                self._rows.strike(record_id)
                record = self._rows.record(account, record_id)
                values = self._rows.values(account, {name: value for name, value in row.items() if name != "Id"})
                quiet = Call(call.method, call.path, {}, {"sforce-auto-assign": "FALSE"}, "", call.user_id)
                self._rows.change(account, record, values, quiet)
                done.append({"sf__Id": record_id, "sf__Created": "false", **row})
            except Refusal as refusal:
                error = f"{refusal.code}:{refusal.message}:{','.join(refusal.fields or ['--'])}"
                failed.append({"sf__Id": record_id, "sf__Error": error, **row})
        columns = ["Id", "OwnerId"]
        return _csv(done, ["sf__Id", "sf__Created", *columns]), _csv(failed, ["sf__Id", "sf__Error", *columns])

    def _queried(self, soql: str) -> str:
        query = parse(soql, self._state.clock.today(), access=self._access)
        if query.is_count or query.is_aggregate:
            raise Refusal(400, "API_ERROR", "Aggregate functions and GROUP BY are not supported in bulk queries")
        ids = [row[0] for row in self._state.rows(query.ids_sql, query.parameters)]
        rows = []
        for start in range(0, len(ids), PAGE):
            part = ids[start : start + PAGE]
            found = {row[0]: row for row in self._state.rows(query.page_sql(len(part)), part)}
            rows += [[_text(value) for value in query.values(found[each])] for each in part if each in found]
        return _csv([dict(zip(query.names, row, strict=True)) for row in rows], query.names)

    def _query_results(self, job_id: str, call: Call) -> Reply:
        head, *lines = self._row("query", job_id)["data"].splitlines(keepends=True)
        start = int(call.parameters.get("locator") or 0)
        most = int(call.parameters.get("maxRecords") or MOST_ROWS)
        page, left = lines[start : start + most], len(lines) > start + most
        locator = str(start + most) if left else "null"
        return Reply(200, head + "".join(page), {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(page))})

    def _row(self, kind: str, job_id: str) -> dict:
        names = ("id", "kind", "state", "head", "data", "successful", "failed")
        found = self._state.rows(f"SELECT {', '.join(names)} FROM bulk_job WHERE id = ? AND kind = ?", (job_id, kind))
        if not found:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        return dict(zip(names, found[0], strict=True))

    def _require(self, kind: str, job_id: str, state: str) -> dict:
        row = self._row(kind, job_id)
        if row["state"] != state:
            raise Refusal(400, "INVALIDJOBSTATE", f"the job is {row['state']}, not {state}")
        return row

    def _set(self, job_id: str, **values: str) -> None:
        assignments = ", ".join(f"{name} = ?" for name in values)
        self._state.execute(f"UPDATE bulk_job SET {assignments} WHERE id = ?", (*values.values(), job_id))

    def _shown(self, row: dict) -> dict:
        processed, failed = (max(0, row[name].count("\n") - 1) for name in ("successful", "failed"))
        return {
            "id": row["id"],
            "state": row["state"],
            **json.loads(row["head"]),
            "contentType": "CSV",
            "lineEnding": "LF",
            "numberRecordsProcessed": processed + failed,
            "numberRecordsFailed": failed,
        }


def _csv(rows: list[dict], names: list[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, names, quoting=csv.QUOTE_ALL, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _text(value) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
