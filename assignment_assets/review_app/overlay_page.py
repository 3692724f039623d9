"""The page of customer success and the other roles beside the owner, for their managers and their people."""

from starlette.responses import HTMLResponse, RedirectResponse, Response

from assignment_assets.domain.overlays.hand_overs import GIVEN, TAKEN
from assignment_assets.domain.overlays.roles import OWNER
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.hand_over_marks import mark, read_marks
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.review_app.access import PageRefused, sees_every_region
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.overlay_access import overlay_access
from assignment_assets.review_app.overlay_view import BAR, MOST_FOUND, MOST_ROWS, OverlayTables, OverlayView

LONGEST = 100
"""Letters that a search takes."""


def show(request: PageRequest) -> Response:
    """The page; `?find=` looks for accounts and opportunities, `?record=` shows who was on one."""
    view = _view(request)
    find, record = (request.query.get(name, "").strip()[:LONGEST] for name in ("find", "record"))
    folder = request.context.folder
    found = view.found(find) if find else []
    history = view.history(record) if record else []
    if record and not history:
        request.note("refused ownership history", record)
        raise PageRefused(404, "There is no such record among those of your roles.")
    request.note("viewed overlay roles", record or find or "all")
    differences, hand_overs = view.differences(), view.hand_overs(read_marks(folder))
    return HTMLResponse(
        request.render(
            "overlays.html",
            labels=view.access.managed | {OWNER: "owner"},
            managed=view.access.managed,
            names=view.names(),
            spread=view.spread(),
            workload=view.workload(),
            bar=BAR,
            differences=differences[:MOST_ROWS],
            difference_count=len(differences),
            open_differences=sum(not row["is_repaired"] and not row["is_on_purpose"] for row in differences),
            find=find,
            found=found[:MOST_FOUND],
            found_count=len(found),
            record=record,
            history=history,
            pod=view.pod(record) if record else [],
            hand_overs=hand_overs[:MOST_ROWS],
            hand_over_count=len(hand_overs),
            waiting=sum(not row["is_done"] for row in hand_overs),
            is_sent=request.query.get("sent") == "1",
        )
    )


def acknowledge(request: PageRequest) -> Response:
    """Writes down that the visitor has handed over, or has taken over."""
    folder, part, number = request.context.folder, request.one("part"), request.one("change_no")
    rows = {str(row["change_no"]): row for row in _view(request).hand_overs(read_marks(folder))}
    row = rows.get(number)
    if row is None or not {GIVEN: row["may_give"], TAKEN: row["may_take"]}.get(part, False):
        raise PageRefused(404, "There is no such hand-over that waits for you.")
    mark(folder, row["change_no"], part, request.person, request.now)
    request.note(f"hand-over {part}", number, what=row["account_id"])
    return RedirectResponse(f"{request.home}?sent=1#hand-overs", 303)


def _view(request: PageRequest) -> OverlayView:
    folder = request.context.folder

    def read(table: Table[F]) -> F:
        return read_overlays(folder, table)

    person = request.person
    return OverlayView(OverlayTables.read(read), overlay_access(folder, person, sees_every_region(person)))
