"""Which columns a file has that people load by hand: a preset's, or those that a team names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from assignment_assets.domain.errors import Fault, InvalidInput

IdForm = Literal["as_imported", "15", "18"]
FIELDS = {
    "id": "the account's id",
    "name": "the account's name",
    "owner": "the new owner, as the accounts file names owners",
    "owner_id": "the new owner's id",
    "owner_email": "the new owner's e-mail address",
    "owner_name": "the new owner's name",
    "old_owner": "the earlier owner, as the accounts file names owners",
    "old_owner_id": "the earlier owner's id",
    "old_owner_email": "the earlier owner's e-mail address",
    "old_owner_name": "the earlier owner's name",
    "region": "the region whose signature approved the change",
    "reason": "why the account changes hands, in a sentence",
    "reason_code": "the same as a word",
    "cycle": "the cycle's id",
    "signed_by": "who signed",
}
"""What a column may hold, and what that is."""
PRESETS = {
    "data-loader": {"Id": "id", "OwnerId": "owner_id"},
    "hubspot": {"Record ID": "id", "Company owner": "owner_email"},
    "dynamics": {"(Do Not Modify) Account": "id", "Owner": "owner_name"},
}
"""The headers by which Salesforce's Data Loader, HubSpot's and Dynamics' import know the account and its owner."""
_WORD = re.compile(r"""\s*([^=,]+?)\s*=\s*("[^"]*"|'[^']*'|[^,"']*?)\s*(?:,|$)""")
_EXAMPLE = 'such as Account ID=id,Owner=owner_email,Source="Assignment"'


@dataclass(frozen=True)
class LoadColumn:
    """One column: its header, and the field of `FIELDS` that it holds; a constant where there is none."""

    header: str
    field: str = ""
    constant: str = ""


@dataclass(frozen=True)
class LoadColumns:
    """The columns in their order, and how ids are spelled: as they were imported, or as Salesforce's of 15 or 18."""

    columns: tuple[LoadColumn, ...]
    id_form: IdForm = "as_imported"

    @property
    def headers(self) -> list[str]:
        """The headers, in order."""
        return [column.header for column in self.columns]

    def headers_of(self, *fields: str) -> list[str]:
        """The headers of the columns that hold one of these fields."""
        return [column.header for column in self.columns if column.field in fields]


def of_preset(name: str, id_form: IdForm = "as_imported") -> LoadColumns:
    """A preset's columns."""
    return LoadColumns(tuple(LoadColumn(header, field) for header, field in PRESETS[name].items()), id_form)


def of_text(text: str, id_form: IdForm = "as_imported") -> LoadColumns:
    """The columns that a text names, ``Header=field,Header="constant"``.

    Raises
    ------
    InvalidInput
        Every column that cannot be read.
    """
    named: dict[str, Any] = {}
    place, doubled = 0, []
    while place < len(text):
        found = _WORD.match(text, place)
        if found is None:
            fault = Fault("--columns", text[place : place + 60], "Header=field, separated by commas", _EXAMPLE + ".")
            raise InvalidInput("export", [fault])
        header, value = found.groups()
        doubled += [header] if header in named else []
        named[header] = {"constant": value[1:-1]} if value[:1] in ("'", '"') else value
        place = found.end()
    if doubled:
        faults = [Fault("--columns", f"{each} twice", "each header once", "Take one of them out.") for each in doubled]
        raise InvalidInput("export", faults)
    return of_mapping(named, id_form, "--columns")


def of_mapping(named: Mapping[str, Any], id_form: IdForm = "as_imported", where: str = "columns") -> LoadColumns:
    """The columns of a settings table: header → field, or ``{constant = "…"}``.

    Raises
    ------
    InvalidInput
        An unknown field, or columns without the account's id or a new owner.
    """
    columns, faults = [], []
    for header, value in named.items():
        if isinstance(value, Mapping) and set(value) == {"constant"}:
            columns.append(LoadColumn(header, constant=str(value["constant"])))
        elif isinstance(value, str) and value in FIELDS:
            columns.append(LoadColumn(header, value))
        else:
            expected = f"one of {', '.join(FIELDS)}, or a constant in quotation marks"
            faults.append(Fault(f"{where}, {header}", str(value), expected, "Correct it."))
    fields = {column.field for column in columns}
    if not faults and "id" not in fields:
        faults.append(Fault(where, "no account id", "a column that holds id", f"Add one, {_EXAMPLE}."))
    if not faults and not fields & {"owner", "owner_id", "owner_email", "owner_name"}:
        faults.append(Fault(where, "no new owner", "a column that holds owner", f"Add one, {_EXAMPLE}."))
    if faults:
        raise InvalidInput("export", faults)
    return LoadColumns(tuple(columns), id_form)
