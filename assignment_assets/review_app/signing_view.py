"""What Growth Strategy signs by: regions with their digests and verdicts, edits with their authors, drift."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from assignment_assets.domain.errors import NotEntitled
from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.gates.gates import latest_receipts
from assignment_assets.domain.gates.ready import Ready, ready
from assignment_assets.domain.placed import LEFT_ALONE, UNENDED
from assignment_assets.domain.regions import field_regions, regions_of_ends
from assignment_assets.domain.sign_off.conflicts import SEVERITIES
from assignment_assets.domain.sign_off.outcomes import LAST_OUTCOMES
from assignment_assets.domain.sign_off.sign_off_packets import PACKET_MOVES
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    CONFLICTS,
    DECIDED_BOOKS,
    DECISION_VERDICTS,
    EDIT_VERDICTS,
    REGION_DIGESTS,
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
    DecidedBooksFrame,
)
from assignment_assets.io.intake.look import read_receipts
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.settings import read_settings
from assignment_assets.io.token_check import TooManyWrong, require_own_token
from assignment_assets.io.who_writes import who_writes
from assignment_assets.report.balance import balance
from assignment_assets.review_app.access import PageRefused
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.review_view import TABLES, ReviewView, desk_of

DRIFTED = (*LEFT_ALONE, *UNENDED)


@dataclass(frozen=True)
class SigningView:
    """The sign-off of a cycle as one signer sees it; rows are dictionaries ready to be shown."""

    review: ReviewView
    regions: list[dict[str, Any]]
    held: list[dict[str, Any]]
    edits: list[dict[str, Any]]
    drift: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]
    ready: Ready

    @property
    def severe(self) -> list[dict[str, Any]]:
        """Severe conflicts that nobody has resolved, each once."""
        open_ones = [row for row in self.conflicts if row["severity"] == "severe" and not row["resolved_by"]]
        return list({row["conflict"]: row for row in open_ones}.values())

    def region(self, name: str) -> dict[str, Any] | None:
        """The region of that name, where the signer may sign it."""
        return next((row for row in self.regions if row["region"] == name), None)


def signing_view_of(request: PageRequest) -> SigningView:
    """The regions that the visitor may sign, and what belongs to them."""
    review = desk_of(request)
    manifest = read_gate(request.context.folder, request.cycle, SIGN_OFF_GATE.name)
    if manifest is None:
        raise PageRefused(404, "There is no such page.")
    mine = sorted({each.subject for each in manifest.persons if each.person == request.person})
    digests = request.table(REGION_DIGESTS).filter(pl.col("region").is_in(mine))
    verdicts = request.table(SIGN_OFF_VERDICTS).sort("receipt_no").to_dicts()
    waiting = {
        receipt.subject
        for receipt in latest_receipts(
            read_receipts(request.context.folder, request.cycle, SIGN_OFF_GATE.name), manifest.revision
        )
        if receipt.receipt_no not in {row["receipt_no"] for row in verdicts}
    }
    regions = [
        row | _standing(row, verdicts, waiting) | {"revision": manifest.revision}
        for row in digests.sort("region").to_dicts()
    ]
    edits = _edits(request, review, mine)
    decided = {
        (row["receipt_no"], row["account_id"], row["rep_id"]): row
        for row in request.table(DECISION_VERDICTS).to_dicts()
        if row["verdict"] == "accepted"
    }
    for row in edits:
        decision = decided.get((row["receipt_no"], row["account_id"], row["rep_id"]))
        row["decision"] = f"{decision['decision']}, {decision['decided_by']}" if decision else ""
        row["waits"] = f"held {row['receipt_no']} {row['account_id']} {row['rep_id']}" in waiting
    held = [row for row in edits if row["verdict"] == "held" and row["edit_kind"] == "add" and not row["decision"]]
    drift, conflicts = _drift(request, review, mine), _conflicts(request, mine, waiting)
    return SigningView(review, regions, held, edits, drift, conflicts, _ready(request))


def token_of(request: PageRequest) -> tuple[str, str]:
    """The personal token that the form carries, or a sentence that says what is wrong with it."""
    token, context = request.one("token").lower(), request.context
    if len(token) != 64 or any(letter not in "0123456789abcdef" for letter in token):
        return "", "A signing token has 64 of the characters 0 to 9 and a to f. Paste yours; nothing was signed."
    try:
        require_own_token(context.folder, context.key, request.person, token, "signing on a page", request.now)
    except TooManyWrong as error:
        request.note("wrong token", request.person)
        return "", f"Too many tokens were wrong. No token of yours is looked at before {error.until:%H:%M} UTC."
    except NotEntitled:
        request.note("wrong token", request.person)
        return "", "This is not your signing token. Paste the one that was handed to you; nothing was signed."
    return token, ""


def balances(request: PageRequest, review: ReviewView, regions: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Region → the imbalance of its opportunities: before, proposed, reviewed (per cent)."""

    def draw() -> dict[str, dict[str, float]]:
        owned = review.owned(books_now(request))
        even = {region: balance(owned, review.measured([region])) for region in regions}
        return {
            region: dict(
                rows.filter(pl.col("measure") == "opp_count").select("book_state", "imbalance_pct").iter_rows()
            )
            for region, rows in even.items()
        }

    return request.context.cache.drawn(("balances", regions), request.cycle, (*TABLES, DECIDED_BOOKS), draw)


