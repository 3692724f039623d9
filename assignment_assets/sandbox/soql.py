"""The part of SOQL that the engine speaks, turned into SQL for SQLite.

SELECT fields | COUNT() FROM object [WHERE …] [ORDER BY …] [LIMIT n] [OFFSET n]. Conditions are joined by AND or by
OR, never by both without parentheses, as in Salesforce. Text is compared without regard to case, `!=` and NOT IN
keep records without a value, and '' is null.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from assignment_assets.domain.sources.ids import complete_id, is_salesforce_id
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import Field, Kind, SObject, sobject
from assignment_assets.sandbox.values import moment_text

TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\]|\\.)*') |
    (?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)) |
    (?P<date>\d{4}-\d\d-\d\d) |
    (?P<number>[+-]?\d+(?:\.\d+)?) |
    (?P<word>[A-Za-z_][\w.]*(?::\d+)?) |
    (?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,)
)""",
    re.VERBOSE,
)
COMPARISONS = {"=", "!=", "<>", "<", ">", "<=", ">="}
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True)
class Query:
    """A parsed query: `ids_sql` with `parameters` gives the ids in order; `fields` is empty for COUNT()."""

    sobject: SObject
    fields: tuple[Field, ...]
    ids_sql: str
    parameters: tuple
    is_count: bool


