"""The page of customer success and the other roles beside the owner, for their managers and their people."""

from starlette.responses import HTMLResponse, RedirectResponse, Response

from assignment_assets.domain.overlays.hand_overs import GIVEN, TAKEN
from assignment_assets.domain.overlays.manager_answers import ACCEPTED, REFUSED
from assignment_assets.domain.overlays.roles import OWNER
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.overlay_words import answer, mark, read_answers, read_marks
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
        raise PageRefused(404, "There is no such record among those of your roles. Go back and find it by its name.")
    request.note("viewed overlay roles", record or find or "all")
    differences, hand_overs = view.differences(), view.hand_overs(read_marks(folder))
    proposal = view.proposal(read_answers(folder))
    unanswered = [row for row in proposal if not row["answer"]]
    answers = [row for row in proposal if row["answer"]]
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
            proposal=unanswered[:MOST_ROWS] + answers[:MOST_ROWS],
            unanswered_count=len(unanswered),
            unanswered_shown=len(unanswered[:MOST_ROWS]),
            find=find,
            found=found[:MOST_FOUND],
            found_count=len(found),
            record=record,
            record_name=view.record_name(record) if record else "",
            compared_at=view.compared_at(),
            history=history,
            pod=view.pod(record) if record else [],
            hand_overs=hand_overs[:MOST_ROWS],
            hand_over_count=len(hand_overs),
            waiting=sum(not row["is_done"] for row in hand_overs),
            sent=request.query.get("sent", ""),
        )
    )


def take(request: PageRequest) -> Response:
    """Takes the page's forms: an answer to a row of the proposal, or that something was handed over."""
    return _answer(request) if "answer" in request.form else _acknowledge(request)


def _answer(request: PageRequest) -> Response:
    folder, said = request.context.folder, request.one("answer")
    named = tuple(request.one(name) for name in ("role", "account_id", "person_id"))
    rows = _view(request).proposal(read_answers(folder))
    waiting = {(row["role"], row["account_id"], row["person_id"]) for row in rows if row["may_answer"]}
    if named not in waiting or said not in (ACCEPTED, REFUSED):
        raise PageRefused(404, "There is no such row in the proposal any more: it was drawn anew. Open the page again.")
    role, account_id, person_id = named
    answer(folder, role, account_id, person_id, said, request.person, request.now)
    request.note(f"proposal {said}", account_id, what=f"{role} {person_id}")
    return RedirectResponse(f"{request.home}?sent=answer#next", 303)


def _acknowledge(request: PageRequest) -> Response:
    folder, part, number = request.context.folder, request.one("part"), request.one("change_no")
    rows = {str(row["change_no"]): row for row in _view(request).hand_overs(read_marks(folder))}
    row = rows.get(number)
    if row is None or not {GIVEN: row["may_give"], TAKEN: row["may_take"]}.get(part, False):
        raise PageRefused(404, "There is no such hand-over that waits for you.")
    mark(folder, row["change_no"], part, request.person, request.now)
    request.note(f"hand-over {part}", number, what=row["account_id"])
    return RedirectResponse(f"{request.home}?sent=hand-over#hand-overs", 303)


def _view(request: PageRequest) -> OverlayView:
    folder = request.context.folder

    def read(table: Table[F]) -> F:
        return read_overlays(folder, table)

    person = request.person
    return OverlayView(OverlayTables.read(read), overlay_access(folder, person, sees_every_region(person)))
