"""Files that a reader never sees half written, logs that lose no line, and locks that die with their holder.

What waits for the disk is decided here. A line of a log always does: receipts, letters sent and views are evidence, and
nothing could make them anew. A whole file does where its writer says `lasting`, for the same reason; published tables,
packets and reports do not, because the warehouse makes them anew. After a power cut a lasting file is the old one or
the new one.
"""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout, lock_descriptor, unlock_descriptor

from assignment_assets.domain.errors import AssignmentError, SourceUnavailable

Content = str | bytes | Callable[[Path], object]


def write_whole(path: Path, content: Content, lasting: bool = False) -> None:
    """Puts a file in place so that a reader sees the old one or the new one, never a half.

    Parameters
    ----------
    content
        A text, bytes, or what writes them: called with the path to write.
    lasting
        Waits until the content is on disk before it takes the old one's place.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # each writer has a part of its own: two that write the same file at once do not write into each other's
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        if callable(content):
            content(partial)
        else:
            partial.write_bytes(content.encode() if isinstance(content, str) else content)
        if lasting:
            _sync(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object that a JSON file holds; None where there is no such file.

    Raises
    ------
    SourceUnavailable
        It is not a JSON object.
    """
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SourceUnavailable(f"{path.name}: not JSON ({error}), expected the file as it was written.") from error
    if not isinstance(content, dict):
        raise SourceUnavailable(f"{path.name}: a {type(content).__name__}, expected a JSON object.")
    return content


def append_lines(path: Path, lines: str, mode: int = 0o640) -> None:
    """Appends whole lines, waits until they are on disk, and cuts off first what a crash left unfinished.

    Threads and processes that append at once wait for each other, so that no line is cut.

    Parameters
    ----------
    lines
        Each with its line break.
    mode
        Who may read and write the file, where it is new.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, mode)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        lock_descriptor(handle, poll_interval=0.005)
        _cut_unfinished(file)
        rest = memoryview(lines.encode())
        while rest:
            rest = rest[file.write(rest) :]
        unlock_descriptor(handle)  # the line is whole; who comes next need not wait for the disk
        os.fsync(handle)
    if is_new:
        _sync(path.parent)


def read_whole_lines(path: Path) -> list[str]:
    """The lines of such a log; a last one that a crash cut short does not count. None where there is no log."""
    if not path.is_file():
        return []
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    # not splitlines: JSON may hold other characters that Unicode calls line ends
    return whole.decode().split("\n") if whole else []


@contextmanager
def locked(
    path: Path,
    busy: Callable[[str], AssignmentError] | None = None,
    patience_seconds: float = 0.0,
    holder: str = "",
) -> Iterator[None]:
    """Keeps other threads and processes of this machine out of the block.

    The lock is the operating system's (`flock`): it is free as soon as its process ends, however it ends. The file
    stays where it is, because who waits for it would hold another one than who comes after.

    Parameters
    ----------
    path
        The lock file.
    busy
        Gives the error to raise when others have held the lock for too long; called with what the holder wrote,
        which may be nothing. Without it the wait has no end.
    patience_seconds
        How long is too long.
    holder
        What to write into the file for those who wait.
    """

    def sign(handle: int) -> None:
        if holder:
            os.ftruncate(handle, 0)
            os.pwrite(handle, holder.encode(), 0)

    path.parent.mkdir(parents=True, exist_ok=True)
    # a file system without flock is an error: the library's substitute outlives a process that dies
    lock = FileLock(path, thread_local=False, fallback_to_soft=False, preserve_lock_file=True, on_acquired=sign)
    try:
        lock.acquire(timeout=patience_seconds if busy else -1)
    except Timeout as error:
        if busy is None:
            raise
        raise busy(path.read_text(encoding="utf-8").strip()) from error
    try:
        yield
    finally:
        lock.release()


def _cut_unfinished(file: FileIO) -> None:
    end = file.seek(0, os.SEEK_END)
    if end and file.seek(end - 1) >= 0 and file.read(1) != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
