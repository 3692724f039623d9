"""Growth Strategy's first page: every region that the signer may sign, and the held edits that wait for a decision."""

from starlette.responses import HTMLResponse, RedirectResponse, Response

from assignment_assets.domain.sign_off.decisions import ConflictDecision, HeldEditDecision
from assignment_assets.review_app.access import Refused
from assignment_assets.review_app.context import Call
from assignment_assets.review_app.gate import standing_of
from assignment_assets.review_app.signing_view import SigningDesk, balances, signing_desk_of, token_of
from assignment_assets.review_app.submissions import plain, send_decision


def show(call: Call) -> Response:
    """The page."""
    call.note("viewed sign-offs", call.cycle)
    return HTMLResponse(_page(call))


def decide(call: Call) -> Response:
    """Signs a decision on one held edit, or a severe conflict taken on, and sends it."""
    return _take_on(call) if "conflict" in call.form else _decide_edit(call)


def _take_on(call: Call) -> Response:
    standing = standing_of(call.house.folder, call.cycle, "sign_offs", call.person, call.now)
    desk = signing_desk_of(call)
    conflict, note = call.one("conflict"), plain(call.one("note"))
    if conflict not in {row["conflict"] for row in desk.severe}:
        raise Refused(404, "There is no such conflict in the regions that you sign.")
    token, fault = token_of(call)
    if not note:
        fault = "Say why the conflict is acceptable; nothing was signed."
    if fault:
        return HTMLResponse(_page(call, fault), 422)
    send_decision(call, ConflictDecision(call.cycle, standing.manifest.revision, conflict, call.person, note), token)
    return RedirectResponse(f"{call.home}?sent=1#receipts", 303)


def _decide_edit(call: Call) -> Response:
    standing = standing_of(call.house.folder, call.cycle, "sign_offs", call.person, call.now)
    desk = signing_desk_of(call)
    named = call.one("receipt_no"), call.one("account_id"), call.one("rep_id")
    held = next((row for row in desk.held if (str(row["receipt_no"]), row["account_id"], row["rep_id"]) == named), None)
    decision = call.one("decision")
    if held is None or decision not in ("accept", "refuse"):
        raise Refused(404, "There is no such held edit in the regions that you sign.")
    token, fault = token_of(call)
    if fault:
        return HTMLResponse(_page(call, fault), 422)
    send_decision(
        call,
        HeldEditDecision(
            call.cycle,
            standing.manifest.revision,
            held["receipt_no"],
            held["account_id"],
            held["rep_id"],
            decision,
            call.person,
            plain(call.one("note")),
        ),
        token,
    )
    return RedirectResponse(f"{call.home}?sent=1#receipts", 303)


def _page(call: Call, fault: str = "") -> str:
    standing = standing_of(call.house.folder, call.cycle, "sign_offs", call.person, call.now)
    desk: SigningDesk = signing_desk_of(call)
    return call.render(
        "signer.html",
        standing=standing,
        desk=desk,
        fault=fault,
        even=balances(call, desk.review, tuple(row["region"] for row in desk.regions)),
        is_sent=call.query.get("sent") == "1" and not fault,
    )
