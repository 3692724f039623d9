"""What one returned file is: not whole yet, not finished, refused with a rule, or good, and for whom."""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.domain.gate import GATES, LOCK_GATE, REVIEW_GATE, SIGN_OFF_GATE, Gate
from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.domain.identity.codes import BadCode, Identity, read_packet_code, signer_token
from assignment_assets.domain.sign_off.decisions import is_signed, read_decision
from assignment_assets.io.intake.files import Found
from assignment_assets.io.workbooks.lock_return import read_lock_list
from assignment_assets.io.workbooks.packets import ReturnedLockList, ReturnedReview
from assignment_assets.io.workbooks.returned import SHEET
from assignment_assets.io.workbooks.review_return import read_review

WAITING, REFUSED, GOOD = "waiting", "refused", "good"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
READERS: dict[str, Callable[[Path, Collection[str] | None], ReturnedLockList | ReturnedReview]] = {
    LOCK_GATE.name: read_lock_list,
    REVIEW_GATE.name: read_review,
}
"""Gate → what reads its answers, where they are no signed decisions."""
_SHOWN_ROWS = 10


@dataclass(frozen=True)
class Judged:
    """The state of a file (`waiting`, `refused`, `good`), the rule behind it, and a sentence for its author.

    `revision` is the one that the file names (0: none), `subject` what a signed decision is about.
    """

    state: str
    rule: str
    sentence: str
    revision: int = 0
    subject: str = ""


def judge(
    found: Found,
    manifest: GateManifest,
    key: bytes,
    sent: Callable[[str], Collection[str] | None] = lambda person: None,
) -> Judged:
    """What a settled file is, for the gate as it was issued.

    `sent` gives the accounts that a person was asked about, where a file of theirs does not bring them along.
    """
    gate = GATES[manifest.gate]
    wrong = _wrong_kind(found, gate)
    if wrong:
        return wrong
    return _decision(found, manifest, key) if gate.is_signed else _answers(found, manifest, key, sent)


def _wrong_kind(found: Found, gate: Gate) -> Judged | None:
    name, start = found.file_name, found.content[:512].lstrip(b"\xef\xbb\xbf \r\n\t")
    if found.content.startswith(_OLE):
        return Judged(
            REFUSED,
            "encrypted",
            f"{name}: it is protected by a password, or in the old .xls format, "
            "expected a plain .xlsx. Save it as .xlsx without a password and send it again.",
        )
    if not gate.is_signed and start.startswith(b"<"):
        return Judged(
            REFUSED,
            "web_page",
            f"{name}: it is a web page under a workbook's name, expected .xlsx. "
            "Open it, save it as .xlsx and send it again.",
        )
    if found.suffix not in gate.suffixes and not (gate.has_sheets and found.suffix == SHEET):
        return Judged(
            REFUSED,
            "unknown_kind",
            f"{name}: a file of the kind {found.suffix or 'without suffix'}, "
            f"expected {' or '.join(gate.suffixes)}. Return the file that was sent to you.",
        )
    if found.suffix in (".xlsx", ".ods") and not zipfile.is_zipfile(io.BytesIO(found.content)):
        return Judged(
            WAITING,
            "incomplete",
            f"{name}: not a whole workbook yet ({len(found.content):,} bytes); waiting for the rest of the copy.",
        )
    return None


def _answers(found: Found, manifest: GateManifest, key: bytes, sent: Callable[[str], Collection[str] | None]) -> Judged:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / found.file_name
        path.write_bytes(found.content)
        try:
            returned = READERS[manifest.gate](path, sent(found.person) if found.suffix == ".csv" else None)
        except SourceUnavailable as error:
            return Judged(REFUSED, "unreadable", str(error))
    try:
        identity = read_packet_code(key, returned.code)
    except BadCode as error:
        return Judged(REFUSED, error.rule, f"{found.file_name}: {error}")
    mismatch = _mismatch(identity, found, manifest)
    if mismatch:
        return mismatch
    if not returned.is_finished:
        return Judged(
            WAITING,
            "unfinished",
            f"{found.file_name}: Finished? is not yes, so it does not count yet. Set it to yes and save.",
            identity.revision,
        )
    if returned.faults:
        lines = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(returned.faults, 1))
        sentence = f"{found.file_name}: it cannot be used as it is:\n{lines}"
        return Judged(REFUSED, "unusable", sentence, identity.revision)
    return Judged(GOOD, "", f"{found.file_name}: {_tally(returned)}", identity.revision)