def parse(text: str, today: date, includes_deleted: bool = False) -> Query:
    """The query that `text` asks; `today` is the day that TODAY and its like mean.

    Raises
    ------
    Refusal
        MALFORMED_QUERY, INVALID_TYPE, INVALID_FIELD or INVALID_QUERY_FILTER_OPERATOR.
    """
    return _Parser(_tokens(text), today, includes_deleted).query()


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise Refusal(400, "MALFORMED_QUERY", f"unexpected token: {text[place:].strip()[:20]}")
        tokens.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
        place = match.end()
    return [*tokens, ("end", "")]


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], today: date, includes_deleted: bool):
        self.tokens = tokens
        self.place = 0
        self.today = today
        self.includes_deleted = includes_deleted
        self.parameters: list = []

    def query(self) -> Query:
        self._expect("SELECT")
        is_count, names = self._selected()
        self._expect("FROM")
        self.sobject = sobject(self._take("word"))
        fields = tuple(self.sobject.field(name) for name in names)
        where = self._conditions() if self._accept("WHERE") else ""
        if not self.includes_deleted and "isdeleted" in self.sobject.fields:
            where = f'("IsDeleted" = 0){f" AND ({where})" if where else ""}'
        order = self._order() if self._accept("ORDER") else ""
        limit = int(self._take("number")) if self._accept("LIMIT") else -1
        offset = int(self._take("number")) if self._accept("OFFSET") else 0
        if self.tokens[self.place][0] != "end":
            raise self._unexpected()
        sql = (
            f'SELECT "Id" FROM {self.sobject.table}{f" WHERE {where}" if where else ""} '
            f'ORDER BY {order}"Id" LIMIT {limit} OFFSET {offset}'
        )
        return Query(self.sobject, fields, sql, tuple(self.parameters), is_count)

    def _selected(self) -> tuple[bool, list[str]]:
        if self._accept("COUNT"):
            self._expect("(")
            self._expect(")")
            return True, []
        names = [self._take("word")]
        while self._accept(","):
            names.append(self._take("word"))
        if len({name.lower() for name in names}) < len(names):
            raise Refusal(400, "INVALID_FIELD", "duplicate field selected")
        return False, names

    def _conditions(self) -> str:
        parts, joint = [self._condition()], ""
        while (word := self._peek()) in ("AND", "OR"):
            if joint and word != joint:
                raise Refusal(400, "MALFORMED_QUERY", f"unexpected token: {word}; AND and OR need parentheses")
            joint = word
            self.place += 1
            parts.append(self._condition())
        return f" {joint} ".join(parts)

    def _condition(self) -> str:
        if self._accept("NOT"):
            return f"(({self._condition()}) IS NOT TRUE)"
        if self._accept("("):
            inner = self._conditions()
            self._expect(")")
            return f"({inner})"
        field = self.sobject.field(self._take("word"))
        if self._accept("NOT"):
            self._expect("IN")
            return f'("{field.name}" IS NULL OR {self._membership(field, "NOT IN")})'
        if self._accept("IN"):
            return self._membership(field, "IN")
        if self._accept("LIKE"):
            pattern = self._text(self._take("text"), keeps_wildcard_escapes=True)
            self.parameters.append(pattern)
            return f"\"{field.name}\" LIKE ? ESCAPE '\\'"
        sign = self._take("sign")
        if sign not in COMPARISONS:
            self.place -= 1
            raise self._unexpected()
        self.parameters.append(self._value(field))
        operator = {"=": "IS", "!=": "IS NOT", "<>": "IS NOT"}.get(sign, sign)
        return f"{self._column(field)} {operator} ?"

    def _membership(self, field: Field, operator: str) -> str:
        self._expect("(")
        values = [self._value(field)]
        while self._accept(","):
            values.append(self._value(field))
        self._expect(")")
        present = [value for value in values if value is not None]
        self.parameters.extend(present)
        found = f"{self._column(field)} {operator} ({', '.join('?' * len(present))})"
        has_null = len(present) < len(values)
        return f'({found} OR "{field.name}" IS NULL)' if has_null and operator == "IN" else found

    def _column(self, field: Field) -> str:
        return f'"{field.name}" COLLATE NOCASE' if field.kind is Kind.TEXT else f'"{field.name}"'

    def _value(self, field: Field):
        kind, text = self.tokens[self.place]
        self.place += 1
        word = text.upper()
        if word == "NULL":
            return None
        if field.kind in (Kind.TEXT, Kind.ID, Kind.REFERENCE) and kind == "text":
            return self._quoted(field, text)
        if field.kind is Kind.NUMBER and kind == "number":
            return float(text)
        if field.kind is Kind.CHECKBOX and word in ("TRUE", "FALSE"):
            return int(word == "TRUE")
        if field.kind is Kind.DATE and kind == "date":
            return text
        if field.kind is Kind.MOMENT and kind == "moment":
            return moment_text(datetime.fromisoformat(text).astimezone(UTC))
        if field.kind in (Kind.DATE, Kind.MOMENT) and kind == "word":
            day = self._day(word).isoformat()
            return day if field.kind is Kind.DATE else f"{day}T00:00:00.000+0000"
        raise Refusal(
            400,
            "INVALID_FIELD",
            f"value of filter criterion for field '{field.name}' must be of type {field.kind}; found {text}",
        )

    def _quoted(self, field: Field, literal: str) -> str | None:
        text = self._text(literal)
        if field.kind is Kind.TEXT or not text:
            return text or None
        record_id = complete_id(text)
        if not is_salesforce_id(record_id):
            raise Refusal(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")
        return record_id

    def _day(self, word: str) -> date:
        name, _, number = word.partition(":")
        days = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
        if name in days and not number:
            return self.today + timedelta(days=days[name])
        if name in ("LAST_N_DAYS", "NEXT_N_DAYS") and number:
            return self.today + timedelta(days=int(number) * (1 if name == "NEXT_N_DAYS" else -1))
        raise Refusal(400, "MALFORMED_QUERY", f"unexpected token: {word}")

    def _order(self) -> str:
        self._expect("BY")
        terms = []
        while True:
            field = self.sobject.field(self._take("word"))
            direction = "DESC" if self._accept("DESC") else "ASC"
            if direction == "ASC":
                self._accept("ASC")
            nulls = "FIRST"
            if self._accept("NULLS"):
                nulls = "LAST" if self._accept("LAST") else "FIRST"
                if nulls == "FIRST":
                    self._expect("FIRST")
            terms.append(f"{self._column(field)} {direction} NULLS {nulls}, ")
            if not self._accept(","):
                return "".join(terms)

    def _text(self, literal: str, keeps_wildcard_escapes: bool = False) -> str:
        def unescaped(match: re.Match) -> str:
            character = match.group(1)
            if keeps_wildcard_escapes and character in "%_\\":
                return f"\\{character}"
            return ESCAPES.get(character, character)

        return re.sub(r"\\(.)", unescaped, literal[1:-1])

    def _peek(self) -> str:
        return self.tokens[self.place][1].upper()

    def _accept(self, word: str) -> bool:
        if self.tokens[self.place][0] in ("word", "sign") and self._peek() == word:
            self.place += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self._unexpected(f", expected {word}")

    def _take(self, kind: str) -> str:
        found, text = self.tokens[self.place]
        if found != kind:
            raise self._unexpected(f", expected a {kind}")
        self.place += 1
        return text

    def _unexpected(self, hint: str = "") -> Refusal:
        found = self.tokens[self.place][1] or "end of query"
        return Refusal(400, "MALFORMED_QUERY", f"unexpected token: {found}{hint}")
