"""Growth Strategy's first page: every region that the signer may sign, and the held edits that wait for a decision."""

from typing import Literal

from starlette.responses import HTMLResponse, RedirectResponse, Response

from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.sign_off.decisions import ConflictDecision, HeldEditDecision
from assignment_assets.review_app.access import PageRefused
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.gate import gate_state_of
from assignment_assets.review_app.signing_view import SigningView, balances, signing_view_of, token_of
from assignment_assets.review_app.submissions import plain, send_decision
from assignment_assets.review_app.written import written

DECISIONS: dict[str, Literal["accept", "refuse"]] = {"accept": "accept", "refuse": "refuse"}
"""What the form says → what is signed."""


def show(request: PageRequest) -> Response:
    """The page."""
    request.note("viewed sign-offs", request.cycle)
    return HTMLResponse(_page(request))


def decide(request: PageRequest) -> Response:
    """Signs a decision on one held edit, or a severe conflict taken on, and sends it."""
    return _take_on(request) if "conflict" in request.form else _decide_edit(request)


def _take_on(request: PageRequest) -> Response:
    gate_state = gate_state_of(request.context.folder, request.cycle, SIGN_OFF_GATE.name, request.person, request.now)
    view = signing_view_of(request)
    conflict, note = request.one("conflict"), plain(request.one("note"))
    if conflict not in {row["conflict"] for row in view.severe}:
        raise PageRefused(404, "There is no such conflict in the regions that you sign.")
    token, fault = token_of(request)
    if not note:
        fault = "Say why the conflict is acceptable; nothing was signed."
    if fault:
        return HTMLResponse(_page(request, fault), 422)
    send_decision(
        request, ConflictDecision(request.cycle, gate_state.manifest.revision, conflict, request.person, note), token
    )
    return RedirectResponse(f"{request.home}?sent=1#receipts", 303)


def _decide_edit(request: PageRequest) -> Response:
    gate_state = gate_state_of(request.context.folder, request.cycle, SIGN_OFF_GATE.name, request.person, request.now)
    view = signing_view_of(request)
    named = request.one("receipt_no"), request.one("account_id"), request.one("rep_id")
    held = next((row for row in view.held if (str(row["receipt_no"]), row["account_id"], row["rep_id"]) == named), None)
    decision = DECISIONS.get(request.one("decision"))
    if held is None or decision is None:
        raise PageRefused(404, "There is no such held edit in the regions that you sign.")
    token, fault = token_of(request)
    if fault:
        return HTMLResponse(_page(request, fault), 422)
    send_decision(
        request,
        HeldEditDecision(
            request.cycle,
            gate_state.manifest.revision,
            held["receipt_no"],
            held["account_id"],
            held["rep_id"],
            decision,
            request.person,
            plain(request.one("note")),
        ),
        token,
    )
    return RedirectResponse(f"{request.home}?sent=1#receipts", 303)


def _page(request: PageRequest, fault: str = "") -> str:
    gate_state = gate_state_of(request.context.folder, request.cycle, SIGN_OFF_GATE.name, request.person, request.now)
    view: SigningView = signing_view_of(request)
    return request.render(
        "signer.html",
        gate_state=gate_state,
        view=view,
        fault=fault,
        even=balances(request, view.review, tuple(row["region"] for row in view.regions)),
        written=written(request, [row["region"] for row in view.regions]),
        is_sent=request.query.get("sent") == "1" and not fault,
    )
