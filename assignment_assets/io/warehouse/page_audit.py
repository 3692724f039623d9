"""What the review pages wrote down about a cycle, read for the warehouse's audit log."""

import json
from typing import Any

from assignment_assets.domain.gates.gates import from_text
from assignment_assets.io.durable import read_whole_lines
from assignment_assets.io.folders import DataFolder


def read_page_audit(folder: DataFolder, cycle: str) -> list[dict[str, Any]]:
    """A row a view or submission, in the columns of `audit_log`, in the order in which they happened."""
    rows = []
    for path in sorted((folder.root / "audit" / "review_app").glob("*.jsonl")):
        for line in read_whole_lines(path):
            event = json.loads(line)
            if event["cycle"] == cycle:
                rows.append(
                    {
                        "at": from_text(event["at"]),
                        "actor": event["actor"],
                        "action": f"page: {event['action']}",
                        "subject": event["subject"],
                        "digest": event["digest"] or None,
                        "what": event["what"],
                        "why": event["role"],
                    }
                )
    return rows
