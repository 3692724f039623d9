"""The names of one SELECT: the object's fields, and those of the records that it refers to."""

from dataclasses import dataclass

from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.record_ids import is_record_id
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.sobject import Field, Kind, SObject
from assignment_assets.sandbox.soql.tokens import Token, TokenReader

MOST_LEVELS = 5


@dataclass(frozen=True)
class Column:
    """A field, reached by relationships (`path`, empty for the object's own), and its table's alias in SQL."""

    path: tuple[str, ...]
    field: Field
    alias: str

    @property
    def sql(self) -> str:
        """The column as SQL names it."""
        return f'"{self.alias}"."{self.field.name}"'

    @property
    def compared(self) -> str:
        """The column as it is compared and ordered: text without regard to case."""
        return f"{self.sql} COLLATE NOCASE" if self.field.kind is Kind.TEXT else self.sql

    @property
    def name(self) -> str:
        """The field's name with its path: Owner.Name."""
        return ".".join((*self.path, self.field.name))


@dataclass(frozen=True)
class Joined:
    """An object that is reached by a path, and its alias."""

    sobject: SObject
    alias: str


class Scope:
    """Finds fields by their names and joins what they need; `level` keeps the aliases of nested SELECTs apart."""

    def __init__(self, base: SObject, access: Access, includes_deleted: bool, level: int):
        self.base = base
        self._access = access
        self._includes_deleted = includes_deleted
        self._level = level
        self.joined = {(): Joined(base, f"t{level}")}
        self._joins: list[str] = []

    def column(self, reader: TokenReader, token: Token) -> Column:
        """The column that a token names.

        Raises
        ------
        Refusal
            INVALID_FIELD, with the token's place.
        """
        try:
            return self.named(token.text)
        except Refusal as refusal:
            raise reader.located(token, refusal) from refusal

    def named(self, name: str) -> Column:
        """The column of this name, such as Owner.Name."""
        *parts, last = name.split(".")
        if parts and parts[0].lower() == self.base.name.lower() and not self._reference(self.base, parts[0]):
            parts = parts[1:]
        if len(parts) > MOST_LEVELS:
            raise Refusal(400, "INVALID_FIELD", f"{name} goes through more than {MOST_LEVELS} relationships")
        path: tuple[str, ...] = ()
        for part in parts:
            path = self._followed(path, part)
        known = self.joined[path]
        return Column(path, known.sobject.field(last), known.alias)

    def sql(self) -> str:
        """What stands after FROM."""
        return " ".join([f"{self.base.table} AS {self._alias()}", *self._joins])

    def bounds(self) -> list[str]:
        """The conditions that the query does not state: not in the bin, visible to the user."""
        bounds = self._visible(self._alias())
        if not self._includes_deleted and "isdeleted" in self.base.fields:
            bounds.append(f'{self._alias()}."IsDeleted" = 0')
        return bounds

    def _alias(self) -> str:
        return f'"{self.joined[()].alias}"'

    def _followed(self, path: tuple[str, ...], part: str) -> tuple[str, ...]:
        known = self.joined[path]
        field = self._reference(known.sobject, part)
        if field is None:
            raise Refusal(
                400,
                "INVALID_FIELD",
                f"Didn't understand relationship '{part}' in field path. If you are attempting to use a custom "
                "relationship, be sure to append the '__r' after the custom relationship name. Please reference "
                "your WSDL or the describe call for the appropriate names.",
            )
        further = (*path, field.relationship)
        if further not in self.joined:
            target = self._access.sobject(field.refers_to)
            alias = f"t{self._level}_{len(self.joined)}"
            self.joined[further] = Joined(target, alias)
            conditions = [
                f'"{alias}"."{target.key}" = "{known.alias}"."{field.name}"',
                *self._visible(f'"{alias}"'),
            ]
            self._joins.append(f'LEFT JOIN {target.table} AS "{alias}" ON {" AND ".join(conditions)}')
        return further

    def _reference(self, known: SObject, part: str) -> Field | None:
        found = [field for field in known.fields.values() if field.relationship.lower() == part.lower()]
        return found[0] if found else None

    def _visible(self, alias: str) -> list[str]:
        hidden = ", ".join(f"'{each}'" for each in sorted(self._access.invisible_ids) if is_record_id(each))
        return [f'{alias}."Id" NOT IN ({hidden})'] if hidden else []
