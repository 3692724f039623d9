"""A query that was understood: its SQL, and the records that rows of it come to."""

from dataclasses import dataclass

from assignment_assets.sandbox.sobject import SObject
from assignment_assets.sandbox.soql.expressions import Expression
from assignment_assets.sandbox.soql.scope import Joined
from assignment_assets.sandbox.values import shown


@dataclass(frozen=True)
class Query:
    """`ids_sql` with `parameters` gives the ids in order, for an aggregate query its rows.

    `selected` is what was asked for, empty for COUNT(); `joined` the objects by path, the base object's empty.
    """

    sobject: SObject
    selected: tuple[Expression, ...]
    joined: dict[tuple[str, ...], Joined]
    source: str
    ids_sql: str
    parameters: tuple
    is_count: bool = False
    is_aggregate: bool = False

    @property
    def names(self) -> list[str]:
        """What each selected expression is called in a row of its own: Owner.Name."""
        return [each.alias or each.column.name for each in self.selected]

    def page_sql(self, count: int) -> str:
        """The statement that gives `count` records by id: their ids, the ids of what they refer to, their values."""
        base = f'"{self.joined[()].alias}"."Id"'
        keys = [f'"{each.alias}"."Id"' for each in self.joined.values()]
        values = [each.sql for each in self.selected]
        return f"SELECT {', '.join([*keys, *values])} FROM {self.source} WHERE {base} IN ({', '.join('?' * count)})"

    def values(self, row: tuple) -> list:
        """The values of a row of `page_sql` as JSON shows them, in the order of `names`."""
        return [shown(each.field, value) for each, value in zip(self.selected, row[len(self.joined) :], strict=True)]

    def record(self, row: tuple, attributes) -> dict:
        """A row of `page_sql` as the API gives it: records that are referred to stand inside, null where there is none.

        `attributes` makes the entry of that name from an object and an id.
        """
        ids = dict(zip(self.joined, row, strict=False))
        record: dict = {"attributes": attributes(self.sobject, row[0])}
        for expression, value in zip(self.selected, self.values(row), strict=True):
            place, path = record, expression.column.path
            for depth in range(len(path)):
                inner = path[: depth + 1]
                if ids[inner] is None:
                    place[path[depth]] = None
                    break
                place = place.setdefault(
                    path[depth], {"attributes": attributes(self.joined[inner].sobject, ids[inner])}
                )
            else:
                place[expression.alias or expression.column.field.name] = value
        return record

    def aggregate(self, row: tuple) -> dict:
        """A row of an aggregate query as the API gives it."""
        record: dict = {"attributes": {"type": "AggregateResult"}}
        unnamed = 0
        for expression, value in zip(self.selected, row, strict=True):
            key = expression.alias or expression.column.field.name
            if expression.is_aggregate and not expression.alias:
                key, unnamed = f"expr{unnamed}", unnamed + 1
            record[key] = value if expression.is_count else shown(expression.field, value)
        return record
