"""One region before it is signed: balance before, as proposed and after people's edits, who edited what, every move."""

from typing import Any, Literal

import polars as pl
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.sign_off.decisions import SignOff
from assignment_assets.domain.tables import CERTIFICATE
from assignment_assets.report.balance import balance
from assignment_assets.report.books import MEASURES
from assignment_assets.report.wording import MEASURE_WORDS
from assignment_assets.review_app.access import PageRefused
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.director_page import cards, region_map
from assignment_assets.review_app.gate import gate_state_of
from assignment_assets.review_app.signing_view import SigningView, books_now, moves_of, signing_view_of, token_of
from assignment_assets.review_app.submissions import plain, send_decision

MOVES_A_PAGE = 100
STATES = ("before", "proposed", "reviewed")

DECISIONS: dict[str, Literal["approve", "reject"]] = {"approve": "approve", "reject": "reject"}
"""What the form says → what is signed."""


def show(request: PageRequest) -> Response:
    """The region as it stands, with the form that signs it."""
    view, region = _opened(request)
    request.note("viewed region", region["region"], region["digest"])
    return HTMLResponse(_page(request, view, region))


def sign(request: PageRequest) -> Response:
    """Signs what the page showed: refused where the region changed since, or the token is another's."""
    view, region = _opened(request)
    decision = DECISIONS.get(request.one("decision"))
    if decision is None:
        return HTMLResponse(_page(request, view, region, "Choose approve or reject."), 422)
    if request.one("digest") != region["digest"]:
        fault = "This region has changed since you looked at it. Look at it again below, then sign."
        return HTMLResponse(_page(request, view, region, fault), 409)
    if decision == "approve" and region["held_count"]:
        fault = f"{region['held_count']} held edits wait for a decision. Decide them first."
        return HTMLResponse(_page(request, view, region, fault), 422)
    severe = [row for row in view.severe if row["region"] == region["region"]]
    if decision == "approve" and severe and request.context.config(request.cycle).severe_conflicts_block:
        return HTMLResponse(
            _page(
                request,
                view,
                region,
                f"{len(severe)} severe conflicts wait for somebody to take them on. Resolve them first.",
            ),
            422,
        )
    token, fault = token_of(request)
    if fault:
        return HTMLResponse(_page(request, view, region, fault), 422)
    send_decision(
        request,
        SignOff(
            request.cycle,
            region["revision"],
            region["region"],
            region["digest"],
            decision,
            request.person,
            plain(request.one("note")),
        ),
        token,
    )
    return RedirectResponse(f"{request.home}?sent=1#receipts", 303)


def picture(request: PageRequest) -> Response:
    """The map of the region's reps, before and after people's edits."""
    view, region = _opened(request)
    return region_map(
        request, view.review, [region["region"]], books_now(request).select("account_id", owner="reviewed_owner_id")
    )


def _opened(request: PageRequest) -> tuple[SigningView, dict[str, Any]]:
    gate_state_of(request.context.folder, request.cycle, SIGN_OFF_GATE.name, request.person, request.now)
    view = signing_view_of(request)
    region = view.region(request.path["region"])
    if region is None:
        request.note("refused region", request.path["region"][:100])
        raise PageRefused(404, "There is no such region among those that you sign.")
    return view, region


def _page(request: PageRequest, view: SigningView, region: dict[str, Any], fault: str = "") -> str:
    gate_state = gate_state_of(request.context.folder, request.cycle, SIGN_OFF_GATE.name, request.person, request.now)
    name, review, reviewed = region["region"], view.review, books_now(request)
    summary = review.summary(reviewed.select("account_id", rep_id="reviewed_owner_id"))
    proposed = review.summary(review.rows.select("account_id", rep_id="new_owner_id"))
    mine = summary.filter(pl.col("region") == name).sort("name")
    as_proposed = {row["rep_id"]: row for row in proposed.to_dicts()}
    moves = moves_of(request, name)
    number = _page_number(request.query.get("page", "1"), moves.height)
    edits = [row for row in view.edits if name in row["touched"]]
    lines = request.table(CERTIFICATE).filter(pl.col("state").is_null() | (pl.col("state") == ""))
    return request.render(
        "region.html",
        gate_state=gate_state,
        region=region,
        fault=fault,
        books=mine.to_dicts(),
        as_proposed=as_proposed,
        cards=cards(review, [name], mine, reviewed),
        balance=_balance(view, name, reviewed),
        edits=edits,
        held=[row for row in view.held if name in row["touched"]],
        drift=view.drift,
        lines=lines.to_dicts(),
        conflicts=[row for row in view.conflicts if row["region"] == name],
        moves=moves.slice((number - 1) * MOVES_A_PAGE, MOVES_A_PAGE).to_dicts(),
        move_total=moves.height,
        page=number,
        pages=_num_pages(moves.height),
        authors=_authors(edits),
    )


def _num_pages(count: int) -> int:
    return max(1, -(-count // MOVES_A_PAGE))


def _page_number(text: str, count: int) -> int:
    return min(max(1, int(text)), _num_pages(count)) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _balance(view: SigningView, region: str, reviewed: pl.DataFrame) -> list[dict[str, Any]]:
    """A row a measure: what sits above a fair share, before, as proposed, after people's edits."""
    even = balance(view.review.owned(reviewed), view.review.measured([region]))
    rows = []
    for measure in MEASURES:
        mine = even.filter(pl.col("measure") == measure)
        shares = dict(mine.select("book_state", "imbalance_pct").iter_rows())
        rows.append({"measure": MEASURE_WORDS[measure], **{state: shares.get(state) for state in STATES}})
    return rows


def _authors(edits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who edited how much, and what became of it."""
    counted: dict[str, dict[str, Any]] = {}
    for row in edits:
        author = counted.setdefault(
            row["director"], {"director": row["director"], "accepted": 0, "refused": 0, "held": 0}
        )
        author[row["verdict"]] += 1
    return sorted(counted.values(), key=lambda author: author["director"])