def books_now(request: PageRequest) -> DecidedBooksFrame:
    """The reviewed books with held edits decided, as they stand."""
    return request.table(DECIDED_BOOKS)


def moves_of(request: PageRequest, region: str) -> pl.DataFrame:
    """The region's moves as its signature covers them, with names and values."""
    rows = request.context.cache.answer(request.cycle, PACKET_MOVES).filter(pl.col("region") == region)
    return rows.with_columns(
        from_name=pl.coalesce("old_name", "old_owner_id", pl.lit("nobody")),
        to_name=pl.coalesce("new_name", "new_owner_id"),
    ).sort("is_held", pl.col("value_cents"), "account_id", descending=[True, True, False], nulls_last=True)


def _standing(row: dict[str, Any], verdicts: list[dict[str, Any]], waiting: set[str]) -> dict[str, str]:
    """Whether the region as it stands is signed, rejected, waits for a verdict, or nobody has spoken."""
    mine = [each for each in verdicts if each["region"] == row["region"]]
    counting = [each for each in mine if each["verdict"] == "accepted" and each["digest"] == row["digest"]]
    last = mine[-1]["message"] if mine and mine[-1]["verdict"] == "refused" else ""
    spoken = [each for each in mine if each["verdict"] == "accepted"]
    if not last and spoken and spoken[-1]["decision"] == "reject":
        last = spoken[-1]["message"] if spoken[-1] in counting else f"Before it changed: {spoken[-1]['message']}"
    if counting:
        word = {"approve": "signed", "reject": "rejected"}[counting[-1]["decision"]]
        return {"standing": word, "signed_by": counting[-1]["signed_by"], "last_message": last}
    if row["region"] in waiting:
        return {"standing": "waits", "signed_by": "", "last_message": last}
    return {"standing": "open", "signed_by": "", "last_message": last}


def _edits(request: PageRequest, review: ReviewView, regions: list[str]) -> list[dict[str, Any]]:
    """Every edit that touches the regions, with its author and its verdict."""
    people = {row["rep_id"]: row for row in review.people.select("rep_id", "name").to_dicts()}
    field = field_regions(review.people)
    accounts = {
        row["account_id"]: row
        for row in review.accounts.select("account_id", "name", "state", "value_cents").to_dicts()
    }
    proposed = dict(review.books.select("account_id", "proposed_owner_id").iter_rows())
    shown = []
    for row in request.table(EDIT_VERDICTS).sort("receipt_no", "row_no").to_dicts():
        ends = row["rep_id"], proposed.get(row["account_id"])
        rep, holder = (people.get(each, {}) for each in ends)
        touched = regions_of_ends(field, *ends)
        if set(touched) & set(regions):
            account = accounts.get(row["account_id"], {})
            shown.append(
                row
                | {
                    "name": account.get("name") or row["account_id"],
                    "state": account.get("state"),
                    "value_cents": account.get("value_cents"),
                    "rep_name": rep.get("name") or row["rep_id"],
                    "holder_name": holder.get("name", ""),
                    "touched": touched,
                }
            )
    return shown


def _conflicts(request: PageRequest, regions: list[str], waiting: set[str]) -> list[dict[str, Any]]:
    """The regions' conflicts, severe and unresolved ones first."""
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    rows = request.table(CONFLICTS).filter(pl.col("region").is_in(regions)).to_dicts()
    shown = [row | {"waits": f"conflict {row['conflict']}" in waiting} for row in rows]
    return sorted(shown, key=lambda row: (order[row["severity"]], bool(row["resolved_by"]), row["conflict"]))


def _ready(request: PageRequest) -> Ready:
    """What of the whole cycle is signed and waits, and who writes it."""
    who = who_writes(request.context.folder, request.cycle, read_settings())
    effective = request.context.config(request.cycle).write_not_before
    approved, log = request.table(APPROVED_DIFF), request.table(WRITE_BACK_LOG)
    return ready(request.cycle, approved, log, who, effective, request.now)


def _drift(request: PageRequest, review: ReviewView, regions: list[str]) -> list[dict[str, Any]]:
    """Accounts whose write did not come about, with the reason that the write-back logged."""
    log = request.context.cache.answer(request.cycle, LAST_OUTCOMES)
    packets = request.table(SIGN_OFF_PACKETS).filter(pl.col("region").is_in(regions)).select("account_id").unique()
    rows = log.filter(pl.col("outcome").is_in(DRIFTED)).join(packets, on="account_id", how="semi")
    return rows.join(review.accounts.select("account_id", "name"), on="account_id", how="left").to_dicts()
