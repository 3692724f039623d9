"""Fields as a mapping names them, in any case: what a query selects for each, and where its answers hold the value.

An org answers in its own spelling whatever the request's was, gives a parent's fields as a record within the record,
and a converted or labelled value under the name that the query gave it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

_FUNCTION = re.compile(r"\s*(toLabel|convertCurrency)\s*\(\s*([A-Za-z][\w.]*)\s*\)\s*", re.IGNORECASE)
_PREFIXES = {"tolabel": "label", "convertcurrency": "converted"}


class Missing(Enum):
    """What stands for a value whose field the answer does not have at all; an empty field is None."""

    FIELD = "field"


@dataclass(frozen=True)
class Field:
    """One field of an object.

    Attributes
    ----------
    source
        As the mapping writes it: `Tier__c`, `Owner.Name`, `toLabel(Tier__c)`, `convertCurrency(AnnualRevenue)`.
    selected
        How a query asks for it.
    path
        Where answers hold it, from the record inwards.
    function
        The function in lower case; empty for none.
    """

    source: str
    selected: str
    path: tuple[str, ...]
    function: str = ""

    @classmethod
    def of(cls, source: str) -> Self:
        """The field that a mapping's text names."""
        called = _FUNCTION.fullmatch(source)
        if called is None:
            return cls(source, source, tuple(source.split(".")))
        function, name = called.groups()
        alias = _PREFIXES[function.lower()] + re.sub(r"[^A-Za-z0-9]", "", name)
        return cls(source, f"{function}({name}) {alias}", (alias,), function.lower())

    @property
    def is_plain(self) -> bool:
        """Whether it is a field of the object itself, as it is stored: such a one can be retrieved by id."""
        return not self.function and len(self.path) == 1

    def value(self, record: dict[str, Any]) -> object:
        """What the record says; None where it is empty, `Missing.FIELD` where the record does not have the field."""
        value: object = record
        for part in self.path:
            if value is None:
                return None
            value = _entry(value, part) if isinstance(value, dict) else Missing.FIELD
        return value

    def text(self, record: dict[str, Any]) -> str | None:
        """The same as text; None where it is empty or not there."""
        value = self.value(record)
        return None if value is None or value is Missing.FIELD else str(value)


def single(fields: Iterable[Field]) -> list[Field]:
    """The fields, each once, however its letters are written."""
    return list({field.selected.lower(): field for field in reversed(list(fields))}.values())[::-1]


def _entry(record: dict[str, Any], name: str) -> object:
    if name in record:
        return record[name]
    wanted = name.lower()
    return next((value for key, value in record.items() if key.lower() == wanted), Missing.FIELD)
