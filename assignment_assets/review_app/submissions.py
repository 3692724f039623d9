"""What people submit on a page, as the file that a workbook would have been: in their inbox folder, with a receipt.

Files come in two steps, `x.partial` and then `x.ready` with its digest, so that the intake takes them whole and at
once. They are judged by the intake and by the stage, exactly as returned workbooks are.
"""

import csv
import hashlib
import io
from collections.abc import Iterable

from assignment_assets.domain.gates.gates import Receipt
from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.domain.sign_off.decisions import Decision, signed_text
from assignment_assets.io.durable import write_whole
from assignment_assets.io.intake.look import look
from assignment_assets.review_app.context import Call
from assignment_assets.review_app.gate import Standing

PAGE_FILE = "page.csv"
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def send_lock_list(call: Call, standing: Standing, answers: Iterable[tuple[str, str]]) -> Receipt | None:
    """Puts a rep's answers (account id, keep or release) into their inbox folder; the receipt they got."""
    rows = [["account_id", "decision"], *([account_id, answer] for account_id, answer in answers)]
    return _send(call, PAGE_FILE, _csv(call, standing, rows))


def send_review(call: Call, standing: Standing, edits: Iterable[dict]) -> Receipt | None:
    """Puts a director's edits (edit_kind, account_id, rep_id, reason, note) into their folder; the receipt they got."""
    names = ("edit_kind", "account_id", "rep_id", "reason", "note")
    rows = [["edit", *names[1:]], *([plain(edit[name]) for name in names] for edit in edits)]
    return _send(call, PAGE_FILE, _csv(call, standing, rows))


def send_decision(call: Call, decision: Decision, token: str) -> Receipt | None:
    """Puts a decision, signed with the person's own token, into their inbox folder; the receipt it got."""
    name = "".join(letter if letter.isalnum() else "_" for letter in decision.subject.lower())
    return _send(call, f"{name}.json", signed_text(decision, token))


def plain(text: str) -> str:
    """The text on one line, and no spreadsheet program takes it for a formula."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return f"'{line}" if line.startswith(_STARTS_FORMULA) else line


def _csv(call: Call, standing: Standing, rows: Iterable[list[str]]) -> str:
    manifest = standing.manifest
    code = packet_code(call.house.key, manifest.cycle, manifest.revision, manifest.gate, call.person)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([["packet", code], *rows])
    return buffer.getvalue()


def _send(call: Call, name: str, text: str) -> Receipt | None:
    folder, gate = call.house.folder, call.visit.granted.gate
    target = folder.inbox(call.cycle, gate) / call.person / name
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_whole(target.with_name(f"{name}.partial"), text)
    write_whole(target.with_name(f"{name}.ready"), digest)
    found = look(folder, call.cycle, gate, call.now, call.house.key, person=call.person)
    mine = [each for each in found.new_receipts if each.person == call.person and each.digest == digest]
    call.note(f"submitted {gate}", name, digest, f"receipt {mine[-1].receipt_no}" if mine else "waits for its receipt")
    return mine[-1] if mine else None
