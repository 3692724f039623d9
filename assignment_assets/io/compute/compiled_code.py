"""Compiled loops that an upgrade has made stale are forgotten, so that no release runs another's code.

Numba keeps what it compiles beside each source, and takes it for good until that one file changes. A loop has those
of other files inlined, and names tuples that they define: after an upgrade it may be another's, or not load at all.
"""

import hashlib
from pathlib import Path

from assignment_assets.io.durable import write_whole

STAMP = "__pycache__/compiled_from.sha256"
SHAPES_CODE = ("njit", "NamedTuple")  # what a source says that compiled loops depend on


def forget_stale_code(sources_of: Path) -> int:
    """Removes what was compiled from other sources than those that lie there now; how many files it was.

    Where the folder cannot be written, nothing was compiled into it either: numba keeps its files elsewhere then, by
    each source's own date.
    """
    sources = sorted(sources_of.rglob("*.py"))
    digest = hashlib.sha256()
    for source in sources:
        text = source.read_bytes()
        if any(word.encode() in text for word in SHAPES_CODE):
            digest.update(source.relative_to(sources_of).as_posix().encode() + text)
    stamp, now = sources_of / STAMP, digest.hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == now:
        return 0
    stale = [path for kind in ("nbi", "nbc") for path in sources_of.rglob(f"__pycache__/*.{kind}")]
    try:
        for path in stale:
            path.unlink(missing_ok=True)
        write_whole(stamp, now)
    except PermissionError:
        return 0
    return len(stale)
