"""Who does the units of work: this process, unless others are passed in."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol


class Workers(Protocol):
    """Does `function(shared, unit)` for each unit. The answers come in the order of the units, whoever did them."""

    def share(self, value: Any) -> Any:
        """A handle on something that all units need, sent once."""

    def map(self, function: Callable[[Any, Any], Any], handle: Any, units: Iterable[Any]) -> Iterator[Any]:
        """The answers, in order."""


class Alone:
    """One unit after the other, here."""

    def share(self, value: Any) -> Any:
        return value

    def map(self, function: Callable[[Any, Any], Any], handle: Any, units: Iterable[Any]) -> Iterator[Any]:
        return (function(handle, unit) for unit in units)
