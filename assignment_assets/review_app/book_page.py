"""One rep's book as a director edits it: what comes in, what goes out, what stays, what could be added."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assignment_assets.domain.gate import REVIEW_GATE
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.workbooks.packets import EDIT_REASONS
from assignment_assets.review_app.access import PageRefused
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.drafts import read_draft, save_draft
from assignment_assets.review_app.gate import GateState, gate_state_of, require_open
from assignment_assets.review_app.review_view import Provisional, ReviewView, desk_of, provisional
from assignment_assets.review_app.submissions import plain

MOST_HITS = 30
MOST_EDITS = 60
FACTS = ("account_id", "name", "state", "opp_count", "bps", "tam_cents", "value_cents")


@dataclass(frozen=True)
class Book:
    """One rep's book and what of it may be edited."""

    rep: dict[str, Any]
    comes_in: list[dict[str, Any]]
    goes_out: list[dict[str, Any]]
    stays: list[dict[str, Any]]
    locked: list[dict[str, Any]]
    candidates: list[dict[str, Any]]


def show(request: PageRequest) -> Response:
    """The book with the director's edits as they left them."""
    gate_state, view, rep = _opened(request)
    edits, _ = read_draft(request, gate_state)
    request.note("viewed book", rep["rep_id"])
    return HTMLResponse(_page(request, gate_state, view, rep, edits, saved=request.query.get("saved") == "1"))


def save(request: PageRequest) -> Response:
    """Takes the ticks of this book into the director's draft, or shows what is wrong with them, ticks kept."""
    gate_state, view, rep = _opened(request)
    require_open(gate_state)
    everything, _ = read_draft(request, gate_state)
    ticked = _ticked(request, view, rep)
    edits = [edit for edit in everything if edit["rep_id"] != rep["rep_id"]] + ticked
    if request.one("action") == "search":
        return HTMLResponse(_page(request, gate_state, view, rep, edits, query=request.one("q")))
    if request.one("last_no") != str(gate_state.last_no):
        fault = "Your review was sent from elsewhere meanwhile. Look at it again, then save."
        return HTMLResponse(_page(request, gate_state, view, rep, edits, [fault]), 409)
    seen = provisional(request, gate_state, view, [edit for edit in edits if edit["reason"]])
    faults = _faults(request, view, rep, ticked, seen)
    if faults:
        return HTMLResponse(_page(request, gate_state, view, rep, edits, faults), 422)
    save_draft(request, gate_state, edits)
    request.note("saved draft", rep["rep_id"], what=f"{len(ticked)} edits")
    return RedirectResponse(f"{request.home}/book/{rep['rep_id']}?saved=1", 303)


def _opened(request: PageRequest) -> tuple[GateState, ReviewView, dict[str, Any]]:
    gate_state = gate_state_of(request.context.folder, request.cycle, REVIEW_GATE.name, request.person, request.now)
    view = desk_of(request)
    mine = view.people.filter(
        (pl.col("team") == "field")
        & (pl.col("rep_id") == request.path["rep_id"])
        & pl.col("region").is_in(view.regions_of(request.person))
    )
    if mine.is_empty():
        request.note("refused book", request.path["rep_id"][:100])
        raise PageRefused(404, "There is no such book among your reps'.")
    return gate_state, view, mine.to_dicts()[0]


def _ticked(request: PageRequest, view: ReviewView, rep: dict[str, Any]) -> list[dict[str, Any]]:
    """The form's edits: drops from this book, adds to it.

    Raises
    ------
    PageRefused
        A drop names an account that is not an open one of this book, or there are too many (404).
    """
    edits = []
    droppable = set(view.editable.filter(pl.col("rep_id") == rep["rep_id"])["account_id"])
    known = set(view.books["account_id"])
    for kind in ("drop", "add"):
        for account_id in dict.fromkeys(request.form.get(kind, [])):
            if account_id not in (droppable if kind == "drop" else known):
                request.note(f"refused {kind}", rep["rep_id"], what=account_id[:100])
                raise PageRefused(404, "One of these accounts is not one that you can change here.")
            reason = request.one(f"reason.{account_id}")
            edits.append(
                {
                    "edit_kind": kind,
                    "account_id": account_id,
                    "rep_id": rep["rep_id"],
                    "reason": reason if reason in EDIT_REASONS else "",
                    "note": plain(request.one(f"note.{account_id}")),
                }
            )
    if len(edits) > MOST_EDITS:
        raise PageRefused(404, "That is more than a book can change.")
    return edits


def _faults(
    request: PageRequest, view: ReviewView, rep: dict[str, Any], ticked: list[dict[str, Any]], seen: Provisional
) -> list[str]:
    unreasoned = [edit["account_id"] for edit in ticked if not edit["reason"]]
    faults = [f"{row['name']}: choose a reason." for row in _addable(view, unreasoned, request)]
    for kind, limit, used in (
        ("add", view.bounds.max_adds, seen.others_adds),
        ("drop", view.bounds.max_drops, seen.others_drops),
    ):
        mine = {edit["account_id"] for edit in ticked if edit["edit_kind"] == kind}
        others = used.get(rep["rep_id"], set())
        count = len(mine | others)
        if mine and count > limit:
            beside = f" (others used {len(others)} of them)" if others else ""
            faults.append(
                f"{count} of {limit} {kind}s of {rep['name']}'s book are used{beside}: untick {count - limit}."
            )
    return faults


