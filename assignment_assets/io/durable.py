"""Files that a reader never sees half written."""

import json
import os
from pathlib import Path
from typing import Any

from assignment_assets.domain.errors import SourceUnavailable


def write_whole(path: Path, text: str) -> None:
    """Writes a text file so that a reader sees the old one or the new one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


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
