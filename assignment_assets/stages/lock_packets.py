"""Stage 02, out: a lock list for every rep whose accounts are free."""

import dagster as dg
import polars as pl

from assignment_assets.domain.gate import LOCK_GATE
from assignment_assets.domain.gates.gates import Addressee
from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.domain.locks import lock_candidates
from assignment_assets.domain.packet_rows import lock_list_rows
from assignment_assets.domain.tables import ACCOUNTS, CURRENT_BOOKS, ELIGIBLE_POOL, OPPORTUNITIES, REPS
from assignment_assets.io.folders import engine_key
from assignment_assets.io.intake.outbox import issue
from assignment_assets.io.settings import read_settings
from assignment_assets.io.sheets.packets import save_packet
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.io.workbooks.lock_list import compose_lock_list, write_lock_list
from assignment_assets.io.workbooks.packets import LOCK_ROWS, LockPacket
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, frozen_config, stage_asset
from assignment_assets.stages.intake import manifest_of

GATE = LOCK_GATE.name


@stage_asset("locks", deps=["eligible_pool", "opportunities", "current_books"], kinds={"excel"})
def lock_packets(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult:
    """A workbook for every rep whose accounts are free: what locks by itself, and up to 5 + 5 accounts to pick.

    Lies in `outbox/<cycle>/lock_lists/<rep>/`. Drafts send nothing.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    if config.mode == "draft":
        return dg.MaterializeResult(metadata={"packets": 0, "why": "a draft sends nothing to people"})
    accounts, opportunities, pool, books, reps = warehouse.tables(
        cycle, ACCOUNTS, OPPORTUNITIES, ELIGIBLE_POOL, CURRENT_BOOKS, REPS
    )
    rows = lock_list_rows(lock_candidates(accounts, opportunities, pool, books, config), reps)
    asked = reps.join(rows.select("rep_id").unique(), on="rep_id", how="semi").sort("rep_id")
    persons = [
        Addressee(person=rep["rep_id"], name=rep["name"], email=rep["email"] or "", file="lock_list.xlsx")
        for rep in asked.iter_rows(named=True)
    ]
    manifest = manifest_of(warehouse, cycle, GATE, config, clock, persons, config.lock_days)
    key = engine_key()
    names = dict(reps.select("rep_id", "name").iter_rows())
    capacity = dict(books.select("rep_id", "capacity").iter_rows())
    by_rep = rows.partition_by("rep_id", as_dict=True)
    has_sheets = bool(read_settings().sheets.folder)

    def write(rep_id, _, path):
        packet = LockPacket(
            cycle=cycle,
            revision=manifest.revision,
            rep_id=rep_id,
            rep_name=names[rep_id],
            code=packet_code(key, cycle, manifest.revision, GATE, rep_id),
            as_of=config.as_of_on,
            deadline=manifest.deadline,
            capacity=capacity[rep_id],
            dormant_quota=config.dormant_quota,
            never_referred_quota=config.never_referred_quota,
            rows=by_rep[rep_id,].select(list(LOCK_ROWS)),
        )
        write_lock_list(packet, path)
        if has_sheets:
            save_packet(warehouse.folder, GATE, rep_id, packet, compose_lock_list)

    manifest = issue(warehouse.folder, manifest, write)
    per_rep = (
        rows.group_by("rep_id")
        .agg(pl.len().alias("accounts"), automatic=pl.col("lock_kind").is_not_null().sum())
        .sort("rep_id")
    )
    return dg.MaterializeResult(
        metadata={
            "packets": len(persons),
            "deadline": f"{manifest.deadline:%Y-%m-%d %H:%M} UTC",
            "revision": manifest.revision,
            "folder": dg.MetadataValue.path(str(warehouse.folder.outbox(cycle, GATE))),
            "first packets": as_table(per_rep.head(8)),
        }
    )
