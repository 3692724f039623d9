"""What a run of the write-back works with: connections, key, signers, clock, and what the settings say of it."""

import os
import time
from typing import get_args

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.io.folders import engine_key
from assignment_assets.io.settings import read_settings
from assignment_assets.resources import Clock, Source
from assignment_assets.write_back.canary import Watch
from assignment_assets.write_back.circuit_breaker import Budget
from assignment_assets.write_back.writer import WORKERS, Lane, Tools

WORKERS_AT_MOST = 10


def tools(source: Source, clock: Clock) -> Tools:
    """Connections, key, signers and clock for a run."""
    settings = read_settings()
    signers = [person for person, regions in settings.signers.items() if "*" in regions]
    named, lanes = os.environ.get("ASSIGNMENT_WRITE_BACK_LANE") or "composite", get_args(Lane)
    lane: Lane | None = next((each for each in lanes if each == named), None)
    if lane is None:
        raise InvalidInput("write-back", [Fault("ASSIGNMENT_WRITE_BACK_LANE", named, " or ".join(lanes))])
    org_id = "" if source.is_org else source.setting().kind
    given = settings.write_back
    budget = Budget(
        given.refused_on_end,
        given.refused_share,
        given.refused_at_most,
        access_on_end=given.denied_on_end,
        access_share=given.denied_share,
    )
    return Tools(
        source.gateway,
        engine_key(),
        signers,
        clock.now,
        time.sleep,
        lane=lane,
        workers=_workers(),
        budget=budget,
        watch=Watch(given.canary, given.canary_wait_seconds),
        org_id=org_id,
    )


def _workers() -> int:
    """Calls at once."""
    said = os.environ.get("ASSIGNMENT_WRITE_BACK_WORKERS") or str(WORKERS)
    if not (said.isdecimal() and 1 <= int(said) <= WORKERS_AT_MOST):
        fault = Fault("ASSIGNMENT_WRITE_BACK_WORKERS", said, f"a whole number from 1 to {WORKERS_AT_MOST}")
        raise InvalidInput("write-back", [fault])
    return int(said)
