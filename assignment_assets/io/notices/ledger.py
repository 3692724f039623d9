"""The sent-ledger: which letters have gone out, so that nobody gets one twice and nobody none.

One line a step in `notices/<cycle>/ledger.jsonl`, synced before anything else happens: `sending` before a letter is
given to the mail server, then `sent` or `refused`. A letter that a crash left at `sending` is sent again under the
same Message-ID, by which mail systems know a repetition; this is the only case in which a copy can arrive twice.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from assignment_assets.domain.gates.gates import to_text
from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.io.durable import append_lines, locked, read_whole_lines
from assignment_assets.io.folders import DataFolder

_FILES = {"smtp": "ledger.jsonl", "preview": "previews.jsonl", "slack": "slack.jsonl"}


class NoticeLedger:
    """The letters of one cycle; open it with `opened`, which keeps other processes waiting meanwhile."""

    def __init__(self, path: Path):
        self.path = path
        lines = [json.loads(line) for line in read_whole_lines(path)]
        self.last = {(line["recipient"], line["digest"]): line["step"] for line in lines}

    def is_done(self, recipient: str, digest: str) -> bool:
        """Whether the letter went out, or was refused for good."""
        return self.last.get((recipient.casefold(), digest)) in ("sent", "previewed", "refused")

    def note(self, step: str, recipient: str, digest: str, at: datetime, said: str = "") -> None:
        """Appends one step and waits until it is on disk."""
        entry = {"step": step, "recipient": recipient.casefold(), "digest": digest, "at": to_text(at), "said": said}
        append_lines(self.path, f"{canonical_json(entry)}\n")
        self.last[entry["recipient"], digest] = step


@contextmanager
def opened(folder: DataFolder, cycle: str, mode: str) -> Iterator[NoticeLedger]:
    """The ledger of a cycle's letters, alone; previews and Slack have one of their own: one way is not another."""
    path = folder.root / "notices" / cycle / _FILES[mode]
    with locked(path.with_suffix(".lock")):
        yield NoticeLedger(path)
