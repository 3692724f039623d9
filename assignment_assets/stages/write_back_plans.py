"""What a write-back takes from the warehouse: approved rows, and the plans of what is newly signed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import polars as pl

from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.placed import ENDED
from assignment_assets.domain.reading import Reader
from assignment_assets.domain.setup.freeze import revision_of_gate
from assignment_assets.domain.sign_off.approval import in_force
from assignment_assets.domain.sign_off.approved_accounts import APPROVED_ACCOUNTS
from assignment_assets.domain.sign_off.signed_files import accepted_sign_offs
from assignment_assets.domain.tables import (
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
    SignOffPacketsFrame,
    SignOffVerdictsFrame,
    WriteBackLogFrame,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import frozen_config
from assignment_assets.stages.signed_decisions import signed_files
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.planning import add_plans, keep_teams, owner_plans
from assignment_assets.write_back.writer import Tools

ORG_CHECK, DRY_RUN = "org_check.txt", "dry_run.txt"
"""Pages about a write-back before it begins."""


@dataclass(frozen=True)
class PlansInput:
    """What plans are made of: the changes in force (`plan.ROWS`), what was signed of them, what was written."""

    rows: pl.DataFrame
    packets: SignOffPacketsFrame
    verdicts: SignOffVerdictsFrame
    log: WriteBackLogFrame

    @classmethod
    def read(cls, warehouse: Warehouse, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                rows=approved_rows(reader),
                packets=reader.table(SIGN_OFF_PACKETS),
                verdicts=reader.table(SIGN_OFF_VERDICTS),
                log=reader.table(WRITE_BACK_LOG),
            )


def approved_rows(reader: Reader) -> pl.DataFrame:
    """The approved changes in force, with what hard rules used of each account (`plan.ROWS`)."""
    return in_force(reader.answer(APPROVED_ACCOUNTS))


def rows_left(reader: Reader) -> pl.DataFrame:
    """Those of the approved changes that the log does not show as finished."""
    finished = reader.table(WRITE_BACK_LOG).filter(pl.col("outcome").is_in(ENDED))
    return approved_rows(reader).join(finished, on=["sign_off_no", "account_id"], how="anti")


def page_file(folder: DataFolder, cycle: str, name: str) -> Path:
    """Where a page about the cycle's write-back lies."""
    return folder.root / "write_back" / cycle / name


def plan_cycle(journal: Journal, warehouse: Warehouse, cycle: str, given: Tools) -> list[Plan]:
    """Every plan of the cycle's approved owners, what is newly signed included; teams are kept before a first write.

    Raises
    ------
    CycleClosed
        The cycle was rolled back.
    """
    owners = owner_plans(journal, cycle)
    config = frozen_config(warehouse, cycle)
    stored = PlansInput.read(warehouse, cycle)
    owners += add_plans(
        journal,
        stored.rows,
        stored.packets,
        accepted_sign_offs(signed_files(warehouse, cycle), stored.verdicts),
        stored.log,
        given,
        cycle=cycle,
        revision=revision_of_gate(warehouse.events(cycle), SIGN_OFF_GATE.name),
        write_not_before=config.write_not_before,
        first_batch=config.first_batch,
    )
    keep_teams(journal, owners, given, warehouse.folder.root / "write_back" / cycle)
    return owners
