"""A company's own names for the contract's columns, written once in a TOML file.

::

    [accounts]
    path = "accounts.csv"               # relative to this file; or object = "Account" for Salesforce;
                                        # or "gsheet:" and a Google Sheet's key or address (`sheet` is its tab)
    path_variable = "ACCOUNTS_FILE"     # an environment variable that goes first
    exclude = {status = ["CLOSED"]}     # rows left out; `only` keeps the named values alone
    states = "from postal_code"         # for accounts without a state; names and codes are understood without it
    owners = "from opportunities"       # for accounts without an owner: whoever has most of their deals
    dates = ["%m/%d/%Y"]                # besides ISO dates, which are always understood

    [accounts.columns]                  # absent: the file uses the contract's names
    account_id = "facility_id"
    tam = {from = "beds", scale = 1000, null_if = ["-999"], default = 0}
    postal_code = {from = "zip", zero_pad = 5}

    [accounts.constants]
    tier = "B"                          # or among the columns: tier = {constant = "B"}

    [reps]
    inside_sales = ["House queue"]      # works as Inside Sales, and is in no file

    [reps.columns]
    name = {from = "First Name", and = "Last Name"}
    rep_id = {from = "First Name", and = "Last Name", id_of_name = true}     # ana.ruiz, where nobody has an id

Money (tam, value, revenue, amount) is read in dollars and bps as the plain figure; both become hundredths, and money
is stored with its unit in the name (tam_cents).
"""

import os
import re
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.domain.setup.run_config import model_faults
from assignment_assets.domain.sources.fields import FIELDS, fields_of
from assignment_assets.domain.sources.supplements import SUPPLEMENTS
from assignment_assets.domain.tables import ACCOUNTS, Table
from assignment_assets.io.mapping.column_rule import ColumnRule, as_text

TABLES: dict[str, Table[Any]] = {**FIELDS, **{name: fields_of(table) for name, table in SUPPLEMENTS.items()}}
GSHEET = "gsheet:"
FROM_ZIP, STATE_OF_ZIP = "from postal_code", "state of the ZIP code"
"""How a mapping asks for the states of ZIP codes, and the column that they then stand in."""
CONTRACT = {
    **{name: tuple(table.columns) for name, table in TABLES.items()},
    "accounts": (*TABLES["accounts"].columns, "country", "city"),
    "reps": (*TABLES["reps"].columns, "postal_code"),
}
"""Columns that may be mapped; a rep's postal_code and an account's city only complete coordinates, an account's country
only says which are elsewhere."""


def _named_column(rule: object) -> object:
    return {"from": rule} if isinstance(rule, str) else rule


def _is_constant(rule: object) -> bool:
    return isinstance(rule, dict) and set(rule) == {"constant"}


def _as_texts(values: object) -> object:
    return [as_text(value) for value in values] if isinstance(values, list) else values


Texts = Annotated[list[str], BeforeValidator(_as_texts)]
Rules = dict[str, Annotated[ColumnRule, BeforeValidator(_named_column)]]


class TableMapping(BaseModel):
    """Where one table comes from and how its columns are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = ""
    path_variable: str = ""
    sheet: str = ""
    separator: Literal["", ",", ";", "\t", "|"] = ""
    object: str = ""
    where: str = ""
    exclude: dict[str, Texts] = {}
    only: dict[str, Texts] = {}
    states: Literal["code", "name or code", "from postal_code"] = "name or code"
    dates: list[str] = []
    owners: Literal["", "from opportunities"] = ""
    inside_sales: Texts = []
    columns: Rules | None = None
    constants: dict[str, Annotated[str, BeforeValidator(as_text)]] = {}

    @model_validator(mode="before")
    @classmethod
    def _with_constants(cls, given: Any) -> Any:
        """Columns written as `{constant = "field"}` are constants."""
        columns = given.get("columns") if isinstance(given, dict) else None
        if not isinstance(given, dict) or not isinstance(columns, dict):
            return given
        constants = {name: rule["constant"] for name, rule in columns.items() if _is_constant(rule)}
        rest = {name: rule for name, rule in columns.items() if name not in constants}
        return {**given, "columns": rest, "constants": {**constants, **given.get("constants", {})}}

    def rules(self, table: str, available: Collection[str]) -> dict[str, ColumnRule]:
        """Contract column → how it is read; without `[columns]`, the contract's names that are available."""
        if self.columns is not None:
            told = {"state": ColumnRule.model_validate({"from": STATE_OF_ZIP})} if self.states == FROM_ZIP else {}
            return self.columns | told
        return {name: ColumnRule.model_validate({"from": name}) for name in CONTRACT[table] if name in available}

    def source_columns(self, table: str) -> list[str]:
        """The source's own column names that this mapping uses, each once."""
        mapped = [each for rule in self.rules(table, CONTRACT[table]).values() for each in rule.sources()]
        return list(dict.fromkeys([*mapped, *self.exclude, *self.only]))


class Connection(BaseModel):
    """Which org; the environment goes first, and secrets are only there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = ""
    ca_file: str = ""
    proxy: str = ""
    api_version: str = ""


class FolderMapping(BaseModel, ABC):
    """Mapped tables whose files lie relative to the mapping's own folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path = Field(Path("."), exclude=True)

    @abstractmethod
    def tables(self) -> dict[str, TableMapping]:
        """The tables that are mapped, by name."""

    def spreadsheet(self, table: TableMapping, environment: Mapping[str, str] = os.environ) -> str:
        """The key of the Google Sheet that holds the table (`gsheet:…` in place of a path); empty for a file."""
        place = environment.get(table.path_variable) or table.path
        return sheet_key(place)

    def file(self, table: TableMapping, environment: Mapping[str, str] = os.environ) -> Path:
        """The table's file: what its `path_variable` holds, else `path`, from the mapping's folder."""
        return (self.folder / (environment.get(table.path_variable) or table.path)).resolve()


