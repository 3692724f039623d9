"""Which bulletins are due, and their way to Slack: each once, by a ledger of its own."""

from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.gate import GATES
from assignment_assets.domain.notices.bulletins import Bulletin, approvals, closing_of, routed_on
from assignment_assets.domain.routing.latest_decisions import AWAITING_ANSWER
from assignment_assets.domain.routing.tables import ANSWERS, SEEN_REPS
from assignment_assets.domain.setup.cycle import FINISHED_EVENTS
from assignment_assets.domain.tables import APPROVED_DIFF, CYCLE_EVENTS, REPS
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.log import closed_at, read_log
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.notices.ledger import opened
from assignment_assets.io.notices.post import Posted
from assignment_assets.io.settings import NoticesSetting
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.io.warehouse.routing_copies import answer_routing, read_routing

if TYPE_CHECKING:
    from assignment_assets.io.notices.slack import Slack

ROUTING = "routing"
DAYS = 7
RECIPIENT = "slack"


def due_bulletins(folder: DataFolder, cycle: str) -> Iterator[Bulletin]:
    """Everything that a channel is told about a cycle so far, in the order in which it happened.

    Nothing once it is over: a Slack that is switched on later is not told of years.
    """
    if read_published(folder, cycle, CYCLE_EVENTS).filter(pl.col("event").is_in(FINISHED_EVENTS)).height:
        return
    for gate in (each.name for each in GATES.values() if not each.is_signed):
        manifest = read_gate(folder, cycle, gate)
        if manifest is not None and not manifest.is_draft and closed_at(folder, manifest):
            yield closing_of(manifest, read_log(folder, cycle, gate))
    yield from approvals(cycle, read_published(folder, cycle, APPROVED_DIFF), read_published(folder, cycle, REPS))


def due_of_routing(folder: DataFolder, now: datetime) -> Iterator[Bulletin]:
    """How new owners answered, a bulletin for each of the last seven days."""
    answers = read_routing(folder, ANSWERS)
    names = dict(read_routing(folder, SEEN_REPS).select("rep_id", "name").iter_rows())
    waiting = answer_routing(folder, AWAITING_ANSWER).height
    days = sorted({at.date() for at in answers["at"].drop_nulls() if 0 < (now.date() - at.date()).days <= DAYS})
    yield from filter(None, (routed_on(day, answers, waiting, names) for day in days))


def announce(folder: DataFolder, cycle: str, setting: NoticesSetting, clock: Callable[[], datetime]) -> list[Posted]:
    """Tells Slack what it was not told yet about a cycle, or about `routing`; nothing where it is off.

    A message that Slack does not take now, or for want of access, waits for the next call and holds nothing up; one
    that it refuses for what it says is listed and not tried again.

    Raises
    ------
    InvalidInput
        Slack is switched on, and its package, secret or channel is missing.
    """
    if setting.slack == "off":
        return []
    due = list(due_of_routing(folder, clock()) if cycle == ROUTING else due_bulletins(folder, cycle))
    if not due:
        return []
    if find_spec("slack_sdk") is None:
        raise InvalidInput(
            "Slack",
            [
                Fault(
                    "slack_sdk",
                    "not installed",
                    "the package behind Slack",
                    "Install it: pip install 'assignment-assets[slack]'",
                )
            ],
        )
    with opened(folder, cycle, "slack") as ledger:
        new = [each for each in due if not ledger.is_done(RECIPIENT, each.digest)]
        slack = _slack(setting) if new else None
        posted = []
        for each in due:
            if slack is None or each not in new:
                posted.append(Posted(RECIPIENT, each.kind, "known"))
                continue
            ledger.note("sending", RECIPIENT, each.digest, clock())
            answer = slack.say(each.text)
            ledger.note(answer.outcome, RECIPIENT, each.digest, clock(), answer.said)
            posted.append(Posted(RECIPIENT, each.kind, answer.outcome, answer.said))
        return posted


def _slack(setting: NoticesSetting) -> "Slack":
    """The way into Slack, which needs the extra."""
    slack: Slack = import_module("assignment_assets.io.notices.slack").Slack(setting)
    return slack
