"""SOQL over the API: answers in pages of 2,000, and the cursors that lead from page to page."""

from dataclasses import dataclass

from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.rows import attributes
from assignment_assets.sandbox.soql import Query, parse
from assignment_assets.sandbox.state import OrgState
from assignment_assets.sandbox.values import shown

PAGE = 2_000
MOST_CURSORS = 10


@dataclass(frozen=True)
class Cursor:
    """A query under way: the ids that it found when it was asked; values are those of the page's own moment."""

    query: Query
    ids: list[str]


class Queries:
    """Answers queries; keeps the ten latest cursors, in memory as Salesforce keeps them for a while."""

    def __init__(self, state: OrgState):
        self._state = state
        self._cursors: dict[str, Cursor] = {}
        self._count = 0

    def ask(self, call: Call, resource: str) -> Reply:
        """The first page of the query in parameter `q`; `resource` is `query` or `queryAll`."""
        query = parse(call.parameters.get("q", ""), self._state.clock.today(), resource.lower() == "queryall")
        ids = [row[0] for row in self._state.rows(query.ids_sql, query.parameters)]
        if query.is_count:
            return Reply(200, {"totalSize": len(ids), "done": True, "records": []})
        cursor = Cursor(query, ids)
        if len(ids) <= PAGE:
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
        query, ids = cursor.query, cursor.ids[start : start + PAGE]
        names = [field.name for field in query.fields]
        found = self._state.records(query.sobject, ids, names)
        records = [
            {
                "attributes": attributes(query.sobject, record_id, call),
                **{
                    field.name: shown(field, value) for field, value in zip(query.fields, found[record_id], strict=True)
                },
            }
            for record_id in ids
            if record_id in found
        ]
        is_done = start + PAGE >= len(cursor.ids)
        body = {"totalSize": len(cursor.ids), "done": is_done, "records": records}
        return Reply(200, body if is_done else {**body, "nextRecordsUrl": f"{url}-{start + PAGE}"})
