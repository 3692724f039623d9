"""What a director ticked and has not sent yet: a small file a person, beside the data, gone when it is sent."""

import json
from pathlib import Path

from assignment_assets.io.durable import write_whole
from assignment_assets.review_app.context import Call
from assignment_assets.review_app.gate import Standing
from assignment_assets.review_app.review_view import sent_edits


def read_draft(call: Call, standing: Standing) -> tuple[list[dict], bool]:
    """The person's edits as they left them, and whether some of them are not sent yet."""
    path = _path(call, standing)
    sent = sent_edits(call, standing.own)
    if not path.is_file():
        return sent, False
    draft = json.loads(path.read_text(encoding="utf-8"))
    if draft["last_no"] != standing.last_no:
        return sent, False
    return draft["edits"], draft["edits"] != sent


def save_draft(call: Call, standing: Standing, edits: list[dict]) -> None:
    """Keeps the edits until they are sent; a file that comes in from elsewhere meanwhile takes their place."""
    content = {"last_no": standing.last_no, "edits": edits}
    write_whole(_path(call, standing), json.dumps(content, ensure_ascii=False, indent=1))


def forget_draft(call: Call, standing: Standing) -> None:
    """What was sent last is what is left."""
    _path(call, standing).unlink(missing_ok=True)


def _path(call: Call, standing: Standing) -> Path:
    name = f"{standing.manifest.gate}-{standing.manifest.revision}.json"
    return call.house.folder.root / "drafts" / call.cycle / call.person / name
