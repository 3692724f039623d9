"""Stage 05, out: what was approved is told to whom it concerns, once."""

from datetime import datetime
from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.gates.ready import Ready, ready
from assignment_assets.domain.notices.letters import HandoffInput, handoffs
from assignment_assets.domain.notices.ready import ready_letters
from assignment_assets.domain.tables import APPROVED_DIFF, WRITE_BACK_LOG
from assignment_assets.io.notices.bulletins import announce
from assignment_assets.io.notices.post import Posted, post
from assignment_assets.io.settings import Settings, read_settings
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.io.who_writes import who_writes
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, counts, frozen_config, stage_asset


def tell_handoffs(warehouse: Warehouse, cycle: str, clock: Clock) -> list[Posted]:
    """Posts every letter of the cycle that was not posted yet."""
    letters = handoffs(cycle, HandoffInput.read(warehouse, cycle))
    return post(warehouse.folder, cycle, letters, read_settings().notices, clock.now)


@stage_asset("sign_off", deps=["approved_diff"], kinds={"email"})
def handoff_notices(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult[Any]:
    """One letter for every receiver of approved accounts and one for every director, each sign-off once.

    Who was told of an approval that is revoked is told that, too. Writers whom the settings name are told how many
    accounts wait, and by which command they go.
    By default letters are written as files to `notices/<cycle>/previews/`; settings send them by SMTP, and bulletins
    to Slack. A ledger keeps anyone from getting a letter twice, whatever crashes. Drafts tell nobody.
    """
    cycle = context.partition_key
    if frozen_config(warehouse, cycle).mode == "draft":
        return dg.MaterializeResult(metadata={"letters": 0, "why": "a draft tells nobody"})
    settings = read_settings()
    setting = settings.notices
    posted = tell_handoffs(warehouse, cycle, clock)
    waiting = what_is_ready(warehouse, cycle, settings, clock.now())
    posted += post(warehouse.folder, cycle, ready_letters(waiting, settings.write_back.writers), setting, clock.now)
    posted += announce(warehouse.folder, cycle, setting, clock.now)
    schema = {name: pl.String for name in ("person", "kind", "outcome", "said")}
    rows = pl.DataFrame([vars(each) for each in posted], schema=schema)
    troubled = rows.filter(pl.col("outcome").is_in(["refused", "waiting"]))
    return dg.MaterializeResult(
        metadata={
            "letters": len(posted),
            "mode": setting.mode,
            "by outcome": counts(rows, "kind", "outcome"),
            "refused or waiting": as_table(troubled.head(20)),
            "folder": dg.MetadataValue.path(str(warehouse.folder.root / "notices" / cycle)),
        }
    )


def what_is_ready(warehouse: Warehouse, cycle: str, settings: Settings, now: datetime) -> Ready:
    """What of the cycle is signed and waits."""
    with warehouse.reading(cycle) as reader:
        approved, log = reader.table(APPROVED_DIFF), reader.table(WRITE_BACK_LOG)
    effective = frozen_config(warehouse, cycle).write_not_before
    return ready(cycle, approved, log, who_writes(warehouse.folder, cycle, settings), effective, now)
