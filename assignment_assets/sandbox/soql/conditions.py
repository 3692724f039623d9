"""WHERE and HAVING: conditions joined by AND or by OR, never by both without parentheses, as in Salesforce.

Text is compared without regard to case, `!=` and NOT IN keep records without a value, '' is null. A date literal means
all its days: `= LAST_N_DAYS:30` is any moment within, `> TODAY` any after it.
"""

from collections.abc import Callable
from datetime import date

from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.sobject import Field, Kind
from assignment_assets.sandbox.soql.expressions import Expression
from assignment_assets.sandbox.soql.literals import day_range, value_of
from assignment_assets.sandbox.soql.tokens import Token, TokenReader, unquoted

COMPARISONS = {"=", "!=", "<>", "<", ">", "<=", ">="}
NEGATIVE = ("!=", "<>")


class Conditions:
    """Reads conditions and gives them as SQL; their values go to `parameters` in order.

    `expression` reads what a condition begins with; `subquery` reads a SELECT within IN ( … ).
    """

    def __init__(
        self,
        reader: TokenReader,
        expression: Callable[[], Expression],
        subquery: Callable[[list], str],
        parameters: list,
        today: date,
    ):
        self._reader = reader
        self._expression = expression
        self._subquery = subquery
        self._parameters = parameters
        self._today = today

    def all(self) -> str:
        """Conditions up to where they end."""
        parts, joint = [self._one()], ""
        while (word := self._reader.peek()) in ("AND", "OR"):
            if joint and word != joint:
                raise self._reader.unexpected("; AND and OR need parentheses")
            joint = word
            self._reader.take()
            parts.append(self._one())
        return f" {joint} ".join(parts)

    def _one(self) -> str:
        reader = self._reader
        if reader.accept("NOT"):
            return f"(({self._one()}) IS NOT TRUE)"
        if reader.accept("("):
            inner = self.all()
            reader.expect(")")
            return f"({inner})"
        expression = self._expression()
        if reader.accept("NOT"):
            reader.expect("IN")
            return f"({expression.sql} IS NULL OR {self._membership(expression, 'NOT IN')})"
        if reader.accept("IN"):
            return self._membership(expression, "IN")
        if reader.peek() == "LIKE":
            return self._likeness(expression, reader.take())
        sign = reader.take("sign")
        if sign.text not in COMPARISONS:
            raise reader.unexpected(token=sign)
        return self._comparison(expression, sign.text, reader.take())

    def _likeness(self, expression: Expression, like: Token) -> str:
        if expression.field.kind is not Kind.TEXT:
            message = f"invalid operator on {expression.field.kind} field"
            raise self._reader.located(like, Refusal(400, "INVALID_QUERY_FILTER_OPERATOR", message))
        self._parameters.append(unquoted(self._reader.take("text").text, keeps_wildcard_escapes=True))
        return f"{expression.sql} LIKE ? ESCAPE '\\'"

    def _comparison(self, expression: Expression, sign: str, token: Token) -> str:
        days = day_range(expression.field, token, self._reader, self._today)
        if days is None:
            self._parameters.append(value_of(expression.field, token, self._reader))
            operator = {"=": "IS", "!=": "IS NOT", "<>": "IS NOT"}.get(sign, sign)
            return f"{expression.compared} {operator} ?"
        start, after = days
        if sign in ("=", *NEGATIVE):
            self._parameters.extend((start, after))
            within = f"({expression.sql} >= ? AND {expression.sql} < ?)"
            return f"({within} IS NOT TRUE)" if sign in NEGATIVE else within
        self._parameters.append(start if sign in ("<", ">=") else after)
        return f"{expression.sql} {'<' if sign in ('<', '<=') else '>='} ?"

    def _membership(self, expression: Expression, operator: str) -> str:
        self._reader.expect("(")
        if self._reader.peek() == "SELECT":
            return self._joined(expression, operator)
        values = [self._member(expression.field)]
        while self._reader.accept(","):
            values.append(self._member(expression.field))
        self._reader.expect(")")
        present = [value for value in values if value is not None]
        self._parameters.extend(present)
        found = f"{expression.compared} {operator} ({', '.join('?' * len(present))})"
        has_null = len(present) < len(values)
        return f"({found} OR {expression.sql} IS NULL)" if has_null and operator == "IN" else found

    def _member(self, field: Field):
        return value_of(field, self._reader.take(), self._reader)

    def _joined(self, expression: Expression, operator: str) -> str:
        select = self._reader.tokens[self._reader.place]
        if expression.field.kind not in (Kind.ID, Kind.REFERENCE):
            raise self._reader.refused(
                select, f"The left operand of a semi-join must be an id or a reference, not {expression.field.name}"
            )
        found = f"{expression.sql} {operator} ({self._subquery(self._parameters)})"
        self._reader.expect(")")
        return found