def _page(
    request: PageRequest,
    gate_state: GateState,
    view: ReviewView,
    rep: dict[str, Any],
    edits: list[dict[str, Any]],
    faults: Sequence[str] = (),
    query: str = "",
    saved: bool = False,
) -> str:
    seen = provisional(request, gate_state, view, [edit for edit in edits if edit["reason"]])
    book = _book(request, view, rep)
    own = {(edit["edit_kind"], edit["account_id"]): edit for edit in edits if edit["rep_id"] == rep["rep_id"]}
    listed = {row["account_id"] for row in book.goes_out}
    asked_ids = [account_id for kind, account_id in own if kind == "add" and account_id not in listed]
    hits = _search(view, request, rep, query) if query else []
    summary = view.summary(seen.verdicts.reviewed_books.select("account_id", rep_id="reviewed_owner_id"))
    proposed = view.summary(view.rows.select("account_id", rep_id="new_owner_id"))
    return request.render(
        "book.html",
        gate_state=gate_state,
        rep=rep,
        book=book,
        own=own,
        seen=seen,
        bounds=view.bounds,
        faults=faults,
        reasons=EDIT_REASONS,
        query=query,
        saved=saved,
        asked=_addable(view, asked_ids, request),
        hits=[row for row in hits if row["account_id"] not in asked_ids],
        candidates=[row for row in book.candidates if row["account_id"] not in asked_ids],
        now_facts=_row_of(summary, rep),
        proposed_facts=_row_of(proposed, rep),
        others={"add": seen.others_adds.get(rep["rep_id"], set()), "drop": seen.others_drops.get(rep["rep_id"], set())},
    )


def _row_of(summary: pl.DataFrame, rep: dict[str, Any]) -> dict[str, Any]:
    return summary.filter(pl.col("rep_id") == rep["rep_id"]).to_dicts()[0]


def _book(request: PageRequest, view: ReviewView, rep: dict[str, Any]) -> Book:
    rep_id, facts = rep["rep_id"], view.accounts.select(*FACTS)
    covered = rep["covered_states"] or []
    into = (
        view.moves.filter(pl.col("to_id") == rep_id)
        .join(
            facts.select("account_id", "opp_count", "bps", "tam_cents"),
            on="account_id",
            how="left",
            maintain_order="left",
        )
        .join(
            view.editable.select("account_id", "referral_status", "drive_minutes"),
            on="account_id",
            how="left",
            maintain_order="left",
        )
    )
    out = (
        view.moves.filter(pl.col("from_id") == rep_id)
        .join(
            facts.select("account_id", "opp_count", "bps", "tam_cents"),
            on="account_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(is_covered=pl.col("state").is_in(covered))
    )
    stays = view.editable.filter((pl.col("rep_id") == rep_id) & ~pl.col("is_move"))
    locks = view.proposed.filter((pl.col("rep_id") == rep_id) & (pl.col("phase") == "lock"))
    fixed = view.fixed.filter(pl.col("rep_id") == rep_id).select("account_id", move_reason=pl.lit("outside_scope"))
    locked = pl.concat([locks.select("account_id", "move_reason"), fixed]).join(facts, on="account_id")
    near = (
        view.overflow.join(facts.filter(pl.col("state").is_in(covered)), on="account_id")
        .sort(pl.col("value_cents"), "account_id", descending=[True, False], nulls_last=True)
        .head(MOST_HITS)
    )
    return Book(
        rep,
        into.to_dicts(),
        out.to_dicts(),
        stays.to_dicts(),
        locked.sort("name").to_dicts(),
        _addable(view, near["account_id"].to_list(), request),
    )


def _search(view: ReviewView, request: PageRequest, rep: dict[str, Any], query: str) -> list[dict[str, Any]]:
    """Accounts that the rep could get: of the director's other books or Inside Sales by name, any by its exact id."""
    open_ones = view.books.filter(~pl.col("is_locked") & (pl.col("proposed_owner_id") != rep["rep_id"]))
    own = view.people.filter(pl.col("region").is_in(view.regions_of(request.person)))["rep_id"].implode()
    near = open_ones.filter(
        (pl.col("proposed_owner_id").is_in(own) | (pl.col("owner_kind") == "inside_sales"))
        & pl.col("state").is_in(rep["covered_states"] or [])
    ).join(view.accounts.select("account_id", "name", "value_cents"), on="account_id")
    named = near.filter(pl.col("name").str.to_lowercase().str.contains(query.lower(), literal=True))
    ids = named.sort("value_cents", "account_id", descending=[True, False], nulls_last=True)["account_id"].to_list()
    exact = complete_id(query)
    if exact in set(open_ones["account_id"]) and exact not in ids:
        ids = [exact, *ids]
    return _addable(view, ids[:MOST_HITS], request)


def _addable(view: ReviewView, account_ids: list[str], request: PageRequest) -> list[dict[str, Any]]:
    """Accounts as they can be asked for: with whom they would be; of other regions' books only the id is shown."""
    own = set(view.people.filter(pl.col("region").is_in(view.regions_of(request.person)))["rep_id"])
    people = {row["rep_id"]: row for row in view.people.select("rep_id", "name", "team", "region").to_dicts()}
    rows = view.books.filter(pl.col("account_id").is_in(account_ids)).join(
        view.accounts.select(*FACTS).drop("state"), on="account_id"
    )
    by_id = {row["account_id"]: row for row in rows.to_dicts()}
    shown = []
    for account_id in account_ids:
        row = by_id[account_id]
        holder = people.get(row["proposed_owner_id"], {})
        is_foreign = row["owner_kind"] == "field" and row["proposed_owner_id"] not in own
        if is_foreign:
            row = dict.fromkeys(row) | {"account_id": account_id, "name": "An account of another region's book"}
        shown.append(row | {"is_foreign": is_foreign, "with_whom": "" if is_foreign else holder.get("name", "")})
    return shown
