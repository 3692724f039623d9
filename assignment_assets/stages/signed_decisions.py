"""Growth Strategy's signed decisions so far, as the stages of sign-off and write-back read them."""

import json
from dataclasses import replace

from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.gates.gates import Receipt
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.decisions import Decision, SignOff, is_signed, read_decision
from assignment_assets.domain.sign_off.signed_files import SignedFile
from assignment_assets.io.folders import engine_key
from assignment_assets.io.intake.look import archived
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.intake import receipts_so_far

GATE = SIGN_OFF_GATE.name


def signed_files(warehouse: Warehouse, cycle: str) -> list[SignedFile]:
    """Every signed decision that counts so far; none before the packets are out."""
    if read_gate(warehouse.folder, cycle, GATE) is None:
        return []
    key, receipts = engine_key(), receipts_so_far(warehouse, cycle, GATE)
    contents = [json.loads(archived(warehouse.folder, each).read_text(encoding="utf-8")) for each in receipts]
    return [
        SignedFile(
            receipt.receipt_no,
            content,
            _as_received(read_decision(content), receipt),
            is_signed(content, signer_token(key, receipt.person)),
        )
        for receipt, content in zip(receipts, contents, strict=True)
    ]


def _as_received(decision: Decision, receipt: Receipt) -> Decision:
    """The decision on what its receipt is about: a file of before may call the pseudo-region by its former name."""
    return replace(decision, region=receipt.subject) if isinstance(decision, SignOff) else decision
