"""What a query selects, groups by and orders by: fields, aggregates, and functions of one field."""

from dataclasses import dataclass, replace

from assignment_assets.sandbox.access import Access, Feature
from assignment_assets.sandbox.sobject import Field, Kind
from assignment_assets.sandbox.soql.scope import Column, Scope
from assignment_assets.sandbox.soql.tokens import Token, TokenReader

COUNTS = ("COUNT", "COUNT_DISTINCT")
FIGURES = ("SUM", "AVG")
EXTREMES = ("MIN", "MAX")
AGGREGATES = (*COUNTS, *FIGURES, *EXTREMES)
COUNT_FIELD = Field("count", Kind.NUMBER)
RATE = 'SELECT "ConversionRate" FROM "CurrencyType" WHERE "IsoCode" = "{alias}"."CurrencyIsoCode"'
CONVERTED = f"({{column}} / coalesce(({RATE}), 1))"


@dataclass(frozen=True)
class Expression:
    """One expression: its SQL, the field whose kind its values have, and whether it sums up several records.

    `column` is the field that it is about; `alias` the name that the query gives it, if any.
    """

    sql: str
    field: Field
    column: Column
    is_aggregate: bool = False
    is_count: bool = False
    alias: str = ""

    @property
    def compared(self) -> str:
        """The expression as it is compared and ordered: text without regard to case."""
        return f"{self.sql} COLLATE NOCASE" if self.field.kind is Kind.TEXT else self.sql


class Expressions:
    """Reads expressions over the names of one SELECT."""

    def __init__(self, reader: TokenReader, scope: Scope, access: Access):
        self._reader = reader
        self._scope = scope
        self._access = access

    def selected(self) -> list[Expression]:
        """One entry of the list after SELECT; FIELDS( … ) gives several."""
        reader = self._reader
        if reader.peek() == "FROM":
            raise reader.unexpected(", expected a field")
        if reader.peek() == "(":
            raise reader.refused(reader.take(), "a SELECT within the list of fields is not supported by this org")
        if reader.peek(1) != "(":
            return [self._aliased(self.field())]
        function = reader.peek()
        if function == "FIELDS":
            return self._all_fields()
        if function in ("TOLABEL", "CONVERTCURRENCY"):
            return [self._aliased(self._converted())]
        return [self._aliased(self.aggregate())]

    def field(self) -> Expression:
        """A field, which nothing is done to.

        Raises
        ------
        Refusal
            INVALID_FIELD for an unknown one, MALFORMED_QUERY for a function.
        """
        token = self._reader.take("word")
        if self._reader.peek() == "(":
            raise self._reader.refused(token, f"{token.text}() is not supported here by this org")
        column = self._scope.column(self._reader, token)
        return Expression(column.sql, column.field, column)

    def either(self) -> Expression:
        """A field or an aggregate."""
        is_aggregate = self._reader.peek() in AGGREGATES and self._reader.peek(1) == "("
        return self.aggregate() if is_aggregate else self.field()

    def aggregate(self) -> Expression:
        """COUNT(f), COUNT_DISTINCT(f), SUM(f), AVG(f), MIN(f) or MAX(f)."""
        token = self._reader.take("word")
        function = token.text.upper()
        if function not in AGGREGATES:
            raise self._reader.refused(token, f"{token.text}() is not supported by this org")
        column = self._argument()
        if function in FIGURES and column.field.kind is not Kind.NUMBER:
            raise self._reader.refused(
                token, f"field {column.field.name} does not support aggregate operator {function}"
            )
        if function in EXTREMES and column.field.kind is Kind.CHECKBOX:
            raise self._reader.refused(
                token, f"field {column.field.name} does not support aggregate operator {function}"
            )
        is_count = function in COUNTS
        argument = f"DISTINCT {column.compared}" if function == "COUNT_DISTINCT" else column.sql
        sql = f"{'COUNT' if is_count else function}({argument})"
        return Expression(sql, COUNT_FIELD if is_count else column.field, column, True, is_count)

    def _converted(self) -> Expression:
        token = self._reader.take("word")
        column = self._argument()
        if token.text.upper() == "TOLABEL":
            return Expression(column.sql, column.field, column)
        if not (column.field.is_currency and self._access.has(Feature.SEVERAL_CURRENCIES)):
            raise self._reader.refused(
                token, "convertCurrency() is for fields of money in an org with several currencies"
            )
        return Expression(CONVERTED.format(column=column.sql, alias=column.alias), column.field, column)

    def _argument(self) -> Column:
        self._reader.expect("(")
        column = self._scope.column(self._reader, self._reader.take("word"))
        self._reader.expect(")")
        return column

    def _all_fields(self) -> list[Expression]:
        function = self._reader.take("word")
        self._reader.expect("(")
        kind = self._reader.take("word")
        self._reader.expect(")")
        names = {
            "ALL": lambda name: True,
            "STANDARD": lambda name: not name.endswith("__c"),
            "CUSTOM": lambda name: name.endswith("__c"),
        }
        if kind.text.upper() not in names:
            raise self._reader.unexpected(", expected ALL, STANDARD or CUSTOM", kind)
        if kind.text.upper() != "STANDARD":
            self._check_limit(function)
        fields = [each.name for each in self._scope.base.fields.values() if names[kind.text.upper()](each.name)]
        columns = [self._scope.named(name) for name in fields]
        return [Expression(column.sql, column.field, column) for column in columns]

    def _check_limit(self, function: Token) -> None:
        texts = [token.text.upper() for token in self._reader.tokens]
        limit = texts[texts.index("LIMIT") + 1] if "LIMIT" in texts else ""
        if not limit.isdigit() or int(limit) > 200:
            raise self._reader.refused(function, "The SOQL FIELDS function must have a LIMIT of at most 200")

    def _aliased(self, expression: Expression) -> Expression:
        token = self._reader.tokens[self._reader.place]
        if token.kind == "word" and token.text.upper() != "FROM":
            return replace(expression, alias=self._reader.take("word").text)
        return expression
