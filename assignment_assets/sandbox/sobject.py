"""What an object of the org is: a name, the prefix of its ids, fields; and the words to define one with."""

from dataclasses import dataclass
from enum import StrEnum

from assignment_assets.sandbox.refusal import Refusal


class Kind(StrEnum):
    """What a field holds; the names are those that Salesforce's describe call gives."""

    ID = "id"
    REFERENCE = "reference"
    TEXT = "string"
    NUMBER = "double"
    CHECKBOX = "boolean"
    DATE = "date"
    MOMENT = "datetime"


COLUMN_TYPES = {Kind.NUMBER: "REAL", Kind.CHECKBOX: "INTEGER"}


@dataclass(frozen=True)
class Field:
    """One field; `refers_to` names the object that it leads to, by an id or by that object's other key.

    It may hold ids of the objects `or_to` too; queries follow it to the first alone.
    """

    name: str
    kind: Kind
    is_updateable: bool = True
    refers_to: str = ""
    is_currency: bool = False
    or_to: tuple[str, ...] = ()

    @property
    def relationship(self) -> str:
        """The name that SOQL follows the field by (OwnerId: Owner, Plan__c: Plan__r); empty where it leads nowhere."""
        if not self.refers_to:
            return ""
        return self.name.removesuffix("__c") + "__r" if self.name.endswith("__c") else self.name.removesuffix("Id")


@dataclass(frozen=True)
class SObject:
    """One object: its name, id prefix, fields by lower-case name, and the field that it is referred to by."""

    name: str
    prefix: str
    fields: dict[str, Field]
    key: str = "Id"

    def field(self, name: str) -> Field:
        """The field of this name in any case.

        Raises
        ------
        Refusal
            `INVALID_FIELD` where there is none.
        """
        found = self.fields.get(name.lower())
        if found is None:
            raise Refusal(
                400,
                "INVALID_FIELD",
                f"No such column '{name}' on entity '{self.name}'. If you are attempting to use a custom field, be "
                "sure to append the '__c' after the custom field name. Please reference your WSDL or the describe "
                "call for the appropriate names.",
            )
        return found

    @property
    def table(self) -> str:
        """The name of the SQLite table that keeps this object's records."""
        return f'"{self.name}"'

    @property
    def columns(self) -> dict[str, str]:
        """The table's columns and their types, in the order of the fields."""
        columns = {field.name: COLUMN_TYPES.get(field.kind, "TEXT") for field in self.fields.values()}
        return columns | {"Id": "TEXT PRIMARY KEY"}

    def ddl(self) -> str:
        """The statement that creates the table where it does not exist yet."""
        columns = ", ".join(f'"{name}" {kind}' for name, kind in self.columns.items())
        return f"CREATE TABLE IF NOT EXISTS {self.table} ({columns})"


def define(name: str, prefix: str, *fields: Field, key: str = "Id") -> SObject:
    """An object with these fields and those that every object has."""
    system = [
        Field("Id", Kind.ID, False),
        *fields,
        Field("CreatedDate", Kind.MOMENT, False),
        Field("LastModifiedDate", Kind.MOMENT, False),
        Field("LastModifiedById", Kind.REFERENCE, False, "User"),
        Field("SystemModstamp", Kind.MOMENT, False),
    ]
    return SObject(name, prefix, {field.name.lower(): field for field in system}, key)


def texts(*names: str) -> list[Field]:
    """Fields of text."""
    return [Field(name, Kind.TEXT) for name in names]


def numbers(*names: str) -> list[Field]:
    """Fields of plain numbers."""
    return [Field(name, Kind.NUMBER) for name in names]


def amounts(*names: str) -> list[Field]:
    """Fields of money."""
    return [Field(name, Kind.NUMBER, is_currency=True) for name in names]


def checkboxes(*names: str) -> list[Field]:
    """Fields that are true or false."""
    return [Field(name, Kind.CHECKBOX) for name in names]


def reference(name: str, refers_to: str, *or_to: str) -> Field:
    """A field that holds the id of a record of another object."""
    return Field(name, Kind.REFERENCE, refers_to=refers_to, or_to=or_to)


def link(name: str, refers_to: str) -> Field:
    """A field of text that holds another object's key where that is no id."""
    return Field(name, Kind.TEXT, refers_to=refers_to)


BIN = Field("IsDeleted", Kind.CHECKBOX, False)
"""Whether a record lies in the bin."""
AUTHOR = Field("CreatedById", Kind.REFERENCE, False, "User")
"""Who entered a record."""
