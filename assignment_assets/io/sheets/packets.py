"""Packets on their way to Google: written here by the stage, sent by whoever looks into the inbox next."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.sheets.drawing import requests_of
from assignment_assets.io.sheets.grid import GridFile
from assignment_assets.io.workbooks.packets import LockPacket, ReviewPacket
from assignment_assets.io.workbooks.written import WrittenFile

EDITOR = "the service account"
Packet = TypeVar("Packet", LockPacket, ReviewPacket)


@dataclass(frozen=True)
class Sent:
    """One person's Sheet of one gate: its key, for which revision, when it was last changed before they had it, and
    whether it was shared with them."""

    key: str
    revision: int
    untouched: str = ""
    is_shared: bool = False


def save_packet(
    folder: DataFolder,
    gate: str,
    person: str,
    packet: Packet,
    compose: Callable[[Packet, WrittenFile], None],
) -> None:
    """Keeps a packet, composed as its workbook is, until it is sent."""
    grid = GridFile()
    compose(packet, grid)
    content = {"title": grid.title, "requests": requests_of(grid, EDITOR)}
    write_whole(packet_path(folder, packet.cycle, gate, person), json.dumps(content))


def read_packet(
    folder: DataFolder, cycle: str, gate: str, person: str, editor: str
) -> tuple[str, list[dict[str, Any]]] | None:
    """Title and requests of a packet that was kept, with the account that may change its locked cells; else None."""
    path = packet_path(folder, cycle, gate, person)
    if not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    for request in content["requests"]:
        if "addProtectedRange" in request:
            request["addProtectedRange"]["protectedRange"]["editors"]["users"] = [editor]
    return content["title"], content["requests"]


def packet_path(folder: DataFolder, cycle: str, gate: str, person: str) -> Path:
    """Where a packet waits."""
    return folder.root / "sheets" / cycle / gate / f"{person}.json"


def read_sent(folder: DataFolder, cycle: str, gate: str) -> dict[str, Sent]:
    """Person → their Sheet."""
    path = _sent_path(folder, cycle, gate)
    stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {person: Sent(**facts) for person, facts in stored.items()}


def write_sent(folder: DataFolder, cycle: str, gate: str, sent: dict[str, Sent]) -> None:
    """Remembers the Sheets, in place of what was remembered before."""
    content = {person: asdict(each) for person, each in sent.items()}
    write_whole(_sent_path(folder, cycle, gate), json.dumps(content, indent=1, sort_keys=True))


def _sent_path(folder: DataFolder, cycle: str, gate: str) -> Path:
    return folder.root / "sheets" / cycle / gate / "sent" / "sheets.json"
