"""Who does the tasks: this process, unless others are passed in."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol


class Workers(Protocol):
    """Does `function(shared, task)` for each task. The answers come in the order of the tasks, whoever did them."""

    def share(self, value: Any) -> Any:
        """A handle on something that all tasks need, sent once."""

    def map(self, function: Callable[[Any, Any], Any], handle: Any, tasks: Iterable[Any]) -> Iterator[Any]:
        """The answers, in order."""


class SerialWorkers:
    """One unit after the other, here."""

    def share(self, value: Any) -> Any:
        return value

    def map(self, function: Callable[[Any, Any], Any], handle: Any, tasks: Iterable[Any]) -> Iterator[Any]:
        return (function(handle, task) for task in tasks)
