"""Bulk API 2.0: ingest jobs that update records from CSV, query jobs that give CSV; kept on disk as Salesforce does."""

import json

from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.bulk_csv import (
    DELIMITERS,
    LINE_ENDS,
    body_of,
    cell,
    check_columns,
    id_of,
    read_rows,
    written,
)
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.queries import PAGE
from assignment_assets.sandbox.refusal import Refusal, method_not_allowed
from assignment_assets.sandbox.rows import Rows, nothing_here
from assignment_assets.sandbox.soql import parse
from assignment_assets.sandbox.state import OrgState
from assignment_assets.sandbox.values import moment_text

ENDED = ("JobComplete", "Aborted", "Failed")
DELETED = "Deleted"
MOST_ROWS = 50_000
JOBS_A_PAGE = 1_000
TYPES = {"ingest": "V2Ingest", "query": "V2Query"}


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
            404 for unknown jobs and paths, 400 INVALIDJOBSTATE for what the job's state does not allow, 405.
        """
        match method, rest:
            case "POST", [] | [""]:
                return Reply(200, self._create(kind, call))
            case "GET", [] | [""]:
                return Reply(200, self._listed(kind, call))
            case "GET", [job_id]:
                return Reply(200, self._poll(kind, job_id))
            case "DELETE", [job_id]:
                self._delete(kind, job_id)
                return Reply(204)
            case "PUT", [job_id, "batches"] if kind == "ingest":
                self._upload(job_id, call)
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
            case _, [] | [""]:
                raise method_not_allowed(method, "GET", "POST")
            case _, [_]:
                raise method_not_allowed(method, "DELETE", "GET", "PATCH")
            case _, [_, "batches"]:
                raise method_not_allowed(method, "PUT")
            case _:
                raise nothing_here()

    def _create(self, kind: str, call: Call) -> dict:
        body = call.json()
        number = self._state.rows("SELECT count(*) FROM bulk_job")[0][0]
        job_id, now = f"750{number:012d}AAA", moment_text(self._state.clock.now())
        version = call.path.split("/")[3].removeprefix("v")
        head = {
            "operation": body.get("operation"),
            "object": body.get("object"),
            "createdById": call.user_id,
            "createdDate": now,
            "systemModstamp": now,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(version),
            "jobType": TYPES[kind],
            "lineEnding": body.get("lineEnding", "LF"),
            "columnDelimiter": body.get("columnDelimiter", "COMMA"),
        }
        if head["columnDelimiter"] not in DELIMITERS or head["lineEnding"] not in LINE_ENDS:
            raise Refusal(400, "INVALIDJOB", "the column delimiter or the line ending is none that jobs may have")
        state, data = "Open", ""
        if kind == "query":
            if body.get("operation") not in ("query", "queryAll"):
                raise Refusal(400, "INVALIDJOB", "a query job's operation is query or queryAll")
            state, (head["object"], head["numberRecordsProcessed"], data) = "JobComplete", self._queried(body, head)
        elif (body.get("object"), body.get("operation")) != ("Account", "update"):
            raise Refusal(400, "INVALIDJOB", "this org updates accounts in bulk and nothing else")
        else:
            head["contentUrl"] = f"services/data/v{version}/jobs/ingest/{job_id}/batches"
        self._state.execute(
            "INSERT INTO bulk_job VALUES (?, ?, ?, ?, ?, '', '')", (job_id, kind, state, json.dumps(head), data)
        )
        return self._shown(self._row(kind, job_id))

    def _listed(self, kind: str, call: Call) -> dict:
        start = call.parameters.get("queryLocator", "")
        sql = "SELECT id FROM bulk_job WHERE kind = ? AND state != ? AND id >= ? ORDER BY id LIMIT ?"
        ids = [row[0] for row in self._state.rows(sql, (kind, DELETED, start, JOBS_A_PAGE + 1))]
        left = ids[JOBS_A_PAGE:]
        url = f"{call.path.rstrip('/')}?queryLocator={left[0]}" if left else None
        jobs = [self._shown(self._row(kind, job_id)) for job_id in ids[:JOBS_A_PAGE]]
        return {"done": not left, "records": jobs, "nextRecordsUrl": url}

    def _poll(self, kind: str, job_id: str) -> dict:
        row = self._row(kind, job_id)
        if row["state"] == "InProgress":
            self._set(job_id, state="JobComplete")
        return self._shown(row)

    def _delete(self, kind: str, job_id: str) -> None:
        if self._row(kind, job_id)["state"] not in ENDED:
            raise Refusal(400, "INVALIDJOBSTATE", "a job is deleted once it has ended or was aborted")
        self._set(job_id, state=DELETED)

    def _upload(self, job_id: str, call: Call) -> None:
        row = self._require("ingest", job_id, "Open")
        if row["data"]:
            raise Refusal(
                400,
                "CLIENT_ERROR",
                f"Found multiple contents for job: <{job_id}>, please 'Close' / 'Abort' / 'Delete' the current Job "
                "then create a new Job and make sure you only do 'PUT' once on a given Job.",
            )
        self._set(job_id, data=call.body)

    def _move(self, kind: str, job_id: str, call: Call) -> dict:
        wanted = call.json().get("state")
        if wanted == "Aborted":
            if self._row(kind, job_id)["state"] not in ENDED:
                self._set(job_id, state="Aborted")
        elif wanted == "UploadComplete" and kind == "ingest":
            with self._state.transaction():
                self._carry_out(self._require(kind, job_id, "Open"), call)
        else:
            raise Refusal(400, "INVALIDJOBSTATE", f"a job cannot be set to {wanted}")
        return self._shown(self._row(kind, job_id)) | {"state": wanted}

    def _carry_out(self, row: dict, call: Call) -> None:
        account, head = self._access.sobject("Account"), json.loads(row["head"])
        form = (head["columnDelimiter"], head["lineEnding"])
        names, rows = read_rows(row["data"], form[0])
        try:
            check_columns(account, names)
        except Refusal as refusal:
            failed = json.dumps(head | {"errorMessage": f"{refusal.code} : {refusal.message}"})
            self._set(row["id"], state="Failed", head=failed)
            return
        quiet = Call(call.method, call.path, {}, {"sforce-auto-assign": "FALSE"}, "", call.user_id)
        done, failed = [], []
        for each in rows:
            record_id = id_of(each)
            try:
                self._rows.strike(record_id)
                record = self._rows.record(account, record_id)
                self._rows.change(account, record, self._rows.values(account, body_of(account, each)), quiet)
                done.append({"sf__Id": record_id, "sf__Created": "false", **each})
            except Refusal as refusal:
                error = f"{refusal.code}:{refusal.message}:{' '.join([*(refusal.fields or []), '--'])}"
                failed.append({"sf__Id": record_id, "sf__Error": error, **each})
        self._set(
            row["id"],
            state="InProgress",
            successful=written(["sf__Id", "sf__Created", *names], done, *form),
            failed=written(["sf__Id", "sf__Error", *names], failed, *form),
        )

    def _queried(self, body: dict, head: dict) -> tuple[str, int, str]:
        is_all = body["operation"] == "queryAll"
        query = parse(body.get("query", ""), self._state.clock.today(), is_all, self._access)
        if query.is_count or query.is_aggregate:
            raise Refusal(400, "API_ERROR", "Aggregate functions and GROUP BY are not supported in bulk queries")
        ids = [row[0] for row in self._state.rows(query.ids_sql, query.parameters)]
        rows = []
        for start in range(0, len(ids), PAGE):
            part = ids[start : start + PAGE]
            found = {row[0]: row for row in self._state.rows(query.page_sql(len(part)), part)}
            rows += [[cell(value) for value in query.values(found[each])] for each in part if each in found]
        records = [dict(zip(query.names, row, strict=True)) for row in rows]
        text = written(query.names, records, head["columnDelimiter"], head["lineEnding"])
        return query.sobject.name, len(rows), text

    def _query_results(self, job_id: str, call: Call) -> Reply:
        head, *lines = self._row("query", job_id)["data"].splitlines(keepends=True)
        start = int(call.parameters.get("locator") or 0)
        most = int(call.parameters.get("maxRecords") or MOST_ROWS)
        page, left = lines[start : start + most], len(lines) > start + most
        locator = str(start + most) if left else "null"
        return Reply(200, head + "".join(page), {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(page))})

    def _row(self, kind: str, job_id: str) -> dict:
        names = ("id", "kind", "state", "head", "data", "successful", "failed")
        sql = f"SELECT {', '.join(names)} FROM bulk_job WHERE id = ? AND kind = ? AND state != ?"
        found = self._state.rows(sql, (job_id, kind, DELETED))
        if not found:
            raise nothing_here()
        return dict(zip(names, found[0], strict=True))

    def _require(self, kind: str, job_id: str, state: str) -> dict:
        row = self._row(kind, job_id)
        if row["state"] != state:
            raise Refusal(400, "INVALIDJOBSTATE", f"the job is {row['state']}, not {state}")
        return row

    def _set(self, job_id: str, **values: str) -> None:
        if "head" not in values:
            values["head"] = self._state.rows("SELECT head FROM bulk_job WHERE id = ?", (job_id,))[0][0]
        stamp = {"systemModstamp": moment_text(self._state.clock.now())}
        values["head"] = json.dumps(json.loads(values["head"]) | stamp)
        assignments = ", ".join(f"{name} = ?" for name in values)
        self._state.execute(f"UPDATE bulk_job SET {assignments} WHERE id = ?", (*values.values(), job_id))

    def _shown(self, row: dict) -> dict:
        processed, failed = (max(0, row[name].count("\n") - 1) for name in ("successful", "failed"))
        figures = {"numberRecordsProcessed": processed + failed, "numberRecordsFailed": failed, "retries": 0}
        times = dict.fromkeys(("totalProcessingTime", "apiActiveProcessingTime", "apexProcessingTime"), 0)
        head = {name: value for name, value in json.loads(row["head"]).items() if name != "contentUrl"}
        content = json.loads(row["head"]).get("contentUrl")
        is_open = row["state"] == "Open" and content
        return {
            "id": row["id"],
            "state": row["state"],
            **figures,
            **times,
            **head,
            **({"contentUrl": content} if is_open else {}),
        }
