"""What a write-back takes from the warehouse: approved rows, tools, and the plans of what is newly signed."""

import os
import time

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.setup.freeze import revision_of_gate
from assignment_assets.domain.sign_off.approval import in_force
from assignment_assets.domain.sign_off.signed_files import accepted_sign_offs
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.cycle import frozen_config
from assignment_assets.stages.signed_decisions import signed_files
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.planning import add_plans, keep_teams, owner_plans
from assignment_assets.write_back.writer import Lane, Tools


def approved_rows(warehouse: Warehouse, cycle: str) -> pl.DataFrame:
    """The approved changes in force, with what hard rules used of each account (`plan.ROWS`)."""
    accounts, approved = warehouse.tables(cycle, ACCOUNTS, APPROVED_DIFF)
    facts = accounts.select("account_id", "state", "carve_out", "parent_id")
    return in_force(approved).join(facts, on="account_id", how="left")


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
    owners = owner_plans(journal, cycle)
    config = frozen_config(warehouse, cycle)
    packets, verdicts, log = warehouse.tables(cycle, SIGN_OFF_PACKETS, SIGN_OFF_VERDICTS, WRITE_BACK_LOG)
    owners += add_plans(
        journal,
        approved_rows(warehouse, cycle),
        packets,
        accepted_sign_offs(signed_files(warehouse, cycle), verdicts),
        log,
        given,
        cycle=cycle,
        revision=revision_of_gate(warehouse.events(cycle), SIGN_OFF_GATE.name),
        write_not_before=config.write_not_before,
        first_batch=config.first_batch,
    )
    keep_teams(journal, owners, given, warehouse.folder.root / "write_back" / cycle)
    return owners
