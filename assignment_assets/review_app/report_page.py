"""A region's report: the file that `assignment report ID --region R` writes, made when it is asked for."""

from starlette.responses import HTMLResponse, Response

from assignment_assets.domain.gate import REVIEW_GATE, SIGN_OFF_GATE
from assignment_assets.domain.tables import TABLES
from assignment_assets.io.published_cycle import status_of, tables_of
from assignment_assets.report.cycle_report import render
from assignment_assets.report.drive_minutes import with_minutes
from assignment_assets.report.front_view import policy
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.region import of_region, regions
from assignment_assets.review_app.access import PageRefused
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.gate import gate_state_of
from assignment_assets.review_app.review_view import desk_of
from assignment_assets.review_app.signing_view import signing_view_of

POLICY = f"{policy()}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"


def of_director(request: PageRequest) -> Response:
    """The report of one of the director's own regions; 404 for any other."""
    gate_state_of(request.context.folder, request.cycle, REVIEW_GATE.name, request.person, request.now)
    return _report(request, desk_of(request).regions_of(request.person))


def of_signer(request: PageRequest) -> Response:
    """The report of a region that the signer may sign; 404 for any other."""
    gate_state_of(request.context.folder, request.cycle, SIGN_OFF_GATE.name, request.person, request.now)
    return _report(request, [row["region"] for row in signing_view_of(request).regions])


def _report(request: PageRequest, allowed: list[str]) -> Response:
    region, folder = request.path["region"], request.context.folder

    def draw() -> str:
        state = status_of(folder, request.cycle, request.now).state
        whole = ReportInput(request.cycle, tables_of(folder, request.cycle), state)
        return render(with_minutes(of_region(whole, region))) if region in regions(whole) else ""

    text = (
        request.context.cache.drawn(("report", region), request.cycle, tuple(TABLES.values()), draw)
        if region in allowed
        else ""
    )
    if not text:
        request.note("refused report", region[:100])
        raise PageRefused(404, "There is no such report among those of your regions.")
    request.note("viewed report", region)
    return HTMLResponse(text, headers={"content-security-policy": POLICY})
