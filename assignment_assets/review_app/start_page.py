"""What the cycle started from, for Growth Strategy: the figures of the sources, beside the previous cycle's."""

from starlette.responses import HTMLResponse, Response

from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.sources.profile_table import StartInput
from assignment_assets.domain.tables import ACCOUNTS, REPS, SOURCE_CHANGES, SOURCE_EXCEPTIONS, SOURCE_PROFILE
from assignment_assets.report.source_page import cycle_page_html
from assignment_assets.review_app.access import PageRefused
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.gate import gate_state_of
from assignment_assets.review_app.report_page import POLICY

SHOWN = (SOURCE_PROFILE, SOURCE_CHANGES, SOURCE_EXCEPTIONS, ACCOUNTS, REPS)


def show(request: PageRequest) -> Response:
    """The page, one file as `assignment source look --html` writes it; 404 where the cycle kept no figures."""
    gate_state_of(request.context.folder, request.cycle, SIGN_OFF_GATE.name, request.person, request.now)
    cache = request.context.cache

    def draw() -> str:
        return cycle_page_html(request.cycle, StartInput.read(cache, request.cycle))

    text = cache.drawn(("started from", request.cycle), request.cycle, SHOWN, draw)
    if not text:
        raise PageRefused(404, "This cycle was opened by an earlier release, which kept no figures of its sources.")
    request.note("viewed sources", request.cycle)
    return HTMLResponse(text, headers={"content-security-policy": POLICY})
