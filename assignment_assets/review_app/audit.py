"""Who looked at whose book, who submitted what: a line an event in `audit/review_app/<day>.jsonl`, append-only.

Pages never open the warehouse; whoever audits reads these files beside the table `audit_log`.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from assignment_assets.domain.gates.gates import to_text
from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.io.durable import append_lines
from assignment_assets.io.folders import DataFolder


@dataclass(frozen=True)
class AuditEvent:
    """One view or submission: who (`actor`, in a role), what, about which cycle and subject."""

    at: datetime
    actor: str
    role: str
    action: str
    cycle: str
    subject: str
    digest: str = ""
    what: str = ""

    def to_json(self) -> str:
        """One line of JSON."""
        return canonical_json(asdict(self) | {"at": to_text(self.at)})


def record(folder: DataFolder, event: AuditEvent) -> None:
    """Appends the event and waits until it is on disk."""
    append_lines(folder.root / "audit" / "review_app" / f"{event.at:%Y-%m-%d}.jsonl", f"{event.to_json()}\n")
