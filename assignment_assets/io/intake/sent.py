"""Which accounts a person was asked about, as the packet that was sent to them says."""

from assignment_assets.domain.gate import LOCK_GATE
from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.workbooks.lock_list import SHEET
from assignment_assets.io.workbooks.returned import read_returned


def sent_ids(folder: DataFolder, manifest: GateManifest, person: str) -> frozenset[str] | None:
    """The accounts of the person's keep-list; null where the gate has no such lists, or the packet is gone."""
    if manifest.gate != LOCK_GATE.name:
        return None
    files = (each.file for each in manifest.persons if each.person == person)
    paths = (folder.outbox(manifest.cycle, manifest.gate) / person / file for file in files)
    path = next((path for path in paths if path.is_file()), None)
    return frozenset(read_returned(path).row_digests(SHEET)) if path else None
