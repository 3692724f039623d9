"""Reads what people wrote into their Google Sheets, into the inbox folder where the intake looks.

A Sheet is read once it was changed and has been at rest for one look. What was read is a file, ``google.sheet``: it
is archived, judged and receipted like a workbook, by the same rules and in the same words.
"""

import hashlib
import json
import time
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.fetched import SHEETS, Fetchable, Fetched, read_fetched, write_fetched
from assignment_assets.io.intake.files import PARTIAL, READY
from assignment_assets.io.sheets.packets import Sent, read_sent
from assignment_assets.io.sheets.refusal import SheetRefused
from assignment_assets.io.workbooks.returned import SHEET

if TYPE_CHECKING:
    from assignment_assets.io.sheets.google import Google

NAME = f"google{SHEET}"
SECONDS = 20.0


def fetch_answers(
    folder: DataFolder,
    manifest: GateManifest,
    google: "Google",
    drive_folder: str,
    now: datetime,
    seconds: float = SECONDS,
) -> Fetched:
    """Reads the Sheets of one gate that people have changed, for at most so many seconds.

    Raises
    ------
    SourceUnavailable
        Google cannot be reached; what was read stays.
    """
    give_up = time.monotonic() + seconds
    cycle, gate = manifest.cycle, manifest.gate
    before = read_fetched(folder, cycle, gate, SHEETS)
    mine = {
        person: each
        for person, each in read_sent(folder, cycle, gate).items()
        if each.is_shared and each.revision == manifest.revision
    }
    there = google.files(drive_folder) if mine else {}
    files = {
        f"{person}/{sent.key}": _as_it_stands(before.files.get(f"{person}/{sent.key}"), sent, there, now)
        for person, sent in mine.items()
        if there.get(sent.key, ("", ""))[1] != sent.untouched
    }
    write_fetched(folder, cycle, gate, Fetched(files), SHEETS)
    for place, each in files.items():
        if not each.is_pending or each is not before.files.get(place):
            continue
        if time.monotonic() > give_up:
            break
        files[place] = _read(folder, manifest, google, place, each)
        write_fetched(folder, cycle, gate, Fetched(files), SHEETS)
    return Fetched(files)


def _as_it_stands(known: Fetchable | None, sent: Sent, there: dict[str, tuple[str, str]], now: datetime) -> Fetchable:
    if sent.key not in there:
        return Fetchable(
            "gone",
            now,
            NAME,
            rule="incomplete",
            sentence=f"{NAME}: your Google Sheet is no longer where "
            "it was made. Ask Growth Strategy for it, or return the workbook instead.",
        )
    changed = there[sent.key][1]
    return known if known and known.facts == changed else Fetchable(changed, now, NAME)


def _read(folder: DataFolder, manifest: GateManifest, google: "Google", place: str, known: Fetchable) -> Fetchable:
    person, _, key = place.partition("/")
    try:
        rows, merged = google.read(key)
    except SheetRefused as error:
        return replace(known, rule="incomplete", sentence=f"{NAME}: your Google Sheet cannot be read. {error}")
    content = json.dumps({"rows": rows, "merged": merged}, sort_keys=True, ensure_ascii=False).encode()
    digest = hashlib.sha256(content).hexdigest()
    target = folder.inbox(manifest.cycle, manifest.gate) / person / NAME
    write_whole(target.with_name(f"{NAME}{PARTIAL}"), content, lasting=True)
    write_whole(target.with_name(f"{NAME}{READY}"), digest, lasting=True)
    return replace(known, digest=digest)
