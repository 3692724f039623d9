"""What a director ticked and has not sent yet: a small file a person, beside the data, gone when it is sent."""

import json
from pathlib import Path
from typing import Any

from assignment_assets.io.durable import write_whole
from assignment_assets.review_app.context import PageRequest
from assignment_assets.review_app.gate import GateState
from assignment_assets.review_app.review_view import sent_edits


def read_draft(request: PageRequest, gate_state: GateState) -> tuple[list[dict[str, Any]], bool]:
    """The person's edits as they left them, and whether some of them are not sent yet."""
    path = _path(request, gate_state)
    sent = sent_edits(request, gate_state.own)
    if not path.is_file():
        return sent, False
    draft = json.loads(path.read_text(encoding="utf-8"))
    if draft["last_no"] != gate_state.last_no:
        return sent, False
    return draft["edits"], draft["edits"] != sent


def save_draft(request: PageRequest, gate_state: GateState, edits: list[dict[str, Any]]) -> None:
    """Keeps the edits until they are sent; a file that comes in from elsewhere meanwhile takes their place."""
    content = {"last_no": gate_state.last_no, "edits": edits}
    write_whole(_path(request, gate_state), json.dumps(content, ensure_ascii=False, indent=1))


def forget_draft(request: PageRequest, gate_state: GateState) -> None:
    """What was sent last is what is left."""
    _path(request, gate_state).unlink(missing_ok=True)


def _path(request: PageRequest, gate_state: GateState) -> Path:
    name = f"{gate_state.manifest.gate}-{gate_state.manifest.revision}.json"
    return request.context.folder.root / "drafts" / request.cycle / request.person / name
