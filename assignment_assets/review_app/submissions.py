"""What people submit on a page, as the file that a workbook would have been: in their inbox folder, with a receipt.

Files come in two steps, `x.partial` and then `x.ready` with its digest, so that the intake takes them whole and at
once. They are judged by the intake and by the stage, exactly as returned workbooks are.
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from typing import Any

from assignment_assets.domain.gates.gates import Receipt
from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.domain.sign_off.decisions import Decision, decision_file, signed_text
from assignment_assets.io.durable import write_whole
from assignment_assets.io.intake.look import look
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.gate import GateState

PAGE_FILE = "page.csv"
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def send_lock_list(request: PageRequest, gate_state: GateState, answers: Iterable[tuple[str, str]]) -> Receipt | None:
    """Puts a rep's answers (account id, keep or release) into their inbox folder; the receipt they got."""
    rows = [["account_id", "decision"], *([account_id, answer] for account_id, answer in answers)]
    return _send(request, PAGE_FILE, _csv(request, gate_state, rows))


def send_review(request: PageRequest, gate_state: GateState, edits: Iterable[dict[str, Any]]) -> Receipt | None:
    """Puts a director's edits (edit_kind, account_id, rep_id, reason, note) into their folder; the receipt they got."""
    names = ("edit_kind", "account_id", "rep_id", "reason", "note")
    rows = [["edit", *names[1:]], *([plain(edit[name]) for name in names] for edit in edits)]
    return _send(request, PAGE_FILE, _csv(request, gate_state, rows))


def send_decision(request: PageRequest, decision: Decision, token: str) -> Receipt | None:
    """Puts a decision, signed with the person's own token, into their inbox folder; the receipt it got."""
    return _send(request, decision_file(decision), signed_text(decision, token))


def plain(text: str) -> str:
    """The text on one line, and no spreadsheet program takes it for a formula."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return f"'{line}" if line.startswith(_STARTS_FORMULA) else line


def _csv(request: PageRequest, gate_state: GateState, rows: Iterable[list[str]]) -> str:
    manifest = gate_state.manifest
    code = packet_code(request.context.key, manifest.cycle, manifest.revision, manifest.gate, request.person)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([["packet", code], *rows])
    return buffer.getvalue()


def _send(request: PageRequest, name: str, text: str) -> Receipt | None:
    folder, gate = request.context.folder, request.session.granted.gate
    target = folder.inbox(request.cycle, gate) / request.person / name
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_whole(target.with_name(f"{name}.partial"), text)
    write_whole(target.with_name(f"{name}.ready"), digest)
    found = look(folder, request.cycle, gate, request.now, request.context.key, person=request.person)
    mine = [each for each in found.new_receipts if each.person == request.person and each.digest == digest]
    request.note(
        f"submitted {gate}", name, digest, f"receipt {mine[-1].receipt_no}" if mine else "waits for its receipt"
    )
    return mine[-1] if mine else None