def sheet_key(place: str) -> str:
    """The key of the Google Sheet that `gsheet:` and its key or address name; empty for any other place."""
    return re.sub(r".*/d/([^/?#]+).*", r"\1", place.removeprefix(GSHEET)) if place.startswith(GSHEET) else ""


class SourceMapping(FolderMapping):
    """A mapping file: accounts and reps, opportunities where there are any."""

    connection: Connection = Connection()
    accounts: TableMapping
    reps: TableMapping
    opportunities: TableMapping | None = None

    def tables(self) -> dict[str, TableMapping]:
        """The tables that are mapped, by name."""
        present = {"accounts": self.accounts, "reps": self.reps, "opportunities": self.opportunities}
        return {name: table for name, table in present.items() if table is not None}


class SupplementMapping(FolderMapping):
    """A mapping file of what other systems hand over: files or Google Sheets, each optional."""

    billing: TableMapping | None = None
    usage: TableMapping | None = None
    renewals: TableMapping | None = None
    forecasts: TableMapping | None = None
    activities: TableMapping | None = None

    def tables(self) -> dict[str, TableMapping]:
        """The tables that are mapped, by name."""
        present = {name: getattr(self, name) for name in SUPPLEMENTS}
        return {name: table for name, table in present.items() if table is not None}


AnyMapping = TypeVar("AnyMapping", bound=FolderMapping)


def read_mapping(path: Path) -> SourceMapping:
    """The mapping of accounts, reps and opportunities in a TOML file; raises as `mapping_of`."""
    return mapping_of(path, SourceMapping)


def mapping_of(path: Path, kind: type[AnyMapping]) -> AnyMapping:
    """The mapping in a TOML file.

    Raises
    ------
    SourceUnavailable
        The file is not there.
    InvalidInput
        It is no TOML, or has unknown or wrong entries; every one is listed.
    """
    if not path.is_file():
        raise SourceUnavailable(f"mapping {path}: no such file, expected a TOML mapping. Correct the source's path.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fault = Fault(path.name, str(error), "TOML in UTF-8", "Correct the line.")
        raise InvalidInput(f"mapping {path.name}", [fault]) from error
    faults = []
    try:
        mapping = kind.model_validate(content | {"folder": path.parent.resolve()})
    except ValidationError as error:
        faults = model_faults(error.errors(), path.name)
    else:
        faults = [*_place_faults(mapping, path.name), *_option_faults(mapping, path.name)]
    faults = [*faults, *_unknown_columns(content, path.name)]
    if faults:
        raise InvalidInput(f"mapping {path.name}", faults)
    return mapping


def _unknown_columns(content: dict[str, Any], name: str) -> Iterator[Fault]:
    for table in TABLES:
        written = content.get(table)
        for section in ("columns", "constants"):
            columns = written.get(section) if isinstance(written, dict) else None
            for column in columns if isinstance(columns, dict) else ():
                if column not in CONTRACT[table]:
                    near = get_close_matches(column, CONTRACT[table], 1)
                    hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(CONTRACT[table])}."
                    yield Fault(
                        f"{name}, {table}.{section}.{column}", "no column of the contract", f"a column of {table}", hint
                    )


def _place_faults(mapping: FolderMapping, name: str) -> Iterator[Fault]:
    for table, mapped in mapping.tables().items():
        has_file = bool(mapped.path or mapped.path_variable)
        if has_file == bool(mapped.object):
            found = "both a path and an object" if has_file else "neither a path nor an object"
            yield Fault(f"{name}, {table}", found, "one of them", "Give path for a file, object for Salesforce.")
        if mapped.where and has_file:
            yield Fault(
                f"{name}, {table}.where",
                repr(mapped.where),
                "exclude or only for a file",
                "where is SOQL: use it with object.",
            )
        if mapped.object and mapped.columns is None:
            yield Fault(
                f"{name}, {table}.columns", "missing", "the object's field for each column", "Add the table of columns."
            )
        for option, given, home in (
            ("inside_sales", mapped.inside_sales, "reps"),
            ("owners", mapped.owners, "accounts"),
        ):
            if given and table != home:
                yield Fault(f"{name}, {table}.{option}", "given", f"it under [{home}] alone", "Move it there.")
        for column in set(mapped.constants) & set(mapped.columns or {}):
            yield Fault(
                f"{name}, {table}.constants.{column}",
                "also mapped under columns",
                "one of them",
                "Remove one; default fills empty cells.",
            )
    if len({bool(mapped.object) for mapped in mapping.tables().values()}) > 1:
        yield Fault(name, "tables from files and from Salesforce", "one kind of source", "Use two mappings.")


def _option_faults(mapping: FolderMapping, name: str) -> Iterator[Fault]:
    for table, mapped in mapping.tables().items():
        for column, rule in (mapped.columns or {}).items():
            dtype = TABLES[table].columns.get(column, ACCOUNTS.columns.get(column))
            for option, kinds in rule.misplaced_options(dtype):
                yield Fault(
                    f"{name}, {table}.columns.{column}.{option}", "given", f"{option} only for {kinds}", "Remove it."
                )
