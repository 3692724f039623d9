"""What was sent, settled by what the org shows: ended, or to be sent again as often as its answer allows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from assignment_assets.io.salesforce.field_changes import Answer, RecordNow
from assignment_assets.io.salesforce.records import RecordGateway
from assignment_assets.write_back.circuit_breaker import CircuitBreaker, resting
from assignment_assets.write_back.codes import INACTIVE_OWNER, action
from assignment_assets.write_back.open_changes import OpenChanges
from assignment_assets.write_back.outcome import AGAIN, NOT_WRITTEN, TRIES, Sent, Settled, given_up, settle
from assignment_assets.write_back.plan import by_target
from assignment_assets.write_back.states import State


@dataclass(frozen=True)
class Shown:
    """What the org shows of what was sent: records, those of the others that it calls deleted, and those of the
    receivers put in doubt who are active after all."""

    records: Mapping[str, RecordNow]
    gone: set[str]
    active: set[str]


class ReadBack:
    """Reads what was sent and settles it."""

    def __init__(self, gateway: RecordGateway, changes: OpenChanges, breaker: CircuitBreaker):
        self._gateway, self._changes, self._breaker = gateway, changes, breaker

    def read(self) -> Shown:
        """What the org shows now of everything that was sent.

        Raises
        ------
        SourceUnavailable
        """
        sent = [self._changes.by_record[record] for record in self._changes.sent]
        now = self._gateway.records(by_target(sent))
        gone = self._gateway.deleted(by_target(change for change in sent if change.record_id not in now))
        doubted = {
            change.new
            for change in sent
            if change.new is not None and self._changes.sent[change.record_id].answer.code == INACTIVE_OWNER
        }
        return Shown(now, gone, self._gateway.active_users(doubted) if doubted else set())

    def settle(self, shown: Shown) -> tuple[list[Settled], int]:
        """How changes ended, and the most tries that one of the others has had; those wait to be sent again."""
        ended, most = [], 0
        for record in list(self._changes.sent):
            change, sent = self._changes.by_record[record], self._changes.take_back(record)
            now, is_gone = shown.records.get(record), record in shown.gone
            self._breaker.looked(is_seen=now is not None or is_gone)
            found = settle(
                change,
                sent,
                now,
                self._gateway.user_id,
                is_gone=is_gone,
                is_receiver_active=change.new in shown.active,
            )
            if found.code == NOT_WRITTEN:
                self._breaker.refused("person", change.receiver, Answer(record, found.code, found.sentence))
            if found.state is State.HELD:
                self._changes.held[change.receiver] = found
            settled, tries = self._weighed(found, sent)
            most = max(most, tries)
            if settled.state in AGAIN:
                is_lost = action(sent.answer) in ("resend", "doubt")
                change = replace(change, was_lost=True, lost_since=sent.modified_at) if is_lost else change
                self._changes.again(change, settled)
            else:
                ended.append(settled)
        self._forget_doubts(self._changes.held)
        return ended, most

    def _weighed(self, settled: Settled, sent: Sent) -> tuple[Settled, int]:
        """Where the change goes once its tries are counted, and how many there were where they count."""
        kind, change = action(sent.answer), settled.change
        if settled.state not in AGAIN or kind not in TRIES:
            return settled, 0
        self._changes.tries[change.record_id, kind] += 1
        tries = self._changes.tries[change.record_id, kind]
        if tries <= TRIES[kind]:
            return settled, tries
        if kind == "retry" and sent.answer.is_whole:
            self._breaker.stop(resting(sent.answer))
            return settled, tries
        if kind != "doubt":
            self._breaker.refused("person", change.receiver, sent.answer)
        return given_up(settled, sent.answer), tries

    def _forget_doubts(self, receivers: Iterable[str]) -> None:
        for receiver in list(receivers):
            if self._changes.held[receiver] is None:
                del self._changes.held[receiver]
