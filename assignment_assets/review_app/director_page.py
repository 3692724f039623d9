"""A director's first page: their reps before and after, the changes made so far, and the button that sends them."""

from typing import Any

import polars as pl
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assignment_assets.domain.gate import REVIEW_GATE
from assignment_assets.domain.tables import EDIT_VERDICTS, SOURCE_EXCEPTIONS
from assignment_assets.io.workbooks.packets import EDIT_REASONS
from assignment_assets.report.balance import balance
from assignment_assets.report.pictures.map import map_before_after
from assignment_assets.review_app.access import PageRefused
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.drafts import forget_draft, read_draft, save_draft
from assignment_assets.review_app.gate import GateState, gate_state_of, require_open
from assignment_assets.review_app.review_view import TABLES, ReviewView, desk_of, provisional, to_you
from assignment_assets.review_app.submissions import send_review
from assignment_assets.review_app.written import written


def show(request: PageRequest) -> Response:
    """The page, with the changes as the director left them."""
    gate_state = gate_state_of(request.context.folder, request.cycle, REVIEW_GATE.name, request.person, request.now)
    request.note("viewed review", ", ".join(desk_of(request).regions_of(request.person)))
    return HTMLResponse(_page(request, gate_state))


def submit(request: PageRequest) -> Response:
    """Sends the changes like a returned workbook, takes one of them back, or forgets what is not sent."""
    gate_state = gate_state_of(request.context.folder, request.cycle, REVIEW_GATE.name, request.person, request.now)
    require_open(gate_state)
    if request.one("last_no") != str(gate_state.last_no):
        return HTMLResponse(
            _page(request, gate_state, "Your review was sent from elsewhere meanwhile. Look at it again."), 409
        )
    edits, _ = read_draft(request, gate_state)
    action = request.one("action")
    if action == "forget":
        forget_draft(request, gate_state)
        return RedirectResponse(request.home, 303)
    if action.startswith("remove:"):
        kept = [edit for edit in edits if action != f"remove:{edit['edit_kind']}:{edit['account_id']}:{edit['rep_id']}"]
        if len(kept) == len(edits):
            raise PageRefused(404, "There is no such change.")
        save_draft(request, gate_state, kept)
        return RedirectResponse(f"{request.home}#changes", 303)
    if action != "send":
        raise PageRefused(404, "There is no such page.")
    send_review(request, gate_state, edits)
    forget_draft(request, gate_state)
    return RedirectResponse(f"{request.home}?sent=1#receipts", 303)


def picture(request: PageRequest) -> Response:
    """The map of the director's reps, before and as proposed."""
    gate_state_of(request.context.folder, request.cycle, REVIEW_GATE.name, request.person, request.now)
    view = desk_of(request)
    return region_map(
        request, view, view.regions_of(request.person), view.rows.select("account_id", owner="new_owner_id")
    )


def region_map(request: PageRequest, view: ReviewView, regions: list[str], after: pl.DataFrame) -> Response:
    """Accounts that the regions' reps own before or after, as a picture; `after`: account_id and owner."""

    def draw() -> bytes:
        reps = view.measured(regions)
        owned = view.owned(after.select("account_id", reviewed_owner_id="owner"))
        mine = reps["rep_id"].implode()
        return map_before_after(
            owned.filter(pl.col("before").is_in(mine) | pl.col("after").is_in(mine)), reps, is_zoomed=True
        )

    name = "map", request.session.granted.role, tuple(regions), after.hash_rows().sum()
    content = request.context.cache.drawn(name, request.cycle, TABLES, draw)
    return Response(content, media_type="image/png", headers={"cache-control": "private, max-age=600"})


def _page(request: PageRequest, gate_state: GateState, fault: str = "") -> str:
    view = desk_of(request)
    regions = view.regions_of(request.person)
    edits, is_unsent = read_draft(request, gate_state)
    seen = provisional(request, gate_state, view, edits)
    reviewed = seen.verdicts.reviewed_books
    summary = (
        view.summary(reviewed.select("account_id", rep_id="reviewed_owner_id"))
        .filter(pl.col("region").is_in(regions))
        .sort("name")
    )
    final = request.table(EDIT_VERDICTS).filter(pl.col("director") == request.person)
    shown = {(edit["edit_kind"], edit["rep_id"], edit["account_id"]) for edit in edits}
    unshown = [row for row in final.to_dicts() if (row["edit_kind"], row["rep_id"], row["account_id"]) not in shown]
    return request.render(
        "director.html",
        gate_state=gate_state,
        regions=regions,
        fault=fault,
        is_unsent=is_unsent,
        books=summary.to_dicts(),
        people={row["rep_id"]: row for row in view.people.to_dicts()},
        cards=cards(view, regions, summary, reviewed),
        seen=seen,
        bounds=view.bounds,
        final=final.height > 0,
        changes=_changes(request, view, edits, _told(request, final) or seen.own),
        unshown=unshown,
        is_sent=request.query.get("sent") == "1" and not fault,
        reasons=EDIT_REASONS,
        touched=_touched(view),
        gone=_withdrawn(reviewed, view, regions),
        unread=_unread(request, view, regions),
        written=written(request, regions),
    )


