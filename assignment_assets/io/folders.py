"""Where everything lies: the data folder's layout, the project's root, the engine's key."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from assignment_assets.domain.errors import AssignmentError, Fault, InvalidInput

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class DataFolder:
    """The one folder that holds all data (``ASSIGNMENT_DATA``, else ``data/`` in the project's root)."""

    root: Path

    @classmethod
    def from_environment(cls) -> "DataFolder":
        """The folder that the environment names, else the project's."""
        return cls(Path(os.environ.get("ASSIGNMENT_DATA") or PROJECT / "data").resolve())

    @property
    def warehouse(self) -> Path:
        """The DuckDB file; only runs write it."""
        return self.root / "warehouse.duckdb"

    @property
    def journal(self) -> Path:
        """The write-back's journal, a DuckDB file of its own; only the write-back opens it."""
        return self.root / "journal.duckdb"

    @property
    def journal_head(self) -> Path | None:
        """Where the journal's head is kept outside this folder: the file that ``ASSIGNMENT_JOURNAL_HEAD`` names, else
        one beside the key file; None where it says ``off``, or where it names none and there is no key file."""
        named = os.environ.get("ASSIGNMENT_JOURNAL_HEAD", "")
        if named:
            return None if named == "off" else Path(named).resolve()
        return None if os.environ.get("ASSIGNMENT_KEY") else self._beside_the_key("journal")

    @property
    def overlay_log(self) -> Path:
        """The overlay log, a DuckDB file of its own; only the overlay writer writes it."""
        return self.root / "overlays.duckdb"

    @property
    def overlay_copies(self) -> Path:
        """Parquet copies of the overlay log's tables, and the version that they have."""
        return self.root / "overlays"

    @property
    def overlay_journal(self) -> Path:
        """The journal of the overlay lane, apart from the waterfall's; only the overlay writer opens it."""
        return self.root / "overlays" / "journal.duckdb"

    @property
    def overlay_journal_head(self) -> Path | None:
        """Where that journal's head is kept outside this folder: beside the waterfall's."""
        head = self.journal_head
        return head.with_name(f"{head.stem}-overlays.json") if head else None

    @property
    def overlay_inbox(self) -> Path:
        """What systems of truth have sent and the overlay writer has not taken yet, a folder a role."""
        return self.root / "inbox" / "overlays"

    def _beside_the_key(self, what: str) -> Path:
        key = key_file()
        which = hashlib.sha256(str(self.root).encode()).hexdigest()[:12]
        return key.with_name(f"{key.name}.{what}-{which}.json")

    @property
    def routing_log(self) -> Path:
        """The routing log, a DuckDB file of its own; only routing writes it."""
        return self.root / "routing.duckdb"

    @property
    def routing_copies(self) -> Path:
        """Parquet copies of the routing log's tables, and the version that they have."""
        return self.root / "routing"

    @property
    def overlay_words(self) -> Path:
        """What people say on the page of the overlay roles: hand-overs acknowledged, proposals answered."""
        return self.root / "overlay_words"

    def published(self, cycle: str) -> Path:
        """Parquet copies of the cycle's tables, with their manifest."""
        return self.root / "published" / cycle

    def outbox(self, cycle: str, gate: str) -> Path:
        """Packets of one gate, a folder a person, and ``gate.json``."""
        return self.root / "outbox" / cycle / gate

    def inbox(self, cycle: str, gate: str) -> Path:
        """What people return to one gate, a folder a person."""
        return self.root / "inbox" / cycle / gate

    def checkpoints(self, cycle: str) -> Path:
        """How far the cycle's searches are; removed when their answers are stored."""
        return self.root / "checkpoints" / cycle

    def reports(self, cycle: str) -> Path:
        """The cycle's report and pictures."""
        return self.root / "reports" / cycle


def key_file() -> Path:
    """Where the engine's key lies, or will: what ``ASSIGNMENT_KEY_FILE`` names, else a file of the project's."""
    return Path(os.environ.get("ASSIGNMENT_KEY_FILE") or PROJECT / ".assignment-key")


def engine_key() -> bytes:
    """The key that packets and tokens are signed with; never kept in the data folder.

    Raises
    ------
    AssignmentError
        Neither ``ASSIGNMENT_KEY`` nor a key file is there.
    InvalidInput
        The key file is no text.
    """
    text = os.environ.get("ASSIGNMENT_KEY")
    path = key_file()
    if not text and path.is_file():
        try:
            text = path.read_text(encoding="utf-8").strip()
        except UnicodeDecodeError as error:
            fault = Fault(path.name, "not a text", "a key as text, in UTF-8", "Make one with `assignment init-key`.")
            raise InvalidInput("engine key", [fault]) from error
    if not text:
        raise AssignmentError(
            f"engine key: neither ASSIGNMENT_KEY nor the file {path.name} is there, expected one of them. "
            "Make one with `assignment init-key`."
        )
    return text.encode()
