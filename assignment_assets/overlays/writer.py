"""The overlay writer: one long-lived process that the webhook and the polls feed; it looks, writes, and looks again.

It holds the overlay log and the lane's journal for as long as it runs, so that nobody else writes meanwhile; a
quarterly write-back has a journal of its own and never waits for it, nor it for that.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.domain.overlays.tables import OVERLAY_LOOKS
from assignment_assets.domain.sign_off.standing import OVERLAYS, StandingPolicy
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.mapping.column_rule import ColumnRule
from assignment_assets.io.overlay_roles import Configured
from assignment_assets.io.role_sources.opening import assignment_source
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.overlay_records import OverlayRecords
from assignment_assets.io.salesforce.readings import Reading
from assignment_assets.io.salesforce.records import RecordGateway
from assignment_assets.io.settings import read_settings
from assignment_assets.io.standing_files import policies_in_force
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.overlays.answers import stamp_answers
from assignment_assets.overlays.catch import catch
from assignment_assets.overlays.inbox import is_waiting, waiting
from assignment_assets.overlays.lane import LaneDone, OverlayLane, kept_gateway
from assignment_assets.overlays.log import OverlayLog
from assignment_assets.overlays.look import LookDone, Systems, look
from assignment_assets.write_back.circuit_breaker import Witness, nobody
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.witnesses import OutsideHead
from assignment_assets.write_back.writer import Tools

READINGS = {"Opportunity": Reading({"is_closed": ColumnRule.model_validate({"from": "IsClosed"})})}
"""What must be read of a record beside its field: an opportunity that has closed is not written."""
STEP_SECONDS = 0.25
AGAIN = timedelta(seconds=30)
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class PassDone:
    """What one pass came to: the look, the lane, and how many differences a catch found, where there was one."""

    look: LookDone
    lane: LaneDone
    caught: int | None = None

    def __str__(self) -> str:
        parts = [
            f"look {self.look.look_no}: {self.look.events} events, {self.look.edits} edits, "
            f"{self.look.changes} changes, {self.look.stamps} stamps"
        ]
        parts += [f"{count} {outcome}" for outcome, count in sorted(self.lane.outcomes.items())]
        parts += [f"{self.caught} differences caught"] if self.caught is not None else []
        return "; ".join([*parts, *filter(None, (self.lane.why, *self.look.unread))])


@dataclass
class OverlayWriter:
    """An open log and journal, and what a pass works with."""

    folder: DataFolder
    given: Configured
    systems: Systems
    log: OverlayLog
    lane: OverlayLane
    clock: Clock
    policy: Callable[[date], StandingPolicy | None]

    def one_pass(self, *, asks_truth: bool = True, catches: bool = False) -> PassDone:
        """Looks, writes what was stamped, and once more where the daily catch is asked for.

        Raises
        ------
        SourceUnavailable, Tampered
        """
        overlays, now = self.given.overlays, self.clock()
        arrived = waiting(self.folder, overlays.roles)
        seen = look(
            self.log, overlays, self.systems, arrived.events, now, asks_truth=asks_truth or catches, is_whole=catches
        )
        arrived.taken()
        caught = catch(self.log, overlays, seen.look_no, self.clock()) if catches else None
        stamp_answers(self.log, overlays, seen.look_no, self.clock())
        return PassDone(seen, self.lane.run(self.policy(now.date())), caught)

    def serve(self, say: Callable[[str], object], until: Callable[[], bool], pause: Callable[[float], None]) -> None:
        """Passes as events arrive and as polls are due, with a catch at the first pass of a day, until `until` says so.

        What does not answer is asked again; a pass that could not be made is said and made again.
        """
        overlays = self.given.overlays
        due, rests_until = datetime.min, datetime.min
        while not until():
            now = self.clock()
            is_due = now >= due
            if now >= rests_until and (is_due or is_waiting(self.folder, overlays.roles)):
                try:
                    done = self.one_pass(asks_truth=is_due, catches=is_due and self._is_first_of(now.date()))
                except SourceUnavailable as error:
                    say(f"{error} The next pass is in {AGAIN.seconds} seconds.")
                    rests_until = now + AGAIN
                    continue
                if is_due:
                    due = now + timedelta(seconds=overlays.poll_seconds)
                if done.look.events or done.look.stamps or done.lane.outcomes or done.look.unread or done.lane.why:
                    say(str(done))
            pause(STEP_SECONDS)

    def _is_first_of(self, day: date) -> bool:
        looks = read_overlays(self.folder, OVERLAY_LOOKS)
        last = looks.filter(origin="whole")["looked_at"].max()
        return not isinstance(last, datetime) or last.date() < day


@contextmanager
def overlay_writer(
    folder: DataFolder,
    given: Configured,
    org: Callable[[], Org],
    clock: Clock,
    *,
    patience_seconds: float = 0.0,
    witness: Witness = nobody,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[OverlayWriter]:
    """The writer of a data folder, and nobody else's, until the block ends.

    Raises
    ------
    WarehouseBusy
        Another one runs.
    SourceUnavailable, InvalidInput
        The CRM does not answer; a role's source is faulty.
    """
    key, head = engine_key(), folder.overlay_journal_head
    log, records = OverlayLog(folder, patience_seconds), OverlayRecords(org(), given.overlays)
    sources = {
        name: source
        for name, role in given.overlays.roles.items()
        if (source := assignment_source(role, given.beside, records.org))
    }
    folder.overlay_journal.parent.mkdir(parents=True, exist_ok=True)
    signers = [person for person, regions in read_settings().signers.items() if "*" in regions]
    gateway = kept_gateway(lambda: RecordGateway(records.org, READINGS))
    tools = Tools(gateway, key, signers, clock, pause, workers=1, witness=witness)

    def policy(day: date) -> StandingPolicy | None:
        standing = policies_in_force(folder, key, day)[0].get(OVERLAYS)
        return standing[0] if standing else None

    with log.kept(), opened(folder.overlay_journal, key, OutsideHead(head, key) if head else None) as journal:
        lane = OverlayLane(journal, log, tools, given.overlays)
        yield OverlayWriter(folder, given, Systems(records, sources), log, lane, clock, policy)
