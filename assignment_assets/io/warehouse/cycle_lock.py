"""One run of a cycle at a time: a lock file that the operating system frees when its process ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from assignment_assets.domain.errors import WarehouseBusy
from assignment_assets.io.durable import locked
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

    def busy(holder: str) -> WarehouseBusy:
        return WarehouseBusy(
            f"cycle {cycle}: {holder or 'another process'} has been at it for {patience_seconds:.0f} s, "
            "expected no other run. Wait for it to end and try again."
        )

    path = folder.root / "runs" / f"{cycle}.lock"
    with locked(path, busy, patience_seconds, f"process {os.getpid()} ({segment})"):
        yield
