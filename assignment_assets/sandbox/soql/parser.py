"""A whole query: SELECT … FROM object [WHERE …] [GROUP BY … [HAVING …]] [ORDER BY …] [LIMIT n] [OFFSET n]."""

from datetime import date

from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.sobject import Kind
from assignment_assets.sandbox.soql.conditions import Conditions
from assignment_assets.sandbox.soql.expressions import Expression, Expressions
from assignment_assets.sandbox.soql.query import Query
from assignment_assets.sandbox.soql.scope import Scope
from assignment_assets.sandbox.soql.tokens import Token, TokenReader

MOST_SKIPPED = 2_000


def parse(
    text: str, today: date, includes_deleted: bool = False, access: Access | None = None, in_tooling: bool = False
) -> Query:
    """The query that `text` asks; `today` is the day that TODAY and its like mean.

    Raises
    ------
    Refusal
        MALFORMED_QUERY, also for what this org does not speak; INVALID_TYPE, INVALID_FIELD,
        INVALID_QUERY_FILTER_OPERATOR.
    """
    parameters: list = []
    reader = TokenReader(text)
    query = _Select(reader, today, includes_deleted, access or Access(), in_tooling, parameters).query()
    reader.end()
    return query


class _Select:
    """One SELECT, the whole query's or one within IN ( … )."""

    def __init__(
        self,
        reader: TokenReader,
        today: date,
        includes_deleted: bool,
        access: Access,
        in_tooling: bool,
        parameters: list,
        level: int = 0,
    ):
        self._reader = reader
        self._given = (today, includes_deleted, access, in_tooling)
        self._parameters = parameters
        self._level = level

    def query(self) -> Query:
        """The query from SELECT to its end."""
        selected, is_count = self._opened()
        grouped: list[Expression] = []
        where = self._where()
        if self._reader.accept("GROUP"):
            self._reader.expect("BY")
            grouped = self._listed(self._expressions.field)
        is_aggregate = bool(grouped) or any(each.is_aggregate for each in selected)
        having = ""
        if is_aggregate:
            if is_count:
                raise self._reader.refused(self._reader.tokens[0], "COUNT() is not grouped; use COUNT(Id)")
            self._check_groups(selected, grouped)
            having = (
                f" HAVING {self._conditions(self._expressions.either).all()}" if self._reader.accept("HAVING") else ""
            )
        order = self._order(is_aggregate) if self._reader.accept("ORDER") else ""
        limit = int(self._reader.take("number").text) if self._reader.accept("LIMIT") else -1
        offset = self._offset() if self._reader.accept("OFFSET") else 0
        base = f'"{self._scope.joined[()].alias}"."Id"'
        if is_aggregate:
            groups = f" GROUP BY {', '.join(each.sql for each in grouped)}" if grouped else ""
            what, ordered = ", ".join(each.sql for each in selected), order.removesuffix(", ")
            tail = f"{groups}{having}{f' ORDER BY {ordered}' if ordered else ''}"
        else:
            what, tail = base, f" ORDER BY {order}{base}"
        sql = f"SELECT {what} FROM {self._scope.sql()}{where}{tail} LIMIT {limit} OFFSET {offset}"
        return Query(
            self._scope.base,
            tuple(selected),
            self._scope.joined,
            self._scope.sql(),
            sql,
            tuple(self._parameters),
            is_count,
            is_aggregate,
        )

    def inner(self) -> str:
        """The SQL of a SELECT of one id or reference within IN ( … )."""
        select = self._reader.tokens[self._reader.place]
        selected, is_count = self._opened()
        if is_count or len(selected) != 1 or selected[0].is_aggregate:
            raise self._reader.refused(select, "a semi-join selects one field")
        if selected[0].field.kind not in (Kind.ID, Kind.REFERENCE):
            raise self._reader.refused(
                select, f"a semi-join selects an id or a reference, not {selected[0].column.name}"
            )
        where = self._where(f"{selected[0].sql} IS NOT NULL")
        return f"SELECT {selected[0].sql} FROM {self._scope.sql()}{where}"

    def _opened(self) -> tuple[list[Expression], bool]:
        """What is selected, and whether it is COUNT(); reads FROM first, because it says what the names mean."""
        reader, (_, includes_deleted, access, in_tooling) = self._reader, self._given
        reader.expect("SELECT")
        start = reader.place
        reader.place = self._place_of_from(start)
        reader.expect("FROM")
        token = reader.take("word")
        try:
            base = access.sobject(token.text, in_tooling)
        except Refusal as refusal:
            raise reader.located(token, refusal) from refusal
        after, reader.place = reader.place, start
        self._scope = Scope(base, access, includes_deleted, self._level)
        self._expressions = Expressions(reader, self._scope, access)
        if [reader.peek(ahead) for ahead in range(4)] == ["COUNT", "(", ")", "FROM"]:
            selected, is_count = [], True
        else:
            selected = [each for several in self._listed(self._expressions.selected) for each in several]
            is_count = False
            self._check_names(selected, reader.tokens[start])
            if reader.peek() != "FROM":
                raise reader.unexpected(", expected FROM")
        reader.place = after
        return selected, is_count

    def _place_of_from(self, start: int) -> int:
        depth = 0
        for place in range(start, len(self._reader.tokens)):
            token = self._reader.tokens[place]
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if (token.kind == "word" and token.text.upper() == "FROM" and depth == 0) or token.kind == "end":
                return place
        return start

    def _listed(self, read) -> list:
        found = [read()]
        while self._reader.accept(","):
            found.append(read())
        return found

    def _check_names(self, selected: list[Expression], token: Token) -> None:
        aggregated = [each for each in selected if each.is_aggregate]
        plain = [each for each in selected if not each.is_aggregate]
        names = [(each.alias or each.column.name).lower() for each in plain]
        names += [each.alias.lower() for each in aggregated if each.alias]
        if len(set(names)) < len(names):
            doubled = next(name for name in names if names.count(name) > 1)
            refusal = Refusal(400, "INVALID_FIELD", f"duplicate field selected: {doubled}")
            raise self._reader.located(token, refusal)

    def _check_groups(self, selected: list[Expression], grouped: list[Expression]) -> None:
        names = {each.sql for each in grouped}
        for each in selected:
            if not each.is_aggregate and each.sql not in names:
                token = self._reader.tokens[0]
                raise self._reader.refused(token, f"Field must be grouped or aggregated: {each.column.name}")

    def _conditions(self, expression) -> Conditions:
        return Conditions(self._reader, expression, self._subquery, self._parameters, self._given[0])

    def _subquery(self, parameters: list) -> str:
        return _Select(self._reader, *self._given, parameters, self._level + 1).inner()

    def _where(self, *further: str) -> str:
        stated = self._conditions(self._expressions.field).all() if self._reader.accept("WHERE") else ""
        conditions = [*self._scope.bounds(), *further, *([f"({stated})"] if stated else [])]
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def _offset(self) -> int:
        token = self._reader.take("number")
        if int(token.text) > MOST_SKIPPED:
            message = f"Maximum SOQL offset allowed is {MOST_SKIPPED}"
            raise self._reader.located(token, Refusal(400, "NUMBER_OUTSIDE_VALID_RANGE", message))
        return int(token.text)

    def _order(self, is_aggregate: bool) -> str:
        self._reader.expect("BY")
        return "".join(
            self._listed(lambda: self._ordered(self._expressions.either if is_aggregate else self._expressions.field))
        )

    def _ordered(self, read) -> str:
        expression = read()
        direction = "DESC" if self._reader.accept("DESC") else "ASC"
        if direction == "ASC":
            self._reader.accept("ASC")
        nulls = "FIRST"
        if self._reader.accept("NULLS"):
            nulls = "LAST" if self._reader.accept("LAST") else "FIRST"
            if nulls == "FIRST":
                self._reader.expect("FIRST")
        return f"{expression.compared} {direction} NULLS {nulls}, "
