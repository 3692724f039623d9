"""Makes everyone who is asked a Google Sheet of their own, and shares it with them, each once.

A Sheet is made, filled in one request and remembered before it is shared: what a crash leaves behind was seen by
nobody, is found again by its name, and is taken over where it is whole, else taken away.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from assignment_assets.domain.gates.gates import Addressee, GateManifest
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.sheets.packets import Sent, read_packet, read_sent, write_sent
from assignment_assets.io.sheets.refusal import SheetRefused
from assignment_assets.io.workbooks.sheet import META

if TYPE_CHECKING:
    from assignment_assets.io.sheets.google import Google

SECONDS = 20.0
BATCH = 10


def send(
    folder: DataFolder,
    manifest: GateManifest,
    google: "Google",
    drive_folder: str,
    notify: bool,
    seconds: float = SECONDS,
) -> list[str]:
    """Sends what was not sent yet, for at most so many seconds; a sentence for everybody who has no Sheet.

    Parameters
    ----------
    drive_folder
        The id of the Drive folder in which Sheets are made.
    notify
        Whether Google writes to each person, with the link; once, but for a crash right after it did.

    Raises
    ------
    SourceUnavailable
        Google cannot be reached, or the folder is not shared with the service account.
    """
    give_up = time.monotonic() + seconds
    sent = read_sent(folder, manifest.cycle, manifest.gate)
    due = [each for each in manifest.persons if each.email and not _is_sent(sent.get(each.person), manifest)]
    nowhere = [f"{each.person}: no e-mail address to share a Sheet with" for each in manifest.persons if not each.email]
    there = google.files(drive_folder) if due else {}
    for first in range(0, len(due), BATCH):
        if time.monotonic() > give_up:
            return [*nowhere, f"{len(due) - first} Sheets are still to be made"]
        batch = due[first : first + BATCH]
        before = dict(sent)
        for each in batch:
            _make(folder, manifest, google, drive_folder, each, sent, there)
        changed = google.files(drive_folder)
        for each in batch:
            made = sent.get(each.person)
            if made is not None and not made.is_shared:
                made = sent[each.person] = replace(made, untouched=changed.get(made.key, ("", ""))[1])
                refused = _share(google, made.key, each, manifest, notify)
                nowhere += refused
                sent[each.person] = replace(made, is_shared=not refused)
                write_sent(folder, manifest.cycle, manifest.gate, sent)
        for person, old in before.items():
            if sent[person].key != old.key:
                google.remove(old.key)
    return nowhere


def _is_sent(known: Sent | None, manifest: GateManifest) -> bool:
    return known is not None and known.revision == manifest.revision and known.is_shared


def _make(
    folder: DataFolder,
    manifest: GateManifest,
    google: "Google",
    drive_folder: str,
    asked: Addressee,
    sent: dict[str, Sent],
    there: Mapping[str, tuple[str, str]],
) -> None:
    """A filled Sheet for one person, remembered; nothing where one of this revision is remembered already."""
    packet = read_packet(folder, manifest.cycle, manifest.gate, asked.person, google.editor)
    known = sent.get(asked.person)
    if packet is None or (known is not None and known.revision == manifest.revision):
        return
    title, requests = packet
    name = f"{title} · {manifest.cycle} · revision {manifest.revision} · {asked.person}"
    key = ""
    for left in [found for found, (called, _) in there.items() if called == name]:
        if not key and META in google.tabs(left):
            key = left
        else:
            google.remove(left)
    if not key:
        key = google.create(name, drive_folder)
        google.fill(key, requests)
    sent[asked.person] = Sent(key, manifest.revision)
    write_sent(folder, manifest.cycle, manifest.gate, sent)


def _share(google: "Google", key: str, asked: Addressee, manifest: GateManifest, notify: bool) -> list[str]:
    """Nothing, or why Google gives the person no access; it is asked again at every look."""
    message = f"Please answer by {manifest.deadline:%-d %b %Y %H:%M} UTC and set Finished? to yes." if notify else ""
    try:
        google.share(key, asked.email, message)
    except SheetRefused as error:
        return [f"{asked.person}: {error}"]
    return []
