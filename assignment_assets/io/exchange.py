"""What goes out and comes in beside the folders here: a store's inbox and outbox, Google Sheets."""

from datetime import datetime

from assignment_assets.domain.gate import GATES
from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.settings import Settings
from assignment_assets.io.sheets.door import open_google
from assignment_assets.io.sheets.fetch import fetch_answers
from assignment_assets.io.sheets.send import send
from assignment_assets.io.stores.deliver import deliver
from assignment_assets.io.stores.fetch import fetch


def bring_in(folder: DataFolder, manifest: GateManifest, settings: Settings, now: datetime) -> None:
    """Fetches what people returned to a gate elsewhere, before its inbox is looked into.

    Raises
    ------
    SourceUnavailable
        A store or Google cannot be reached.
    """
    if manifest.is_draft:
        return
    if settings.files.inbox:
        fetch(folder, manifest.cycle, manifest.gate, settings.files.inbox, now)
    if settings.sheets.folder and GATES[manifest.gate].has_sheets:
        fetch_answers(folder, manifest, open_google(), settings.sheets.folder, now)


def send_out(folder: DataFolder, manifest: GateManifest, settings: Settings) -> list[str]:
    """Delivers packets and receipts elsewhere; a sentence for everything that is still to be delivered.

    Raises
    ------
    SourceUnavailable
        A store or Google cannot be reached.
    """
    if manifest.is_draft:
        return []
    waiting = []
    if settings.files.outbox:
        count = deliver(folder, manifest.cycle, settings.files.outbox, settings.files.inbox)
        waiting += [f"{count} files are still to be delivered"] if count else []
    if settings.sheets.folder and GATES[manifest.gate].has_sheets:
        waiting += send(folder, manifest, open_google(), settings.sheets.folder, settings.sheets.notify)
    return waiting
