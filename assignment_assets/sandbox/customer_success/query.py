"""A read of the Company object: what is asked for, of which companies, in what order, from where and how many."""

from collections.abc import Callable
from dataclasses import dataclass

from assignment_assets.sandbox.customer_success.companies import Company
from assignment_assets.sandbox.customer_success.conditions import Test, read_where
from assignment_assets.sandbox.customer_success.fields import Value, comparable, field_value
from assignment_assets.sandbox.customer_success.refused import invalid_call

MOST_RECORDS = 5_000
DIRECTIONS = ("asc", "desc")


@dataclass(frozen=True)
class Query:
    """One read; `order` is by what and whether downwards, the first counts most."""

    select: list[str]
    is_meant: Test
    order: list[tuple[Callable[[Company], Value], bool]]
    limit: int
    offset: int

    @classmethod
    def of(cls, body: object) -> "Query":
        """The read that a JSON body asks for.

        Raises
        ------
        Refused
            400 for a body, field, operator, moment or limit that is none.
        """
        if not isinstance(body, dict):
            raise invalid_call("the body must be an object")
        select = body.get("select")
        if not isinstance(select, list) or not select:
            raise invalid_call("select needs a list of fields")
        for name in select:
            field_value(name)
        return cls(
            select,
            read_where(body.get("where")),
            _order(body.get("orderBy") or {}),
            _whole(body, "limit", MOST_RECORDS, 1, MOST_RECORDS),
            _whole(body, "offset", 0, 0, None),
        )

    def records(self, companies: list[Company], page_cap: int) -> list[dict[str, Value]]:
        """The page: at most as many records as are asked for and as the system gives, under the names asked for."""
        found = [company for company in companies if self.is_meant(company)]
        for value, is_downwards in reversed(self.order):
            found.sort(key=_sortable(value), reverse=is_downwards)
        page = found[self.offset : self.offset + min(self.limit, page_cap)]
        return [{name: field_value(name)(company) for name in self.select} for company in page]


def _order(entries: object) -> list[tuple[Callable[[Company], Value], bool]]:
    if not isinstance(entries, dict) or not all(each in DIRECTIONS for each in entries.values()):
        raise invalid_call("orderBy needs fields with asc or desc")
    return [(field_value(name), direction == "desc") for name, direction in entries.items()]


def _sortable(value: Callable[[Company], Value]) -> Callable[[Company], tuple]:
    def key(company: Company) -> tuple:
        found = comparable(value(company))
        return (found is not None, found) if found is not None else (False,)

    return key


def _whole(body: dict, name: str, default: int, least: int, most: int | None) -> int:
    found = body.get(name, default)
    if not isinstance(found, int) or isinstance(found, bool) or found < least or (most is not None and found > most):
        raise invalid_call(f"{name} is {found}, expected a whole number from {least}" + (f" to {most}" if most else ""))
    return found
