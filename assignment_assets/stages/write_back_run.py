"""What the write-back of a cycle takes from the warehouse, and what it hands back: rows, seats, tools, the log."""

import os
import time
from collections.abc import Iterator

import polars as pl

from assignment_assets.domain.errors import CycleClosed, Fault, InvalidInput
from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.setup.freeze import revision_of_gate
from assignment_assets.domain.sign_off.approval import in_force
from assignment_assets.domain.sign_off.decisions import SignOff
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CURRENT_BOOKS,
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.cycle import frozen_config
from assignment_assets.stages.sign_off_packets import decision_files
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.plan import seats_now
from assignment_assets.write_back.planning import add_plans, withdrawn
from assignment_assets.write_back.states import log_rows
from assignment_assets.write_back.teams import is_kept, keep, snapshot
from assignment_assets.write_back.writer import Lane, Progress, Tools, write


def approved_rows(warehouse: Warehouse, cycle: str) -> pl.DataFrame:
    """The approved changes in force, with what hard rules used of each account (`plan.ROWS`)."""
    accounts, approved = warehouse.tables(cycle, ACCOUNTS, APPROVED_DIFF)
    facts = accounts.select("account_id", "state", "carve_out", "parent_id")
    return in_force(approved).join(facts, on="account_id", how="left")


def seats(warehouse: Warehouse, cycle: str) -> dict[str, int]:
    """Free seats of every field rep, now."""
    accounts, books, log = warehouse.tables(cycle, ACCOUNTS, CURRENT_BOOKS, WRITE_BACK_LOG)
    field = books.filter(pl.col("team") == "field")
    owners = accounts.filter(pl.col("carve_out").is_null()).select("account_id", "owner_id")
    return seats_now(dict(field.select("rep_id", "capacity").iter_rows()), owners, log)


def tools(source: Source, clock: Clock) -> Tools:
    """Connections, key, signers and clock for a run."""
    signers = [person for person, regions in read_settings().signers.items() if "*" in regions]
    lane = os.environ.get("ASSIGNMENT_WRITE_BACK_LANE") or "composite"
    if lane not in Lane.__args__:
        raise InvalidInput("write-back", [Fault("ASSIGNMENT_WRITE_BACK_LANE", lane, " or ".join(Lane.__args__))])
    return Tools(source.gateway, engine_key(), signers, clock.now, time.sleep, lane=lane)


def plan_cycle(journal: Journal, warehouse: Warehouse, cycle: str, given: Tools) -> list[Plan]:
    """Every plan of the cycle's approved owners, what is newly signed included; teams are kept before a first write.

    Raises
    ------
    CycleClosed
        The cycle was rolled back.
    """
    plans = journal.plans(cycle)
    if any(plan.kind == "rollback" for plan in plans):
        raise CycleClosed(f"cycle {cycle}: it was rolled back, expected a cycle that goes forward. Open a new cycle.")
    config = frozen_config(warehouse, cycle)
    packets, log = warehouse.tables(cycle, SIGN_OFF_PACKETS, WRITE_BACK_LOG)
    plans += add_plans(
        journal,
        approved_rows(warehouse, cycle),
        packets,
        _accepted_files(warehouse, cycle),
        log,
        given,
        cycle=cycle,
        revision=revision_of_gate(warehouse.events(cycle), SIGN_OFF_GATE.name),
        write_not_before=config.write_not_before,
        first_batch=config.first_batch,
    )
    owners = [plan for plan in plans if plan.kind == "owners"]
    folder = warehouse.folder.root / "write_back" / cycle
    for plan in owners:
        if not (is_kept(folder, plan.plan_id) or journal.state(plan.plan_id).height):
            accounts = journal.rows(plan.plan_id)["account_id"].to_list()
            keep(snapshot(given.gateway().org, accounts), folder, plan.plan_id)
    return owners


def write_cycle(journal: Journal, warehouse: Warehouse, cycle: str, given: Tools) -> Iterator[Progress]:
    """Plans what is newly signed, then writes every plan of the cycle that has not ended; stops where one pauses.

    Raises
    ------
    CycleClosed
        The cycle was rolled back.
    """
    rows = approved_rows(warehouse, cycle)
    for plan in plan_cycle(journal, warehouse, cycle, given):
        gone = withdrawn(journal.rows(plan.plan_id), rows, plan.sign_off_no)
        for progress in write(journal, plan, seats(warehouse, cycle), given, gone):
            yield progress
        append_log(journal, warehouse, cycle)
        if progress.pause:
            return


def append_log(journal: Journal, warehouse: Warehouse, cycle: str) -> None:
    """Brings `write_back_log` up to date with what runs have left; rows that it has stay as they are.

    A plan whose run has not ended is left out: what it has in flight is not known yet.
    """
    plans = [
        plan
        for plan in journal.plans(cycle)
        if plan.kind == "owners"
        and journal.last_plan_event(plan.plan_id, "STARTED", "PAUSED", "FINISHED", "PLAN")["state"]
        in ("PAUSED", "FINISHED")
    ]
    rows = [journal.rows(plan.plan_id).with_columns(plan_id=pl.lit(plan.plan_id)) for plan in plans]
    if not rows:
        return
    derived = log_rows(
        pl.concat(rows),
        journal.events(plan.plan_id for plan in plans),
        {plan.plan_id: plan.sign_off_no for plan in plans},
    )
    new = derived.join(warehouse.table(cycle, WRITE_BACK_LOG), on=list(WRITE_BACK_LOG.key), how="anti")
    if new.height:
        warehouse.append(cycle, WRITE_BACK_LOG, new)


def _accepted_files(warehouse: Warehouse, cycle: str) -> list[tuple[dict, SignOff]]:
    verdicts = warehouse.table(cycle, SIGN_OFF_VERDICTS).filter(pl.col("verdict") == "accepted")
    accepted = set(verdicts.select("receipt_no", "region").iter_rows())
    files = sorted(decision_files(warehouse, cycle), key=lambda file: file[0].receipt_no)
    return [
        (content, decision)
        for receipt, content, decision in files
        if isinstance(decision, SignOff) and (receipt.receipt_no, decision.region) in accepted
    ]
