"""The review pages as one application: which path leads to which page, and what happens to every request."""

from collections.abc import Callable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from assignment_assets.domain.errors import AssignmentError
from assignment_assets.domain.gate import LOCK_GATE, REVIEW_GATE, SIGN_OFF_GATE
from assignment_assets.domain.identity.links import OVERLAYS, ROUTING
from assignment_assets.io.durable import locked
from assignment_assets.review_app import (
    book_page,
    director_page,
    overlay_page,
    region_page,
    rep_page,
    report_page,
    routing_page,
    signer_page,
    start_page,
)
from assignment_assets.review_app.access import PageRefused, enter, keep, place_of, require_form_secret, session_of
from assignment_assets.review_app.context import AppContext, PageRequest
from assignment_assets.review_app.forms import read_form
from assignment_assets.review_app.guards import RateLimit, SecurityHeaders

Page = Callable[[PageRequest], Response]
STATIC = {"app.css": "text/css", "app.js": "text/javascript", "icon.svg": "image/svg+xml"}
FIRST: dict[str, tuple[Page, Page]] = {
    LOCK_GATE.role: (rep_page.show, rep_page.submit),
    REVIEW_GATE.role: (director_page.show, director_page.submit),
    SIGN_OFF_GATE.role: (signer_page.show, signer_page.decide),
    ROUTING: (routing_page.show, routing_page.refuse),
    OVERLAYS: (overlay_page.show, overlay_page.take),
}
"""Role → its first page, and what takes that page's form."""


def application(context: AppContext) -> Starlette:
    """The pages over one data folder."""
    limit = RateLimit(context.pages.requests_a_minute)
    is_https = context.pages.url.startswith("https:")

    def route(path: str, show: Page, take: Page | None = None) -> Route:
        async def endpoint(request: Request) -> Response:
            page = take if take is not None and request.method == "POST" else show
            return await _answer(context, limit, request, page)

        methods = ["GET", *(["POST"] if take else [])]
        return Route(path, endpoint, methods=methods)

    async def door(request: Request) -> Response:
        # Behind one proxy or office network all come from one address: it only limits links that do not open.
        now, busy = context.clock(), "Too many requests. Wait a minute and open the link again."
        try:
            granted, cookie = enter(context.key, request.query_params.get("k", ""), now)
        except PageRefused as error:
            is_allowed = limit.allows(_address(request))
            return _message(context, error.status, str(error)) if is_allowed else _message(context, 429, busy)
        if not limit.allows(f"{granted.role} {granted.cycle} {granted.person}"):
            return _message(context, 429, busy)
        response = RedirectResponse(place_of(granted.role, granted.cycle), 303)
        keep(response, cookie, granted, now, is_https)
        return response

    async def welcome(request: Request) -> Response:
        return _message(
            context,
            200,
            "These pages open with a personal link. Use the link that was sent to you; if you "
            "have none, ask Growth Strategy.",
            "Account assignment",
        )

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in STATIC:
            return _message(context, 404, "There is no such page.")
        content = files("assignment_assets.review_app").joinpath("static", name).read_bytes()
        return Response(content, media_type=STATIC[name], headers={"cache-control": "max-age=300"})

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _message(context, status, "There is no such page." if status == 404 else "That cannot be done here.")

    return Starlette(
        routes=[
            Route("/", welcome),
            Route("/health", lambda request: PlainTextResponse("ok\n")),
            Route("/in", door),
            Route("/static/{name}", static),
            route("/{cycle}/{role:str}", _first(0), _first(1)),
            route("/{cycle}/{role}/book/{rep_id}", book_page.show, book_page.save),
            route("/{cycle}/{role}/map.png", director_page.picture),
            route("/{cycle}/{role}/started-from", start_page.show),
            route("/{cycle}/{role}/report/{region:path}", report_page.of_director),
            route("/{cycle}/{role}/region/{region:path}/map.png", region_page.picture),
            route("/{cycle}/{role}/region/{region:path}/report", report_page.of_signer),
            route("/{cycle}/{role}/region/{region:path}", region_page.show, region_page.sign),
        ],
        middleware=[Middleware(SecurityHeaders, is_https=is_https)],
        exception_handlers={404: refused, 405: refused},
    )


ROLE_OF: dict[Page, str] = {
    book_page.show: REVIEW_GATE.role,
    book_page.save: REVIEW_GATE.role,
    director_page.picture: REVIEW_GATE.role,
    report_page.of_director: REVIEW_GATE.role,
    start_page.show: SIGN_OFF_GATE.role,
    region_page.show: SIGN_OFF_GATE.role,
    region_page.sign: SIGN_OFF_GATE.role,
    region_page.picture: SIGN_OFF_GATE.role,
    report_page.of_signer: SIGN_OFF_GATE.role,
}
"""Which role a page below the first one belongs to."""


def _first(which: int) -> Page:
    def page(page_request: PageRequest) -> Response:
        return FIRST[page_request.session.granted.role][which](page_request)

    return page


async def _answer(context: AppContext, limit: RateLimit, request: Request, page: Page) -> Response:
    now = context.clock()
    try:
        session = session_of(request, context.key, now, context.pages, context.folder)
        granted = session.granted
        if not limit.allows(f"{granted.role} {granted.cycle} {granted.person}"):
            raise PageRefused(429, "Too many requests. Wait a minute and try again.")
        if ROLE_OF.get(page, granted.role) != granted.role:
            raise PageRefused(404, "There is no such page.")
        form = await read_form(request) if request.method == "POST" else {}
        if request.method == "POST":
            require_form_secret(session, form.get("form_secret", [""])[0])
        page_request = PageRequest(context, session, now, dict(request.path_params), request.query_params, form)
        response = await run_in_threadpool(_one_at_a_time if form else _at_once, page, page_request)
    except PageRefused as error:
        if error.status in (403, 429) and not limit.allows(_address(request)):
            return _message(context, 429, "Too many requests. Wait a minute and try again.")
        return _message(context, error.status, str(error))
    except AssignmentError as error:
        return _message(context, 409, str(error))
    if context.pages.person_header:
        keep(response, session.cookie, granted, now, context.pages.url.startswith("https:"))
    return response


def _at_once(page: Page, page_request: PageRequest) -> Response:
    return page(page_request)


def _one_at_a_time(page: Page, page_request: PageRequest) -> Response:
    """One person's forms wait for each other, also across processes; different people's do not."""
    path = page_request.context.folder.root / "drafts" / page_request.cycle / page_request.person / ".lock"
    with locked(path):
        return page(page_request)


def _message(context: AppContext, status: int, sentence: str, title: str = "") -> HTMLResponse:
    titles = {
        403: "This does not open",
        404: "There is no such page",
        409: "That has changed meanwhile",
        429: "A moment, please",
    }
    text = context.templates.get_template("message.html").render(
        title=title or titles.get(status, "That did not work"), sentence=sentence
    )
    headers = {"retry-after": "60"} if status == 429 else {}
    return HTMLResponse(text, status, headers)


def _address(request: Request) -> str:
    return f"address {request.client.host if request.client else ''}"