def cards(view: ReviewView, regions: list[str], summary: pl.DataFrame, reviewed: pl.DataFrame) -> dict[str, object]:
    """The figures above a region's tables: sums before and after, and how evenly books are filled, state by state."""
    even = balance(view.owned(reviewed), view.measured(regions))
    spread = {
        measure: dict(even.filter(pl.col("measure") == measure).select("book_state", "imbalance_pct").iter_rows())
        for measure in ("opp_count", "bps", "tam_cents", "value_cents")
    }
    sums = summary.select(pl.selectors.ends_with("_before", "_after").sum()).to_dicts()[0]
    return {"sums": sums, "spread": spread, "reps": summary.height, "capacity": summary["capacity"].sum()}


def _withdrawn(reviewed: pl.DataFrame, view: ReviewView, regions: list[str]) -> int:
    """How many accounts of the regions' books, before or as proposed, another cycle has taken over meanwhile."""
    own = view.people.filter(pl.col("region").is_in(regions))["rep_id"].implode()
    is_own = pl.col("current_owner_id").is_in(own) | pl.col("proposed_owner_id").is_in(own)
    return reviewed.filter((pl.col("review_change") == "withdrawn") & is_own).height


def _unread(request: PageRequest, view: ReviewView, regions: list[str]) -> list[dict[str, Any]]:
    """Accounts of the regions' reps whose row in the source could not be used: they stay, and are in no table."""
    own = view.people.filter(pl.col("region").is_in(regions)).select("name", owner_id="rep_id")
    rows = request.table(SOURCE_EXCEPTIONS).join(own, on="owner_id")
    return rows.sort("name", "record_id", "column_name").to_dicts()


def _touched(view: ReviewView) -> dict[str, dict[str, int]]:
    """Moves into and out of each rep's book as proposed."""
    into = dict(view.moves.group_by("to_id").len().iter_rows())
    out = dict(view.moves.group_by("from_id").len().iter_rows())
    return {rep_id: {"in": into.get(rep_id, 0), "out": out.get(rep_id, 0)} for rep_id in {*into, *out}}


def _told(request: PageRequest, final: pl.DataFrame) -> dict[tuple[str, str, str], tuple[str, str]]:
    """The final verdicts on the director's edits by kind, rep and account; empty before the gate has closed."""
    return {
        (row["edit_kind"], row["rep_id"], row["account_id"]): (
            row["verdict"],
            to_you(row["message"], request.person, row["receipt_no"]),
        )
        for row in final.to_dicts()
    }


def _changes(
    request: PageRequest,
    view: ReviewView,
    edits: list[dict[str, Any]],
    verdicts: dict[tuple[str, str, str], tuple[str, str]],
) -> list[dict[str, Any]]:
    """The director's edits in words, each with its verdict, or what it would come to now."""
    accounts = dict(view.accounts.select("account_id", "name").iter_rows())
    reps = dict(view.people.select("rep_id", "name").iter_rows())
    own = set(view.people.filter(pl.col("region").is_in(view.regions_of(request.person)))["rep_id"])
    holders = dict(
        view.books.filter(pl.col("owner_kind") == "field").select("account_id", "proposed_owner_id").iter_rows()
    )
    shown = []
    for edit in edits:
        verdict, message = verdicts.get((edit["edit_kind"], edit["rep_id"], edit["account_id"]), ("", ""))
        holder = holders.get(edit["account_id"])
        is_foreign = holder is not None and holder not in own
        name = "an account of another region" if is_foreign else accounts.get(edit["account_id"], "")
        shown.append(
            edit
            | {
                "name": name,
                "rep_name": reps.get(edit["rep_id"], edit["rep_id"]),
                "verdict": verdict,
                "message": message,
            }
        )
    return shown
