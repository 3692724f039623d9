"""A rep's page: which dormant and never-referred accounts they keep."""

from dataclasses import dataclass
from typing import Any

import polars as pl
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assignment_assets.domain.gate import LOCK_GATE
from assignment_assets.domain.lock_lists import LockListsInput
from assignment_assets.domain.locks import lock_candidates
from assignment_assets.domain.packet_rows import lock_list_rows
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    LOCK_VERDICTS,
    OPPORTUNITIES,
    REPS,
    Table,
)
from assignment_assets.io.intake.look import archived
from assignment_assets.io.workbooks.lock_list import LOCK_WORDS
from assignment_assets.io.workbooks.lock_return import read_lock_list
from assignment_assets.review_app.access import PageRefused
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.gate import GateState, gate_state_of, require_open
from assignment_assets.review_app.submissions import send_lock_list

_TABLES: tuple[Table[Any], ...] = (ACCOUNTS, OPPORTUNITIES, ELIGIBLE_POOL, CURRENT_BOOKS, REPS)
TITLES = {"dormant": "Dormant accounts", "never": "Never-referred accounts"}
SAID = {"dormant": "have referred, but not in the last three months", "never": "have never referred"}


@dataclass(frozen=True)
class Kind:
    """One kind of account that a rep may keep some of."""

    code: str
    title: str
    said: str
    quota: int
    rows: list[dict[str, Any]]


def show(request: PageRequest) -> Response:
    """The page, with what the rep left or sent last."""
    gate_state = gate_state_of(request.context.folder, request.cycle, LOCK_GATE.name, request.person, request.now)
    request.note("viewed lock list", request.person)
    return HTMLResponse(_page(request, gate_state, _kept_before(request, gate_state)))


def submit(request: PageRequest) -> Response:
    """Takes the rep's ticks: refused on the page where they break a rule, else sent like a returned workbook."""
    gate_state = gate_state_of(request.context.folder, request.cycle, LOCK_GATE.name, request.person, request.now)
    require_open(gate_state)
    kinds = _kinds(request, _rows(request))
    kept = list(dict.fromkeys(request.form.get("keep", [])))
    pickable = {row["account_id"]: kind for kind in kinds for row in kind.rows}
    if any(account_id not in pickable for account_id in kept):
        request.note("refused lock list", request.person, what="named an account that is not to be picked")
        raise PageRefused(404, "One of these accounts is not on your list.")
    if request.one("last_no") != str(gate_state.last_no):
        fault = "Your list was sent from elsewhere meanwhile. Look at it again below, then send it."
        return HTMLResponse(_page(request, gate_state, kept, fault), 409)
    faults = [
        f"{len(mine)} of {kind.quota} {kind.title.lower()} are ticked: untick {len(mine) - kind.quota}."
        for kind in kinds
        if len(mine := [each for each in kept if pickable[each] is kind]) > kind.quota
    ]
    if faults:
        return HTMLResponse(_page(request, gate_state, kept, " ".join(faults)), 422)
    answers = [(account_id, "keep" if account_id in kept else "release") for account_id in pickable]
    send_lock_list(request, gate_state, answers)
    return RedirectResponse(f"{request.home}?sent=1#receipts", 303)


def _page(request: PageRequest, gate_state: GateState, kept: list[str], fault: str = "") -> str:
    rows = _rows(request)
    kinds = _kinds(request, rows)
    picked = {row["account_id"] for kind in kinds for row in kind.rows}
    locked = rows.filter(pl.col("lock_kind").is_not_null())
    others = [row for row in rows.filter(pl.col("lock_kind").is_null()).to_dicts() if row["account_id"] not in picked]
    verdicts = request.table(LOCK_VERDICTS).filter(pl.col("rep_id") == request.person)
    capacity = request.table(CURRENT_BOOKS).filter(pl.col("rep_id") == request.person)["capacity"]
    return request.render(
        "rep.html",
        gate_state=gate_state,
        kinds=kinds,
        kept=set(kept) & picked,
        locked=locked.to_dicts(),
        others=others,
        fault=fault,
        lock_words=LOCK_WORDS,
        is_sent=request.query.get("sent") == "1" and not fault,
        capacity=capacity[0] if capacity.len() else 0,
        total=rows.height,
        verdicts=verdicts.filter(pl.col("verdict") != "accepted").to_dicts(),
    )


def _rows(request: PageRequest) -> pl.DataFrame:
    """The rep's free accounts with their automatic lock, and whether the rep covers the account's state."""
    context, cycle = request.context, request.cycle

    def draw() -> pl.DataFrame:
        config = context.config(cycle)
        given = LockListsInput.read(context.cache, cycle, config)
        candidates = lock_candidates(given.facts, config)
        return lock_list_rows(candidates, given.reps).join(
            candidates.select("account_id", "is_covered"), on="account_id", how="left", maintain_order="left"
        )

    return context.cache.drawn("lock rows", cycle, _TABLES, draw).filter(pl.col("rep_id") == request.person)


def _kinds(request: PageRequest, rows: pl.DataFrame) -> list[Kind]:
    config = request.context.config(request.cycle)
    quotas = {"dormant": config.dormant_quota, "never": config.never_referred_quota}
    free = rows.filter(pl.col("lock_kind").is_null() & pl.col("is_covered"))
    return [
        Kind(code, title, SAID[code], quotas[code], free.filter(pl.col("referral_status") == code).to_dicts())
        for code, title in TITLES.items()
    ]


def _kept_before(request: PageRequest, gate_state: GateState) -> list[str]:
    """What the receipt that counts so far says is kept, whether it came from this page or in a workbook."""
    if gate_state.own is None:
        return []
    rows = read_lock_list(archived(request.context.folder, gate_state.own)).rows
    return rows.filter((pl.col("answer") == "keep") & pl.col("rule").is_null())["account_id"].to_list()
