"""Packets out: the gate's manifest beside them, written last, so that a gate is open only when all is there."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from assignment_assets.domain.gates import GateManifest
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse import write_whole


def read_gate(folder: DataFolder, cycle: str, gate: str) -> GateManifest | None:
    """The manifest of a gate whose packets are out, or None."""
    path = folder.outbox(cycle, gate) / "gate.json"
    return GateManifest.from_json(path.read_text(encoding="utf-8")) if path.is_file() else None


def issue(folder: DataFolder, manifest: GateManifest, write_packet: Callable[[str, str, Path], None]) -> GateManifest:
    """Writes every addressee's packet and then the manifest; returns the manifest in force.

    A gate that is out already at this revision keeps its time of issue and its deadline: the packets are written
    again (their content is frozen), nobody gets more or less time.

    Parameters
    ----------
    manifest
        Whom is asked what, until when.
    write_packet
        Called with person, subject (a region or empty) and the path to write; each path's folder exists.
    """
    target = folder.outbox(manifest.cycle, manifest.gate)
    standing = read_gate(folder, manifest.cycle, manifest.gate)
    if standing is not None and standing.revision == manifest.revision:
        manifest = replace(manifest, issued_at=standing.issued_at, deadline=standing.deadline)
    for addressee in manifest.persons:
        path = target / addressee.person / addressee.file
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        write_packet(addressee.person, addressee.subject, partial)
        partial.replace(path)
        folder.inbox(manifest.cycle, manifest.gate).joinpath(addressee.person).mkdir(parents=True, exist_ok=True)
    write_whole(target / "gate.json", manifest.to_json())
    return manifest


def withdraw(folder: DataFolder, cycle: str, gate: str, at: datetime) -> bool:
    """Sets a gate's packets aside (a re-opened cycle issues new ones); whether there were any."""
    target = folder.outbox(cycle, gate)
    if not (target / "gate.json").is_file():
        return False
    shutil.move(target, target.with_name(f"{gate}.withdrawn-{at:%Y%m%dT%H%M%S%f}"))
    return True
