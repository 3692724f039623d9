"""The `where` of a query: conditions under aliases, and the expression that joins them."""

import re
from collections.abc import Callable

from assignment_assets.sandbox.customer_success.companies import Company
from assignment_assets.sandbox.customer_success.fields import Value, comparable, field_value, read_value
from assignment_assets.sandbox.customer_success.refused import invalid_call

Test = Callable[[Company], bool]
TOKENS = re.compile(r"\(|\)|\w+|\S")
COMPARED: dict[str, Callable[[Value, list], bool]] = {
    "EQ": lambda found, values: found == values[0],
    "NE": lambda found, values: found != values[0],
    "IN": lambda found, values: found in values,
    "NOT_IN": lambda found, values: found not in values,
    "GT": lambda found, values: found is not None and found > values[0],
    "GTE": lambda found, values: found is not None and found >= values[0],
    "LT": lambda found, values: found is not None and found < values[0],
    "LTE": lambda found, values: found is not None and found <= values[0],
    "BTW": lambda found, values: found is not None and values[0] <= found <= values[-1],
    "CONTAINS": lambda found, values: str(values[0]) in str(found or ""),
    "STARTS_WITH": lambda found, values: str(found or "").startswith(str(values[0])),
    "IS_NULL": lambda found, values: found is None,
    "IS_NOT_NULL": lambda found, values: found is not None,
}
WITHOUT_VALUE = frozenset({"IS_NULL", "IS_NOT_NULL"})


def read_where(where: object) -> Test:
    """Whether a company is meant by the `where` of a body; all are without one.

    Raises
    ------
    Refused
        400 for what is no such thing.
    """
    if not where:
        return lambda company: True
    conditions = where.get("conditions") if isinstance(where, dict) else None
    if not isinstance(conditions, list) or not all(isinstance(each, dict) for each in conditions):
        raise invalid_call("where needs a list of conditions")
    tests = {str(each.get("alias", "")): _condition(each) for each in conditions}
    return _Expression(str(where.get("expression", "")), tests).read()


def _condition(entries: dict) -> Test:
    name, operator, values = entries.get("name", ""), entries.get("operator"), entries.get("value", [])
    value, compare = field_value(name), COMPARED.get(str(operator))
    if compare is None:
        raise invalid_call(f"operator {operator}, expected one of {', '.join(COMPARED)}")
    if operator not in WITHOUT_VALUE and (not isinstance(values, list) or not values):
        raise invalid_call(f"the value of {name} must be a list")
    read = [read_value(name, each) for each in values] if operator not in WITHOUT_VALUE else []
    return lambda company: compare(comparable(value(company)), read)


class _Expression:
    """Reads `A AND (B OR C)`; AND binds before OR."""

    def __init__(self, text: str, tests: dict[str, Test]):
        self._tokens = TOKENS.findall(text)
        self._tests = tests

    def read(self) -> Test:
        test = self._any()
        if self._tokens:
            raise invalid_call(f"expression: {self._tokens[0]} was not expected")
        return test

    def _any(self) -> Test:
        parts = [self._all()]
        while self._accept("OR"):
            parts.append(self._all())
        return lambda company: any(part(company) for part in parts)

    def _all(self) -> Test:
        parts = [self._one()]
        while self._accept("AND"):
            parts.append(self._one())
        return lambda company: all(part(company) for part in parts)

    def _one(self) -> Test:
        if self._accept("("):
            test = self._any()
            if not self._accept(")"):
                raise invalid_call("expression: a bracket is not closed")
            return test
        alias = self._tokens.pop(0) if self._tokens else ""
        if alias not in self._tests:
            raise invalid_call(f"expression: no condition has the alias {alias!r}")
        return self._tests[alias]

    def _accept(self, token: str) -> bool:
        is_next = bool(self._tokens) and self._tokens[0].upper() == token
        if is_next:
            self._tokens.pop(0)
        return is_next
