"""Puts what lies in the outbox here into a store's outbox, where people take their packets and receipts from.

Names are the same: ``<cycle>/<gate>/<person>/<file>`` and ``<cycle>/receipts/<person>/<file>``. A packet is there
whole or not at all, and its ``.ready`` marker with the sha256 follows it; ``gate.json`` goes last. What was withdrawn
here is taken away there. What is remembered is written after each batch: a delivery that was cut off is made again,
under the same names and with the same content.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from assignment_assets.domain.gate import GATES
from assignment_assets.io.durable import locked, write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.files import READY
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.stores.store import Store

SECONDS = 20.0
BATCH = 40


class Delivered(TypedDict):
    """What is remembered of one file: its size and time of change, and the digest of what was sent."""

    stamp: list[int]
    digest: str


def deliver(folder: DataFolder, cycle: str, outbox: str, inbox: str = "", seconds: float = SECONDS) -> int:
    """Brings a store's outbox up to date, for at most so many seconds; how many files still wait.

    Parameters
    ----------
    outbox
        The outbox's address.
    inbox
        The inbox's address, for a store that has folders: everybody who is asked finds theirs there.

    Raises
    ------
    SourceUnavailable
        The store cannot be reached; what was delivered stays.
    """
    give_up = time.monotonic() + seconds
    with _alone(folder, cycle) as state_path:
        known = _remembered(state_path, outbox)
        root = folder.root / "outbox" / cycle
        stamps = {name: _stamp(root / name) for name in _names(root)}
        due = sorted(
            (name for name, stamp in stamps.items() if name not in known or known[name]["stamp"] != stamp), key=_order
        )
        gone = sorted(known.keys() - stamps.keys())
        if not due and not gone:
            return 0
        store = Store(outbox)
        if gone:
            store.remove(f"{cycle}/{each}" for name in gone for each in (name, *_marker(name)))
            known = {name: facts for name, facts in known.items() if name in stamps}
            _remember(state_path, outbox, known)
        for first in range(0, len(due), BATCH):
            if time.monotonic() > give_up:
                return len(due) - first
            batch = due[first : first + BATCH]
            if inbox:
                _make_inboxes(folder, cycle, batch, inbox)
            known |= _delivered(store, cycle, root, batch, known, stamps)
            _remember(state_path, outbox, known)
        return 0


def _names(root: Path) -> Iterator[str]:
    """Every file of the outbox, as a name below it; neither hidden ones nor withdrawn packets."""
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        if path.is_file() and not any(part.startswith(".") for part in parts) and ".withdrawn-" not in parts[0]:
            yield "/".join(parts)


def _stamp(path: Path) -> list[int]:
    facts = path.stat()
    return [facts.st_size, facts.st_mtime_ns]


def _order(name: str) -> tuple[bool, str]:
    """Manifests after the packets that they speak of."""
    return name.endswith("/gate.json"), name


def _marker(name: str) -> tuple[str, ...]:
    """The marker of a packet; receipts and manifests have none."""
    is_packet = name.count("/") == 2 and name.partition("/")[0] in GATES
    return (f"{name}{READY}",) if is_packet else ()


def _delivered(
    store: Store,
    cycle: str,
    root: Path,
    names: list[str],
    known: Mapping[str, Delivered],
    stamps: Mapping[str, list[int]],
) -> dict[str, Delivered]:
    """What to remember of a batch that is in the store now; the same content is not sent again."""
    contents = {name: (root / name).read_bytes() for name in names if (root / name).is_file()}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    new = [name for name, digest in digests.items() if name not in known or known[name]["digest"] != digest]
    store.write({f"{cycle}/{name}": contents[name] for name in new})
    store.write({f"{cycle}/{marker}": digests[name].encode() for name in new for marker in _marker(name)})
    return {name: {"stamp": stamps[name], "digest": digest} for name, digest in digests.items()}


def _make_inboxes(folder: DataFolder, cycle: str, names: list[str], inbox: str) -> None:
    manifests = [read_gate(folder, cycle, name.partition("/")[0]) for name in names if name.endswith("/gate.json")]
    asked = [f"{cycle}/{each.gate}/{person.person}" for each in manifests if each for person in each.persons]
    if asked:
        Store(inbox).make_folders(dict.fromkeys(asked))


def _remembered(path: Path, outbox: str) -> dict[str, Delivered]:
    """What was delivered to this address; another one starts anew."""
    stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    files: dict[str, Delivered] = stored["files"] if stored.get("outbox") == outbox else {}
    return files


def _remember(path: Path, outbox: str, known: Mapping[str, Delivered]) -> None:
    write_whole(path, json.dumps({"outbox": outbox, "files": known}, indent=1, sort_keys=True), lasting=True)


@contextmanager
def _alone(folder: DataFolder, cycle: str) -> Iterator[Path]:
    path = folder.root / "intake" / cycle / "delivered.json"
    with locked(path.with_suffix(".lock")):
        yield path
