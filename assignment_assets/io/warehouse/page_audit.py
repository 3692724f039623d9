"""What the review pages wrote down about a cycle, read for the warehouse's audit log."""

import json

from assignment_assets.domain.gates.gates import from_text
from assignment_assets.io.folders import DataFolder


def read_page_audit(folder: DataFolder, cycle: str) -> list[dict]:
    """A row a view or submission, in the columns of `audit_log`, in the order in which they happened."""
    rows = []
    for path in sorted((folder.root / "audit" / "review_app").glob("*.jsonl")):
        whole, _, _ = path.read_bytes().rpartition(b"\n")
        for line in whole.decode().splitlines():
            deed = json.loads(line)
            if deed["cycle"] == cycle:
                rows.append(
                    {
                        "at": from_text(deed["at"]),
                        "actor": deed["actor"],
                        "action": f"page: {deed['action']}",
                        "subject": deed["subject"],
                        "digest": deed["digest"] or None,
                        "what": deed["what"],
                        "why": deed["role"],
                    }
                )
    return rows
