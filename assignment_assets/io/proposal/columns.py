"""Which column holds which field: by its header, and by what its cells hold where no header is known."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from assignment_assets.domain.sources.states import state_code
from assignment_assets.domain.tables import DATE, MOMENT
from assignment_assets.io.mapping.cells import FALSE, TRUE
from assignment_assets.io.mapping.days import fitting
from assignment_assets.io.mapping.mapping import TABLES
from assignment_assets.io.mapping.numbers import currencies, is_either, number_of, reads_better
from assignment_assets.io.proposal.synonyms import candidates

ENOUGH, SAMPLE = 0.9, 2_000
MONEY = ("tam", "value", "revenue", "amount")
_ZIP = re.compile(r"\d{5}(-\d{4})?")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ON = {"active": "true", "enabled": "true", "inactive": "false", "disabled": "false", "deactivated": "false"}
_CLOSED = {"open": False, "won": True, "lost": True, "closed": True}


@dataclass
class Proposed:
    """A table's proposed mapping: field → TOML entries (`from` and options), constants, how each was told."""

    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    told_by: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answers:
    """What a person decided beforehand.

    Attributes
    ----------
    columns, constants
        `table.field` → header, or the value of every row.
    dates, decimal
        The format of days, the decimal sign of money; empty to decide by the cells.
    fill_down
        Whether owners hold for the empty cells below them; null to ask.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    decimal: str = ""
    fill_down: bool | None = None


def proposed(table: str, texts: pl.DataFrame, answers: Answers) -> Proposed:
    """The mapping of one table."""
    there = [name for name in texts.columns if name != "row_no"]
    chosen = Proposed()
    for name, headers in candidates(there, table).items():
        asked = answers.columns.get(f"{table}.{name}")
        constant = answers.constants.get(f"{table}.{name}")
        if constant is not None:
            chosen.constants[name] = constant
        elif asked is not None:
            chosen.columns[name], chosen.told_by[name] = {"from": asked}, "as asked"
        else:
            _by_header(chosen, table, name, headers, texts)
    _by_cells(chosen, table, texts, there)
    for name, rule in chosen.columns.items():
        if rule["from"] in texts.columns:
            rule |= _options(table, name, sample(texts[rule["from"]]), answers)
    return chosen


def sample(cells: pl.Series) -> list[str]:
    """The column's different cells, at most some thousands."""
    return cells.drop_nulls().unique(maintain_order=True).head(SAMPLE).to_list()


def _by_header(chosen: Proposed, table: str, name: str, headers: list[str], texts: pl.DataFrame) -> None:
    taken = {rule["from"] for rule in chosen.columns.values()}
    for header in headers:
        cells = sample(texts[header])
        if header in taken and name not in ("is_closed", "is_won", "name"):
            continue
        if cells and _fits(table, name, cells):
            chosen.columns[name], chosen.told_by[name] = {"from": header}, "by its header"
            return


def _fits(table: str, name: str, cells: Collection[str]) -> bool:
    """Whether the cells can hold the field at all: headers such as Status and Owner mean several things."""
    plain = {cell.casefold() for cell in cells}
    if name in ("is_closed", "is_won"):
        return plain <= {*TRUE, *FALSE, *_CLOSED}
    if name == "is_active":
        return plain <= {*TRUE, *FALSE, *_ON}
    if name in ("keep_with_owner", "is_house", "held_for_new_hire"):
        return plain <= {*TRUE, *FALSE}
    if name == "covered_states":
        return share(cells, _are_states) > 0.5
    if name == "state":
        return share(cells, lambda cell: len(cell) < 40 and not cell.isdigit()) > 0.5
    if name == "email":
        return share(cells, _ADDRESS.fullmatch) > 0.5
    if name in (*MONEY, "opp_count", "bps", "capacity", "referrals_l3m", "referrals_l12m", "referrals_ever"):
        return share(cells, lambda cell: any(map(str.isdigit, cell))) > 0.5
    return True


