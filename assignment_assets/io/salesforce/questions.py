"""Questions to an org that it need not answer: what it refuses is noted in its own words, and the next one is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.by_ids import query_ids
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.optional import with_fields_there
from assignment_assets.io.salesforce.refusals import OF_THE_MOMENT, CallRefused

NOT_THERE = "not there, or not for this user"
Asked = TypeVar("Asked")
Otherwise = TypeVar("Otherwise")


@dataclass
class Questions:
    """Asks one thing after the other; `unanswered` says what was refused, and how.

    Every question raises SourceUnavailable where the org cannot be reached or takes no calls at all.
    """

    org: Org
    unanswered: dict[str, str] = field(default_factory=dict)

    def query(self, name: str, soql: str) -> list[Record]:
        """The records of a query."""
        return self._ask(name, lambda: list(self.org.query(soql)), None) or []

    def tooling(self, name: str, soql: str) -> list[Record]:
        """The first page of a query of the Tooling API."""
        return self._listed(name, f"tooling/query?q={quote(soql)}", "records")

    def about(
        self, name: str, field: str, ids: Sequence[str], condition: str = "", more: Sequence[str] = ()
    ) -> list[Record]:
        """`field`, and `more`, of the object's records where it is one of `ids`."""
        read = partial(query_ids, self.org, f"SELECT {', '.join([field, *more])} FROM {name}", field, ids, condition)
        return self._ask(name, lambda: list(read()), None) or []

    def counted(self, name: str, field: str, ids: Sequence[str]) -> list[Record]:
        """Each of `ids` that is the `field` of some records of the object, with their number n."""
        read = partial(query_ids, self.org, f"SELECT {field}, COUNT(Id) n FROM {name}", field, ids, group=field)
        return self._ask(f"{name} by {field}", lambda: list(read()), None) or []

    def retrieve(
        self, name: str, ids: Sequence[str], fields: Sequence[str], may_lack: Sequence[str]
    ) -> dict[str, Record | None]:
        """Id → record with `fields`, and with those of `may_lack` that are there."""
        read = partial(self.org.retrieve, name, ids)
        found = self._ask(name, lambda: with_fields_there(self.org, name, [*fields, *may_lack], may_lack, read), None)
        return {} if found is None else dict(zip(ids, found, strict=True))

    def described(self, name: str) -> list[Record]:
        """The object's fields as the org describes them to this user."""
        return self._listed(f"{name}, described", f"sobjects/{name}/describe", "fields")

    def limits(self) -> None:
        """Whether the org tells its limits."""
        self._ask("/limits", self.org.limits, None)

    def is_there(self, name: str, may_lack: Sequence[str]) -> None:
        """Notes whether the object is missing, and which of its fields."""

        def read(fields: list[str]) -> list[Record]:
            return list(self.org.query(f"SELECT {', '.join(fields)} FROM {name} LIMIT 1"))

        if with_fields_there(self.org, name, ["Id", *may_lack], may_lack, read) is None:
            self.unanswered[name] = NOT_THERE
            return
        self.unanswered |= {f"{name}.{each}": NOT_THERE for each in may_lack if self.org.lacks(f"{name}.{each}")}

    def _listed(self, name: str, path: str, entry: str) -> list[Record]:
        answer = self._ask(name, lambda: self.org.exchange("GET", path), None)
        found = answer.get(entry) if isinstance(answer, dict) else None
        return found if isinstance(found, list) else []

    def _ask(self, name: str, read: Callable[[], Asked], otherwise: Otherwise) -> Asked | Otherwise:
        try:
            return read()
        except CallRefused as refusal:
            if refusal.code in OF_THE_MOMENT:
                raise
            self.unanswered[name] = str(refusal)
            return otherwise
