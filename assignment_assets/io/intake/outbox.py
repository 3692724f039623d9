"""Packets out: the gate's manifest beside them, written last, so that a gate is open only when all is there."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from assignment_assets.domain.gate import GATES
from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.domain.setup.freeze import is_stale
from assignment_assets.io.durable import read_json, write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.log import closed_at
from assignment_assets.io.warehouse.cycle_life import cycle_life

WRITTEN = ".written.json"  # packet → digests of what it says and of its bytes


def read_gate(folder: DataFolder, cycle: str, gate: str) -> GateManifest | None:
    """The manifest of a gate whose packets are out, or None."""
    path = folder.outbox(cycle, gate) / "gate.json"
    return GateManifest.from_json(path.read_text(encoding="utf-8")) if path.is_file() else None


def closed_since(folder: DataFolder, manifest: GateManifest) -> datetime | None:
    """When a gate closed: noted by the sensor, or shown by the next gate's packets being out; None while it is open."""
    following = GATES[manifest.gate].next_gate
    issued = read_gate(folder, manifest.cycle, following.name) if following else None
    return closed_at(folder, manifest) or (issued.issued_at if issued else None)


def issue(
    folder: DataFolder,
    manifest: GateManifest,
    write_packet: Callable[[str, str, Path], None],
    content_of: Callable[[str, str], str] | None = None,
) -> GateManifest:
    """Writes every addressee's packet and then the manifest; returns the manifest in force.

    A gate that is out already at this revision keeps its time of issue and its deadline: nobody gets more or less
    time.

    Parameters
    ----------
    manifest
        Whom is asked what, until when.
    write_packet
        Called with person, subject (a region or empty) and the path to write; each path's folder exists.
    content_of
        Called with person and subject: a digest of all that the packet says. A packet that lies there whole and says
        the same is left as it is; without it every packet is written again.
    """
    target = folder.outbox(manifest.cycle, manifest.gate)
    standing = read_gate(folder, manifest.cycle, manifest.gate)
    if standing is not None and standing.revision == manifest.revision:
        manifest = replace(manifest, issued_at=standing.issued_at, deadline=standing.deadline)
    known, written = read_json(target / WRITTEN) or {}, {}
    for addressee in manifest.persons:
        name = f"{addressee.person}/{addressee.file}"
        path = target / name
        content = content_of(addressee.person, addressee.subject) if content_of else None
        if content is None or known.get(name) != [content, _bytes_digest(path)]:
            write_whole(path, partial(write_packet, addressee.person, addressee.subject))
        if content is not None:
            written[name] = [content, _bytes_digest(path)]
        folder.inbox(manifest.cycle, manifest.gate).joinpath(addressee.person).mkdir(parents=True, exist_ok=True)
    if written:
        write_whole(target / WRITTEN, json.dumps(written, indent=1, sort_keys=True))
    write_whole(target / "gate.json", manifest.to_json())
    return manifest


def _bytes_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def withdraw(folder: DataFolder, cycle: str, gate: str, at: datetime) -> bool:
    """Sets a gate's packets aside (a re-opened cycle issues new ones); whether there were any."""
    target = folder.outbox(cycle, gate)
    if not (target / "gate.json").is_file():
        return False
    shutil.move(target, target.with_name(f"{gate}.withdrawn-{at:%Y%m%dT%H%M%S%f}"))
    return True


def withdraw_stale(folder: DataFolder, cycle: str, at: datetime) -> list[str]:
    """The gates whose packets were withdrawn now, because a process died between ending or re-opening the cycle and
    doing it; doing it twice changes nothing."""
    events = cycle_life(folder, cycle)
    out = {gate: standing for gate in GATES if (standing := read_gate(folder, cycle, gate)) is not None}
    return [
        gate
        for gate, standing in out.items()
        if is_stale(events, gate, standing.revision) and withdraw(folder, cycle, gate, at)
    ]
