"""A query taken apart into tokens, each with its place, so that what is wrong is shown where it stands."""

import re
from dataclasses import dataclass

from assignment_assets.sandbox.refusal import Refusal

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
EXCERPT = 40
ESCAPED = re.compile(r"\\(.)")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True)
class Token:
    """One token: what kind of thing it is, its text, and where it begins in the query."""

    kind: str
    text: str
    at: int


class TokenReader:
    """Goes through a query token by token.

    Raises
    ------
    Refusal
        MALFORMED_QUERY where a token is none or is not the one expected.
    """

    def __init__(self, text: str):
        self.text = text
        self.place = 0
        self.tokens = list(self._tokens())

    def peek(self, ahead: int = 0) -> str:
        """A coming token in capitals, without going on; empty beyond the end."""
        return self.tokens[min(self.place + ahead, len(self.tokens) - 1)].text.upper()

    def accept(self, word: str) -> bool:
        """Goes past the word or sign if it is the next token."""
        if self.tokens[self.place].kind in ("word", "sign") and self.peek() == word:
            self.place += 1
            return True
        return False

    def expect(self, word: str) -> None:
        """Goes past the word or sign, which must be next."""
        if not self.accept(word):
            raise self.unexpected(f", expected {word}")

    def take(self, kind: str = "") -> Token:
        """The next token, which must be of this kind."""
        token = self.tokens[self.place]
        if token.kind == "end" or (kind and token.kind != kind):
            raise self.unexpected(f", expected a {kind or 'value'}")
        self.place += 1
        return token

    def end(self) -> None:
        """Makes sure that nothing is left."""
        if self.tokens[self.place].kind != "end":
            raise self.unexpected()

    def unexpected(self, hint: str = "", token: Token | None = None) -> Refusal:
        """What is said of a token that cannot stand where it stands; of the next one unless another is given."""
        token = token or self.tokens[self.place]
        found = f"'{token.text}'" if token.text else "end of query"
        return self.located(token, Refusal(400, "MALFORMED_QUERY", f"unexpected token: {found}{hint}"))

    def refused(self, token: Token, message: str) -> Refusal:
        """MALFORMED_QUERY with a sentence of its own."""
        return self.located(token, Refusal(400, "MALFORMED_QUERY", message))

    def located(self, token: Token, refusal: Refusal) -> Refusal:
        """The refusal as Salesforce words it: a line of the query, an arrow below the token, row and column."""
        lines = self.text[: token.at].split("\n")
        line, column = self.text.split("\n")[len(lines) - 1], len(lines[-1])
        start = max(0, column - EXCERPT)
        excerpt = line[start : column + EXCERPT].replace("\t", " ")
        where = f"ERROR at Row:{len(lines)}:Column:{column + 1}"
        message = f"\n{excerpt}\n{' ' * (column - start)}^\n{where}\n{refusal.message}"
        return Refusal(refusal.status, refusal.code, message, refusal.fields)

    def _tokens(self):
        place = 0
        while self.text[place:].strip():
            match = TOKEN.match(self.text, place)
            if match is None:
                at = place + len(self.text[place:]) - len(self.text[place:].lstrip())
                raise self.unexpected(token=Token("", self.text[at : at + 20], at))
            kind = match.lastgroup or ""
            yield Token(kind, match.group(kind), match.start(kind))
            place = match.end()
        yield Token("end", "", len(self.text))


def unquoted(literal: str, keeps_wildcard_escapes: bool = False) -> str:
    """The text that a literal in quotes stands for; a pattern keeps the escapes of its wildcards."""

    def plain(match: re.Match) -> str:
        character = match.group(1)
        if keeps_wildcard_escapes and character in "%_\\":
            return f"\\{character}"
        return ESCAPES.get(character, character)

    return ESCAPED.sub(plain, literal[1:-1])
