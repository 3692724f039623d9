"""One region before it is signed: balance before, as proposed and after people's edits, who edited what, every move."""

import polars as pl
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assignment_assets.domain.sign_off.decisions import SignOff
from assignment_assets.domain.tables import CERTIFICATE
from assignment_assets.report.balance import balance
from assignment_assets.report.books import MEASURES
from assignment_assets.report.wording import MEASURE_WORDS
from assignment_assets.review_app.access import Refused
from assignment_assets.review_app.context import Call
from assignment_assets.review_app.director_page import cards, region_map
from assignment_assets.review_app.gate import standing_of
from assignment_assets.review_app.signing_view import SigningDesk, books_now, moves_of, signing_desk_of, token_of
from assignment_assets.review_app.submissions import plain, send_decision

MOVES_A_PAGE = 100
STATES = ("before", "proposed", "reviewed")


def show(call: Call) -> Response:
    """The region as it stands, with the form that signs it."""
    desk, region = _opened(call)
    call.note("viewed region", region["region"], region["digest"])
    return HTMLResponse(_page(call, desk, region))


def sign(call: Call) -> Response:
    """Signs what the page showed: refused where the region changed since, or the token is another's."""
    desk, region = _opened(call)
    decision = call.one("decision")
    if decision not in ("approve", "reject"):
        return HTMLResponse(_page(call, desk, region, "Choose approve or reject."), 422)
    if call.one("digest") != region["digest"]:
        fault = "This region has changed since you looked at it. Look at it again below, then sign."
        return HTMLResponse(_page(call, desk, region, fault), 409)
    if decision == "approve" and region["held_count"]:
        fault = f"{region['held_count']} held edits wait for a decision. Decide them first."
        return HTMLResponse(_page(call, desk, region, fault), 422)
    severe = [row for row in desk.severe if row["region"] == region["region"]]
    if decision == "approve" and severe and call.house.config(call.cycle).severe_conflicts_block:
        return HTMLResponse(
            _page(
                call,
                desk,
                region,
                f"{len(severe)} severe conflicts wait for somebody to take them on. Resolve them first.",
            ),
            422,
        )
    token, fault = token_of(call)
    if fault:
        return HTMLResponse(_page(call, desk, region, fault), 422)
    send_decision(
        call,
        SignOff(
            call.cycle,
            region["revision"],
            region["region"],
            region["digest"],
            decision,
            call.person,
            plain(call.one("note")),
        ),
        token,
    )
    return RedirectResponse(f"{call.home}?sent=1#receipts", 303)


def picture(call: Call) -> Response:
    """The map of the region's reps, before and after people's edits."""
    desk, region = _opened(call)
    return region_map(
        call, desk.review, [region["region"]], books_now(call).select("account_id", owner="reviewed_owner_id")
    )


def _opened(call: Call) -> tuple[SigningDesk, dict]:
    standing_of(call.house.folder, call.cycle, "sign_offs", call.person, call.now)
    desk = signing_desk_of(call)
    region = desk.region(call.path["region"])
    if region is None:
        call.note("refused region", call.path["region"][:100])
        raise Refused(404, "There is no such region among those that you sign.")
    return desk, region


def _page(call: Call, desk: SigningDesk, region: dict, fault: str = "") -> str:
    standing = standing_of(call.house.folder, call.cycle, "sign_offs", call.person, call.now)
    name, review, reviewed = region["region"], desk.review, books_now(call)
    summary = review.summary(reviewed.select("account_id", rep_id="reviewed_owner_id"))
    proposed = review.summary(review.rows.select("account_id", rep_id="new_owner_id"))
    mine = summary.filter(pl.col("region") == name).sort("name")
    as_proposed = {row["rep_id"]: row for row in proposed.to_dicts()}
    moves = moves_of(call, review, name)
    number = _page_number(call.query.get("page", "1"), moves.height)
    edits = [row for row in desk.edits if name in row["touched"]]
    lines = call.table(CERTIFICATE).filter(pl.col("state").is_null() | (pl.col("state") == ""))
    return call.render(
        "region.html",
        standing=standing,
        region=region,
        fault=fault,
        books=mine.to_dicts(),
        as_proposed=as_proposed,
        cards=cards(review, [name], mine, reviewed),
        balance=_balance(desk, name, reviewed),
        edits=edits,
        held=[row for row in desk.held if name in row["touched"]],
        drift=desk.drift,
        lines=lines.to_dicts(),
        conflicts=[row for row in desk.conflicts if row["region"] == name],
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


def _balance(desk: SigningDesk, region: str, reviewed: pl.DataFrame) -> list[dict]:
    """A row a measure: what sits above a fair share, before, as proposed, after people's edits."""
    even = balance(desk.review.owned(reviewed), desk.review.measured([region]))
    rows = []
    for measure in MEASURES:
        mine = even.filter(pl.col("measure") == measure)
        shares = dict(mine.select("book_state", "hoover_pct").iter_rows())
        rows.append({"measure": MEASURE_WORDS[measure], **{state: shares.get(state) for state in STATES}})
    return rows


def _authors(edits: list[dict]) -> list[dict]:
    """Who edited how much, and what became of it."""
    counted: dict[str, dict] = {}
    for row in edits:
        author = counted.setdefault(
            row["director"], {"director": row["director"], "accepted": 0, "refused": 0, "held": 0}
        )
        author[row["verdict"]] += 1
    return sorted(counted.values(), key=lambda author: author["director"])
