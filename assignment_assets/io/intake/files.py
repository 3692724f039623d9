"""What lies in a gate's inbox: one folder a person, regular files only, each read once."""

import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assignment_assets.domain.identity.person_keys import is_person

MOST_BYTES = 25_000_000
PARTIAL, READY = ".partial", ".ready"
_NAME_BYTES = 200


@dataclass(frozen=True)
class Notice:
    """Something that its author should know although no receipt says it: a file that waits or cannot be taken."""

    person: str
    file_name: str
    rule: str
    sentence: str


@dataclass(frozen=True)
class Found:
    """One file as it lay there at one look. `changed_at` (UTC) is the file system's own time of the last change."""

    person: str
    file_name: str
    content: bytes
    digest: str
    changed_at: datetime
    is_sealed: bool = False

    @property
    def key(self) -> str:
        """The file's place below the gate's folder."""
        return f"{self.person}/{self.file_name}"

    @property
    def suffix(self) -> str:
        """The file's suffix in lower case."""
        return Path(self.file_name).suffix.lower()


def find(folder: Path, only: str = "") -> tuple[list[Found], list[Notice]]:
    """Every file below the persons' folders, in the order of person and name, and what was left alone.

    With `only`, that person's files alone.

    Left alone silently: hidden files and the lock files of spreadsheet programs (`~$…`). Left alone with a notice:
    links, folders, names that cannot be printed, files above 25 MB, folders that are not a person's.
    An upload in two steps (`x.xlsx.partial`, then `x.xlsx.ready` with its sha256) is found as `x.xlsx`; beside a plain
    `x.xlsx`, the one that was changed last is.
    """
    found: list[Found] = []
    notices: list[Notice] = []
    for person in sorted(_entries(folder), key=lambda entry: entry.name):
        if person.name.startswith(".") or (only and person.name != only):
            continue
        if not is_person(person.name) or not person.is_dir(follow_symlinks=False):
            notices.append(
                Notice(
                    "",
                    _printable(person.name),
                    "odd_name",
                    f"{_printable(person.name)}: not the folder of a person who was asked; left alone.",
                )
            )
            continue
        _look_into(Path(person.path), person.name, found, notices)
    return found, notices


def is_plain_name(name: str) -> bool:
    """Whether a file's name can be printed, and is short enough to be used with something added."""
    return name.isprintable() and len(os.fsencode(name)) <= _NAME_BYTES


def _look_into(folder: Path, person: str, found: list[Found], notices: list[Notice]) -> None:
    names = sorted(entry.name for entry in _entries(folder))
    taken: dict[str, Found] = {}
    for name in names:
        shown = name.removesuffix(PARTIAL)
        if name.startswith((".", "~$")) or name.endswith(READY):
            continue
        if not is_plain_name(name):
            notices.append(
                Notice(
                    person,
                    _printable(name),
                    "odd_name",
                    f"{_printable(name)}: a file name that cannot be used. Give it a plain name such as keep.xlsx.",
                )
            )
            continue
        content, changed_at, problem = _read(folder / name)
        if problem:
            notices.append(Notice(person, shown, "not_a_file", f"{shown}: {problem}. Put the file itself there."))
            continue
        digest = hashlib.sha256(content).hexdigest()
        if name.endswith(PARTIAL):
            marker = f"{shown}{READY}"
            sealed = _sealed_digest(folder / marker) if marker in names else None
            if sealed != digest:
                if shown not in names:
                    missing = "its .ready marker has another digest" if sealed else "the upload is not complete"
                    notices.append(Notice(person, shown, "incomplete", f"{shown}: {missing}; waiting."))
                continue
        if shown not in taken or taken[shown].changed_at < changed_at:
            taken[shown] = Found(person, shown, content, digest, changed_at, name.endswith(PARTIAL))
    found += taken.values()


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return list(entries)


def _read(path: Path) -> tuple[bytes, datetime, str]:
    """Content, time of the last change, and why the file was not read (empty when it was)."""
    never = datetime.min
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        return b"", never, f"it cannot be read ({error.strerror})"
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            return b"", never, "it is not a regular file"
        if facts.st_size > MOST_BYTES:
            return b"", never, f"it has {facts.st_size:,} bytes, expected at most {MOST_BYTES:,}"
        changed_at = datetime.fromtimestamp(max(facts.st_mtime, facts.st_ctime), UTC).replace(tzinfo=None)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(MOST_BYTES + 1), changed_at, ""
    finally:
        os.close(handle)


def _sealed_digest(marker: Path) -> str | None:
    """The sha256 that a `.ready` marker names, also in the form that sha256sum writes."""
    content, _, problem = _read(marker)
    words = content[:200].decode("ascii", "replace").lower().split()
    return None if problem or not words else words[0]


def _printable(name: str) -> str:
    return name.encode("unicode_escape", "backslashreplace").decode()[:_NAME_BYTES]
