"""Where a gate stands for one person: open or not, until when, what they sent, what became of it."""

from dataclasses import dataclass
from datetime import datetime

from assignment_assets.domain.gate import GATES
from assignment_assets.domain.gates.gates import GateManifest, Receipt, latest_receipts
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.look import read_receipts
from assignment_assets.io.intake.outbox import closed_since, read_gate
from assignment_assets.review_app.access import PageRefused

_MOST_SHOWN = 8


@dataclass(frozen=True)
class GateState:
    """One gate as one person finds it.

    `state` is `open`, `late` (the deadline has passed) or `closed` (the waterfall has gone on). `receipts` are the
    person's own, the newest first.
    """

    manifest: GateManifest
    name: str
    state: str
    receipts: tuple[Receipt, ...]
    counting: tuple[Receipt, ...]

    @property
    def is_open(self) -> bool:
        """Whether an answer given now would count."""
        return self.state == "open"

    @property
    def shown_receipts(self) -> tuple[Receipt, ...]:
        """The newest receipts."""
        return self.receipts[:_MOST_SHOWN]

    @property
    def last_no(self) -> int:
        """The number of the person's newest receipt, 0 where there is none."""
        return self.receipts[0].receipt_no if self.receipts else 0

    @property
    def own(self) -> Receipt | None:
        """The person's receipt that counts so far."""
        persons = {receipt.person for receipt in self.receipts}
        return next((receipt for receipt in self.counting if receipt.person in persons), None)


def gate_state_of(folder: DataFolder, cycle: str, gate: str, person: str, now: datetime) -> GateState:
    """How a gate stands for a person whom it asks.

    Raises
    ------
    PageRefused
        The gate's packets are not out, or the person is not asked at it (404).
    """
    manifest = read_gate(folder, cycle, gate)
    asked = [each for each in manifest.persons if each.person == person] if manifest else []
    if manifest is None or manifest.is_draft or not asked:
        raise PageRefused(
            404, "There is nothing here for you: the cycle has not asked you anything yet, or it was ended."
        )
    receipts = read_receipts(folder, cycle, gate)
    own = tuple(sorted((each for each in receipts if each.person == person), key=lambda each: -each.receipt_no))
    is_late = now > manifest.deadline and not GATES[gate].is_signed
    state = "closed" if closed_since(folder, manifest) else "late" if is_late else "open"
    return GateState(manifest, asked[0].name, state, own, latest_receipts(receipts, manifest.revision))


def require_open(gate_state: GateState) -> None:
    """Nothing, or PageRefused (403) where answers do not count any more."""
    if not gate_state.is_open:
        raise PageRefused(
            403, "This gate has closed; what you sent in time stands. Growth Strategy can re-open the cycle."
        )
