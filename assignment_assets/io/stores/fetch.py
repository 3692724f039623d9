"""Brings what people put into a store's inbox to the inbox folder here, where the intake looks.

Files lie in the store as they would in the folder: ``<cycle>/<gate>/<person>/<name>``. Stores of objects have no
rename, so an upload in two steps counts as whole at once (``x.xlsx.partial``, then ``x.xlsx.ready`` with its sha256);
a plain file counts once it looks the same at two fetches. Here both become an upload in two steps, so that the intake
takes them at once. What disappears from the store disappears here too, unless it was changed here.

Every step may be cut off: what is remembered is written after what it speaks of, and fetching again what is here
already changes nothing, because receipts go by content.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from assignment_assets.domain.identity.person_keys import is_person
from assignment_assets.io.durable import locked, write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.fetched import Fetchable, Fetched, read_fetched, write_fetched
from assignment_assets.io.intake.files import MOST_BYTES, PARTIAL, READY, is_plain_name
from assignment_assets.io.intake.log import log_path
from assignment_assets.io.stores.store import Entry, Store

SECONDS = 20.0
BATCH = 40
_STORED = "stored-"
_OF_PAGES = ("page.csv",)


@dataclass(frozen=True)
class _Upload:
    """One file of the store as people mean it: its place without `.partial`, its objects, whether it has a marker."""

    place: str
    content: str
    marker: str
    size: int
    facts: str

    @property
    def is_in_two_steps(self) -> bool:
        return self.content.endswith(PARTIAL)


def fetch(folder: DataFolder, cycle: str, gate: str, url: str, now: datetime, seconds: float = SECONDS) -> Fetched:
    """Fetches what is new in one gate's inbox, for at most so many seconds; the rest waits for the next fetch.

    Parameters
    ----------
    url
        The inbox's address.
    now
        UTC without zone; a file is in time when it lay in the store before the deadline.

    Raises
    ------
    SourceUnavailable
        The store cannot be reached; what was fetched stays.
    """
    give_up = time.monotonic() + seconds
    below = f"{cycle}/{gate}"
    store = Store(url)
    with locked(log_path(folder, cycle, gate).with_suffix(".fetch.lock")):
        before = read_fetched(folder, cycle, gate)
        uploads, strangers = _uploads(store.listing(below))
        inbox = folder.inbox(cycle, gate)
        files: dict[str, Fetchable] = {}
        for place, upload in uploads.items():
            known = before.files.get(place)
            files[place] = (
                known
                if known and known.facts == upload.facts
                else _seen_first(
                    upload,
                    known,
                    inbox,
                    now,
                    {
                        each.local
                        for other, each in {**before.files, **files}.items()
                        if other.partition("/")[0] == place.partition("/")[0] and other != place
                    },
                )
            )
        for place in before.files.keys() - files.keys():
            _forget(inbox, place, before.files[place])
        write_fetched(folder, cycle, gate, Fetched(files, strangers))
        due = [
            place
            for place, each in files.items()
            if each.is_pending and (uploads[place].is_in_two_steps or each is before.files.get(place))
        ]
        due.sort()
        for first in range(0, len(due), BATCH):
            if time.monotonic() > give_up:
                break
            files |= _copied(
                store, below, inbox, {place: uploads[place] for place in due[first : first + BATCH]}, files
            )
            write_fetched(folder, cycle, gate, Fetched(files, strangers))
        return Fetched(files, strangers)


def _uploads(listing: Mapping[str, Entry]) -> tuple[dict[str, _Upload], tuple[str, ...]]:
    """What lies in the store, by place, and names that nobody was asked to put there."""
    uploads, strangers = {}, []
    for name, entry in sorted(listing.items()):
        person, _, file_name = name.partition("/")
        shown = file_name.removesuffix(PARTIAL)
        if file_name.startswith((".", "~$")) or file_name.endswith(READY):
            continue
        if not is_person(person) or "/" in file_name or not is_plain_name(file_name):
            strangers.append(name.encode("unicode_escape", "backslashreplace").decode()[:200])
            continue
        marker = f"{person}/{shown}{READY}" if file_name != shown else ""
        sealed = listing.get(marker)
        facts = f"{entry.facts} | {sealed.facts if sealed else 'no marker'}" if marker else entry.facts
        uploads[name] = _Upload(f"{person}/{shown}", name, marker if sealed else "", entry.size, facts)
    return uploads, tuple(strangers)


def _seen_first(upload: _Upload, known: Fetchable | None, inbox: Path, now: datetime, others: set[str]) -> Fetchable:
    """A file that is new, or no longer as it was: its name here, and why it will not be fetched as it is."""
    local = known.local if known else _local_name(upload, inbox, others)
    fresh = Fetchable(upload.facts, now, local)
    if upload.size > MOST_BYTES:
        return replace(
            fresh,
            rule="not_a_file",
            sentence=f"{local}: it has {upload.size:,} bytes, expected at most "
            f"{MOST_BYTES:,}. Put the file itself there.",
        )
    if upload.is_in_two_steps and not upload.marker:
        return replace(fresh, rule="incomplete", sentence=f"{local}: the upload is not complete; waiting.")
    return fresh


def _local_name(upload: _Upload, inbox: Path, others: set[str]) -> str:
    """The file's own name, or one beside it where pages, commands or another file of the store have that one."""
    person, _, name = upload.place.partition("/")
    number = 1
    chosen = f"{_STORED}{name}" if name in _OF_PAGES or name.endswith(".json") else name
    while chosen in others or any((inbox / person / f"{chosen}{end}").exists() for end in ("", PARTIAL)):
        chosen = f"{_STORED}{f'{number}-' if number > 1 else ''}{name}"
        number += 1
    return chosen


def _copied(
    store: Store, below: str, inbox: Path, uploads: Mapping[str, _Upload], files: Mapping[str, Fetchable]
) -> dict[str, Fetchable]:
    """The files that could be fetched, or were found wanting; those that changed meanwhile wait."""
    wanted = [f"{below}/{each}" for upload in uploads.values() for each in (upload.content, upload.marker) if each]
    contents = store.read(wanted)
    now_there, _ = _uploads(store.listing(below))
    done = {}
    for place, upload in uploads.items():
        content = contents.get(f"{below}/{upload.content}")
        if content is None or place not in now_there or now_there[place].facts != upload.facts:
            continue
        digest, known = hashlib.sha256(content).hexdigest(), files[place]
        if upload.marker and _said(contents.get(f"{below}/{upload.marker}", b"")) != digest:
            done[place] = replace(
                known, rule="incomplete", sentence=f"{known.local}: its .ready marker has another digest; waiting."
            )
            continue
        target = inbox / upload.place.partition("/")[0] / known.local
        write_whole(target.with_name(f"{target.name}{PARTIAL}"), content, lasting=True)
        write_whole(target.with_name(f"{target.name}{READY}"), digest, lasting=True)
        done[place] = replace(known, digest=digest)
    return done


def _said(marker: bytes) -> str:
    words = marker[:200].decode("ascii", "replace").lower().split()
    return words[0] if words else ""


def _forget(inbox: Path, place: str, known: Fetchable) -> None:
    """Takes away what was fetched, where it is still that."""
    target = inbox / place.partition("/")[0] / known.local
    content = target.with_name(f"{target.name}{PARTIAL}")
    if content.is_file() and hashlib.sha256(content.read_bytes()).hexdigest() == known.digest:
        content.unlink()
        target.with_name(f"{target.name}{READY}").unlink(missing_ok=True)
