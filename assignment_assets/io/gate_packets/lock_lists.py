"""Keep-lists out: a workbook a rep, and its Sheet where Sheets are on."""

from pathlib import Path

from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.domain.lock_lists import LockLists
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.intake.outbox import issue
from assignment_assets.io.settings import read_settings
from assignment_assets.io.sheets.packets import save_packet
from assignment_assets.io.workbooks.lock_list import compose_lock_list, write_lock_list
from assignment_assets.io.workbooks.packets import LOCK_ROWS, LockPacket


def issue_lock_lists(folder: DataFolder, manifest: GateManifest, lists: LockLists, config: RunConfig) -> GateManifest:
    """Writes every list and then the manifest; returns the manifest in force."""
    key, has_sheets = engine_key(), bool(read_settings().sheets.folder)
    rows = lists.rows.partition_by("rep_id", as_dict=True)
    facts = {rep["rep_id"]: rep for rep in lists.reps.iter_rows(named=True)}

    def write(rep_id: str, _: str, path: Path) -> None:
        packet = LockPacket(
            cycle=manifest.cycle,
            revision=manifest.revision,
            rep_id=rep_id,
            rep_name=facts[rep_id]["name"],
            code=packet_code(key, manifest.cycle, manifest.revision, manifest.gate, rep_id),
            as_of=config.as_of_on,
            deadline=manifest.deadline,
            capacity=facts[rep_id]["capacity"],
            dormant_quota=config.dormant_quota,
            never_referred_quota=config.never_referred_quota,
            rows=rows[rep_id,].select(list(LOCK_ROWS)),
        )
        write_lock_list(packet, path)
        if has_sheets:
            save_packet(folder, manifest.gate, rep_id, packet, compose_lock_list)

    return issue(folder, manifest, write)