def share(cells: Collection[str], is_one: Any) -> float:
    """The share of the cells for which it holds, 0 to 1."""
    return sum(bool(is_one(cell)) for cell in cells) / max(len(cells), 1)


def _are_states(cell: str) -> bool:
    parts = [part.strip() for part in re.split(r"[;,/|\n]", cell) if part.strip()]
    return bool(parts) and all(state_code(part) or all(map(state_code, part.split())) for part in parts)


def _by_cells(chosen: Proposed, table: str, texts: pl.DataFrame, there: list[str]) -> None:
    """What the cells tell of columns whose header nobody knows."""
    for name, is_one in _TESTS[table].items():
        taken = {rule["from"] for rule in chosen.columns.values()}
        if name in chosen.columns or name in chosen.constants:
            continue
        likely = [header for header in there if header not in taken and share(sample(texts[header]), is_one) >= ENOUGH]
        if len(likely) == 1:
            chosen.columns[name], chosen.told_by[name] = {"from": likely[0]}, "by its cells"
    key = TABLES[table].key[0]
    if key not in chosen.columns:
        taken = {rule["from"] for rule in chosen.columns.values()}
        unique = [name for name in there if texts[name].null_count() == 0 and texts[name].n_unique() == texts.height]
        spare = [name for name in unique if name not in taken] or unique
        if spare:
            chosen.columns[key], chosen.told_by[key] = {"from": spare[0]}, "by its cells, each of which stands once"


_TESTS: dict[str, dict[str, Any]] = {
    "accounts": {"state": state_code, "postal_code": _ZIP.fullmatch},
    "reps": {"email": _ADDRESS.fullmatch, "covered_states": _are_states, "postal_code": _ZIP.fullmatch},
    "opportunities": {"close_on": lambda cell: bool(fitting([cell]) or re.fullmatch(r"\d{4}-\d\d-\d\d", cell))},
}


def _options(table: str, name: str, cells: list[str], answers: Answers) -> Iterator[tuple[str, Any]]:
    """How the column is read, decided from the whole of it."""
    dtype = TABLES[table].columns.get(name)
    plain = {cell.casefold(): cell for cell in cells}
    if dtype in (DATE, MOMENT):
        rest = [cell for cell in cells if not re.match(r"\d{4}-\d\d-\d\d", cell)]
        formats = [answers.dates] if answers.dates else fitting(rest)
        if rest and formats:
            yield "dates", formats[:1] if len(formats) == 1 or _is_one_order(formats) else formats[:2]
    elif name in MONEY or name == "bps":
        if answers.decimal and (is_either(cells) or any("," in cell for cell in cells)):
            yield "decimal", answers.decimal
        elif reads_better(cells, ",") and len(currencies(cells)) < 2:
            yield "decimal", ","
        elif any(number_of(cell) is None for cell in cells) and (words := _words(cells)):
            yield "null_if", words
    elif name == "owner_id" and table == "accounts" and answers.fill_down is not None:
        yield "fill_down", answers.fill_down
    elif name in ("is_closed", "is_won") and not set(plain) <= TRUE | FALSE:
        is_yes = {word: word != "open" if name == "is_closed" else word == "won" for word in set(plain) & set(_CLOSED)}
        yield "true", [plain[word] for word, yes in is_yes.items() if yes]
        yield "false", [plain[word] for word, yes in is_yes.items() if not yes]
    elif name == "is_active" and set(plain) & set(_ON):
        yield "true", [cell for word, cell in plain.items() if _ON.get(word) == "true"]
        yield "false", [cell for word, cell in plain.items() if _ON.get(word) == "false"]


def _is_one_order(formats: list[str]) -> bool:
    """Whether the formats put day and month in the same order, so that the first stands for all."""
    return len({each.upper().replace("B", "M").find("%M") > each.upper().find("%D") for each in formats}) == 1


def _words(cells: Collection[str]) -> list[str]:
    """The usual words for unknown that stand among the numbers."""
    return [cell for cell in cells if cell.casefold() in ("n/a", "na", "none", "unknown", "-", "null", "--", "tbd")]
