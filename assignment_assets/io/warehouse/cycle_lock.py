"""One run of a cycle at a time: a lock file that the operating system frees when its process ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from assignment_assets.domain.errors import WarehouseBusy
from assignment_assets.io.folders import DataFolder


@contextmanager
def one_run(folder: DataFolder, cycle: str, segment: str, patience_seconds: float = 60.0) -> Iterator[None]:
    """Keeps other commands and runs of this machine from running a segment of the same cycle meanwhile.

    Two runs side by side would both judge what only one may judge. The operating system frees the lock of a process
    that dies.

    Raises
    ------
    WarehouseBusy
        Another process has been running the cycle for longer than `patience_seconds`.
    """
    path = folder.root / "runs" / f"{cycle}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    give_up = time.monotonic() + patience_seconds
    with path.open("a+") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= give_up:
                    lock.seek(0)
                    raise WarehouseBusy(
                        f"cycle {cycle}: {lock.read().strip() or 'another process'} has been at it for "
                        f"{patience_seconds:.0f} s, expected no other run. Wait for it to end and try again."
                    ) from error
                time.sleep(0.1)
        lock.truncate(0)
        lock.write(f"process {os.getpid()} ({segment})")
        lock.flush()
        yield
