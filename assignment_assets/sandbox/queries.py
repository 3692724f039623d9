"""SOQL over the API: answers in pages of 2,000 or as asked, and the cursors that lead from page to page."""

import re
from dataclasses import dataclass

from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.rows import attributes
from assignment_assets.sandbox.soql import Query, parse
from assignment_assets.sandbox.state import OrgState

PAGE = 2_000
SMALLEST_PAGE = 200
BATCH_SIZE = re.compile(r"\bbatchsize\s*=\s*(\d+)", re.IGNORECASE)
MOST_CURSORS = 10


@dataclass(frozen=True)
class Cursor:
    """A query under way: the ids that it found when it was asked; values are those of the page's own moment."""

    query: Query
    ids: list[str]
    page: int


class Queries:
    """Answers queries; keeps the ten latest cursors, in memory as Salesforce keeps them for a while."""

    def __init__(self, state: OrgState, access: Access):
        self._state = state
        self._access = access
        self._cursors: dict[str, Cursor] = {}
        self._count = 0

    def ask(self, call: Call, resource: str, in_tooling: bool = False) -> Reply:
        """The first page of the query in parameter `q`; `resource` is `query` or `queryAll`.

        Aggregate queries give all their rows at once, at most 2,000.
        """
        text = call.parameters.get("q", "")
        query = parse(text, self._state.clock.today(), resource.lower() == "queryall", self._access, in_tooling)
        found = self._state.rows(query.ids_sql, query.parameters)
        if query.is_count:
            return Reply(200, {"totalSize": len(found), "done": True, "records": []})
        if query.is_aggregate:
            return Reply(200, _aggregated(query, found))
        cursor = Cursor(query, [row[0] for row in found], _page_size(call))
        if len(cursor.ids) <= cursor.page:
            return self._page(cursor, "", 0, call)
        self._count += 1
        locator = f"01g5g00000{self._count:08d}"
        self._cursors[locator] = cursor
        while len(self._cursors) > MOST_CURSORS:
            del self._cursors[next(iter(self._cursors))]
        return self._page(cursor, f"/{call.path.strip('/')}/{locator}", 0, call)

    def more(self, call: Call, name: str) -> Reply:
        """A later page: `name` is a cursor and the first row's number, such as `01g…-2000`."""
        locator, _, start = name.rpartition("-")
        if locator not in self._cursors or not start.isdigit():
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        base = call.path.strip("/").rpartition("/")[0]
        return self._page(self._cursors[locator], f"/{base}/{locator}", int(start), call)

    def _page(self, cursor: Cursor, url: str, start: int, call: Call) -> Reply:
        query, ids = cursor.query, cursor.ids[start : start + cursor.page]
        found = {row[0]: row for row in self._state.rows(query.page_sql(len(ids)), ids)}
        records = [
            query.record(found[record_id], lambda known, key: attributes(known, key, call))
            for record_id in ids
            if record_id in found
        ]
        is_done = start + cursor.page >= len(cursor.ids)
        body = {"totalSize": len(cursor.ids), "done": is_done, "records": records}
        return Reply(200, body if is_done else {**body, "nextRecordsUrl": f"{url}-{start + cursor.page}"})


def _page_size(call: Call) -> int:
    asked = BATCH_SIZE.search(call.headers.get("sforce-query-options", ""))
    return min(PAGE, max(SMALLEST_PAGE, int(asked[1]))) if asked else PAGE


def _aggregated(query: Query, rows: list[tuple]) -> dict:
    if len(rows) > PAGE:
        raise Refusal(
            500,
            "EXCEEDED_ID_LIMIT",
            "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
        )
    return {"totalSize": len(rows), "done": True, "records": [query.aggregate(row) for row in rows]}
