"""Units of work on a Dask cluster, for whoever gives its scheduler's address."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from typing import Any

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable

TIMEOUT_SECONDS = 30
_ALONE_IN_ITS_PROCESS = threading.Lock()


class DaskWorkers:
    """The workers of a Dask cluster (Rocklin 2015, doi:10.25080/Majora-7b98e3ed-013); a context manager.

    The answers come in the order of the units, whichever worker did them. The workers need this package and its
    dependencies in the same versions. A worker that dies is replaced by the others.

    Parameters
    ----------
    address
        The scheduler's, such as `tcp://scheduler:8786`.
    timeout
        How long to wait for the scheduler, and for its first worker, in seconds.
    """

    def __init__(self, address: str, timeout: float = TIMEOUT_SECONDS):
        self.address, self.timeout = address, timeout

    def __enter__(self) -> "DaskWorkers":
        """
        Raises
        ------
        InvalidInput
            The extra is not installed, or the address is none.
        SourceUnavailable
            No scheduler answers there, or it has no workers.
        """
        try:
            from distributed import Client  # an extra
        except ImportError as error:
            raise self._refused(
                "a Dask address, but the package distributed is not installed",
                "the extra dask",
                "Install `assignment-assets[dask]`, or leave dask empty.",
            ) from error
        try:
            self._client = Client(self.address, timeout=self.timeout, set_as_default=False)
        except ValueError as error:
            raise self._refused(
                f"{self.address!r} ({error})",
                "an address such as tcp://scheduler:8786",
                "Correct the value, or leave it empty.",
            ) from error
        except OSError as error:
            raise self._gone("no scheduler answers there", "Start it, correct the address") from error
        try:
            self._client.wait_for_workers(1, timeout=self.timeout)
        except TimeoutError as error:
            self._client.close()
            raise self._gone("the scheduler has no workers", "Start some") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def __str__(self) -> str:
        count = len(self._client.scheduler_info(n_workers=-1)["workers"])
        return f"{count} worker{'' if count == 1 else 's'} of the Dask cluster at {self.address}"

    def share(self, value: Any) -> Any:
        return self._client.scatter(value, broadcast=True, hash=False)

    def map(self, function: Callable[[Any, Any], Any], handle: Any, units: Iterable[Any]) -> Iterator[Any]:
        """The answers, in order.

        Raises
        ------
        SourceUnavailable
            The cluster was lost, or a unit ended one worker after the other.
        """
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        futures = [self._client.submit(_do, function, handle, unit, pure=False) for unit in units]
        try:
            return iter(self._client.gather(futures))
        except (OSError, CancelledError, FutureCancelledError, KilledWorker) as error:
            raise self._gone(f"lost while it worked ({type(error).__name__})", "Look at its workers' logs") from error

    def _refused(self, found: str, expected: str, remedy: str) -> InvalidInput:
        return InvalidInput("settings", [Fault("settings, optimizer.dask", found, expected, remedy)])

    def _gone(self, found: str, remedy: str) -> SourceUnavailable:
        return SourceUnavailable(
            f"Dask cluster {self.address}: {found}, expected a scheduler with workers. "
            f"{remedy}, or leave optimizer.dask empty; the answer is the same."
        )


def _do(function: Callable[[Any, Any], Any], shared: Any, unit: Any) -> Any:
    """One unit at a time in a process: what is shared may keep notes of its own, and the work holds the lock anyway."""
    with _ALONE_IN_ITS_PROCESS:
        return function(shared, unit)
