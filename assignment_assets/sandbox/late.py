"""Calls whose connection broke and whose work is done later all the same, as a busy org may do."""

import threading
from collections.abc import Callable

from assignment_assets.sandbox.call import Call, Reply


class LateCalls:
    """Keeps calls until so many further requests have come."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Call]] = []
        self._lock = threading.Lock()

    def add(self, call: Call, requests: int) -> None:
        """Has the call's work done before the answer to the n-th further request."""
        with self._lock:
            self._waiting.append((requests, call))

    def pass_by(self, handle: Callable[[Call], Reply]) -> None:
        """Counts a request; does the work whose time has come."""
        with self._lock:
            left = [(requests - 1, call) for requests, call in self._waiting]
            self._waiting = [entry for entry in left if entry[0] > 0]
        for _, call in (entry for entry in left if entry[0] <= 0):
            handle(call)
