"""How much memory this process has needed at most."""

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_mb() -> int:
    """Largest resident set so far, in MB (2^20 bytes).

    Linux's own `ru_maxrss` also counts the process that started this one, up to the moment of the start; the high-water
    mark of the address space does not.
    """
    if STATUS.exists():
        for line in STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def megabytes(maxrss: int) -> int:
    """A usage's `ru_maxrss` in MB (2^20 bytes): macOS counts bytes, Linux kilobytes."""
    return maxrss // (2**20 if sys.platform == "darwin" else 1024)
