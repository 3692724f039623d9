"""A region's report: the file that `assignment report ID --region R` writes, made when it is asked for."""

from starlette.responses import HTMLResponse, Response

from assignment_assets.domain.tables import TABLES
from assignment_assets.io.published_cycle import status_of, tables_of
from assignment_assets.report.cycle_report import render
from assignment_assets.report.drive_minutes import with_minutes
from assignment_assets.report.front_view import policy
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.region import of_region, regions
from assignment_assets.review_app.access import Refused
from assignment_assets.review_app.context import Call
from assignment_assets.review_app.gate import standing_of
from assignment_assets.review_app.review_view import desk_of
from assignment_assets.review_app.signing_view import signing_desk_of

POLICY = f"{policy()}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"


def of_director(call: Call) -> Response:
    """The report of one of the director's own regions; 404 for any other."""
    standing_of(call.house.folder, call.cycle, "review_edits", call.person, call.now)
    return _report(call, desk_of(call).regions_of(call.person))


def of_signer(call: Call) -> Response:
    """The report of a region that the signer may sign; 404 for any other."""
    standing_of(call.house.folder, call.cycle, "sign_offs", call.person, call.now)
    return _report(call, [row["region"] for row in signing_desk_of(call).regions])


def _report(call: Call, allowed: list[str]) -> Response:
    region, folder = call.path["region"], call.house.folder

    def draw() -> str:
        state = status_of(folder, call.cycle, call.now).state
        whole = ReportInput(call.cycle, tables_of(folder, call.cycle), state)
        return render(with_minutes(of_region(whole, region))) if region in regions(whole) else ""

    text = (
        call.house.shelf.drawn(("report", region), call.cycle, tuple(TABLES.values()), draw)
        if region in allowed
        else ""
    )
    if not text:
        call.note("refused report", region[:100])
        raise Refused(404, "There is no such report among those of your regions.")
    call.note("viewed report", region)
    return HTMLResponse(text, headers={"content-security-policy": POLICY})