def _mismatch(stated: Identity, found: Found, manifest: GateManifest) -> Judged | None:
    """The refusal of a file that belongs to another cycle, gate or person, or to an earlier revision."""
    name, revision = found.file_name, stated.revision
    pairs = {
        "cycle": (stated.cycle, manifest.cycle),
        "gate": (stated.gate, manifest.gate),
        "person": (stated.person, found.person),
    }
    for what, (said, value) in pairs.items():
        if said != value:
            return Judged(
                REFUSED,
                f"other_{what}",
                f"{name}: it was sent for {what} {said}, expected {value}. "
                "Put the file that was sent to you into your own folder.",
                revision,
            )
    if revision != manifest.revision:
        return Judged(
            REFUSED,
            "older_revision",
            f"{name}: it answers revision {revision}, expected revision "
            f"{manifest.revision}: the cycle was re-opened. Answer the packet that was sent last.",
            revision,
        )
    if not GATES[manifest.gate].is_signed and found.person not in {each.person for each in manifest.persons}:
        return Judged(REFUSED, "not_asked", f"{name}: {found.person} is not asked at this gate.", revision)
    return None


def _decision(found: Found, manifest: GateManifest, key: bytes) -> Judged:
    name = found.file_name
    try:
        content = json.loads(found.content.decode("utf-8-sig"))
        decision = read_decision(content if isinstance(content, dict) else {})
    except (ValueError, RecursionError) as error:  # the latter: brackets nested without end
        return Judged(
            REFUSED,
            "unreadable",
            f"{name}: not a decision as the command line writes it ({error}). "
            "Make it again with `assignment sign-off`.",
        )
    stated = Identity(decision.cycle, decision.revision, SIGN_OFF_GATE.name, decision.signed_by)
    mismatch = _mismatch(stated, found, manifest)
    if mismatch:
        return mismatch
    if not is_signed(content, signer_token(key, found.person)):
        return Judged(
            REFUSED,
            "bad_signature",
            f"{name}: the signature is not {found.person}'s under these words. "
            "Make it again with `assignment sign-off`.",
            decision.revision,
        )
    return Judged(GOOD, "", f"{name}: {decision.decision} for {decision.subject}", decision.revision, decision.subject)


def _tally(returned: ReturnedLockList | ReturnedReview) -> str:
    """What was understood, row faults included, for the receipt."""
    if isinstance(returned, ReturnedLockList):
        rows = returned.rows
        good = rows.filter(rows["rule"].is_null())["answer"].to_list()
        counted = f"{good.count('keep')} keep, {good.count('release')} release, {returned.blank_count} blank"
    else:
        rows = returned.edits
        good = rows.filter(rows["rule"].is_null())["edit_kind"].to_list()
        counted = f"{good.count('drop')} drops, {good.count('add')} adds"
    return counted + _without_effect(rows["message"].drop_nulls())


def _without_effect(messages: Iterable[str]) -> str:
    listed = list(messages)
    if not listed:
        return ""
    lines = "".join(f"\n  {message}" for message in listed[:_SHOWN_ROWS])
    more = f"\n  and {len(listed) - _SHOWN_ROWS} more" if len(listed) > _SHOWN_ROWS else ""
    return f"; {len(listed)} row{'s' if len(listed) > 1 else ''} without effect:{lines}{more}"
