"""Who carries calls to the org: one connection a worker, several calls at a time, answers in the calls' order."""

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from assignment_assets.io.salesforce.field_changes import Answer, FieldChange
from assignment_assets.io.salesforce.records import RecordGateway
from assignment_assets.write_back.circuit_breaker import Witness

Call = list[FieldChange]


class WorkerPool:
    """Sends calls through several gateways; `reader` is the one that reads."""

    def __init__(self, gateways: Sequence[RecordGateway], witness: Witness):
        self.reader = gateways[0]
        self._idle: queue.SimpleQueue[RecordGateway] = queue.SimpleQueue()
        for gateway in gateways:
            self._idle.put(gateway)
        self._count = len(gateways)
        self._witness = witness

    def send(self, calls: Sequence[Call], is_stopped: Callable[[], bool]) -> Iterator[tuple[Call, list[Answer] | None]]:
        """Each call with its answers, in order; null for calls that were not sent because the run was stopped.

        Calls with records that are flagged go one after the other.
        """
        if self._count == 1:
            for call in calls:
                yield call, None if is_stopped() else self._carry(call)
            return
        with ThreadPoolExecutor(self._count) as pool, ThreadPoolExecutor(1) as one_by_one:
            futures: list[Future[list[Answer] | None]] = [
                (one_by_one if self._is_serial(call) else pool).submit(self._unless, is_stopped, call) for call in calls
            ]
            for call, future in zip(calls, futures, strict=True):
                yield call, future.result()

    def _is_serial(self, call: Call) -> bool:
        """Whether the call locks the org's group table: two such at once would wait for each other."""
        return any(each.record_id in self.reader.flagged for each in call)

    def _unless(self, is_stopped: Callable[[], bool], call: Call) -> list[Answer] | None:
        return None if is_stopped() else self._carry(call)

    def _carry(self, call: Call) -> list[Answer]:
        gateway = self._idle.get()
        try:
            self._witness("call_before_sending")
            answers = gateway.write(call)
            self._witness("call_answered")
            return answers
        finally:
            self._idle.put(gateway)
