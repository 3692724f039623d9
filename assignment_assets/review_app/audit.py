"""Who looked at whose book, who submitted what: a line an event in `audit/review_app/<day>.jsonl`, append-only.

Pages never open the warehouse; whoever audits reads these files beside the table `audit_log`.
"""

import fcntl
import os
from dataclasses import asdict, dataclass
from datetime import datetime

from assignment_assets.domain.gates.gates import to_text
from assignment_assets.domain.identity.codes import canonical_json
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
    """Appends the event in one write that other processes' lines cannot cut."""
    path = folder.root / "audit" / "review_app" / f"{event.at:%Y-%m-%d}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, f"{event.to_json()}\n".encode())
    finally:
        os.close(handle)
