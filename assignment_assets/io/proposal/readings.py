"""How a proposed column is read, decided from the whole of it: dates, decimal sign, words for yes, no and unknown."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from assignment_assets.domain.tables import DATE, MOMENT
from assignment_assets.io.mapping.cells import FALSE, TRUE
from assignment_assets.io.mapping.days import fitting, fitting_together
from assignment_assets.io.mapping.mapping import TABLES
from assignment_assets.io.mapping.numbers import currencies, is_either, number_of, reads_better
from assignment_assets.io.proposal.answers import Answers
from assignment_assets.io.proposal.kinds import ACTIVE, CLOSED, MONEY, STATE_NUMBERS, TEAM_NAMES
from assignment_assets.io.proposal.synonyms import squeezed

_TURNED = ("isdisabled", "disabled", "archived", "isarchived", "deactivated")
"""Headers of columns that say yes of people who are gone."""


def readings(table: str, name: str, header: str, cells: list[str], answers: Answers) -> Iterator[tuple[str, Any]]:
    """Options of the column's rule, by their names in the mapping."""
    dtype = TABLES[table].columns.get(name)
    plain = {cell.casefold(): cell for cell in cells}
    if dtype in (DATE, MOMENT):
        words = _words(cells)
        rest = [cell for cell in cells if cell not in words and not re.match(r"\d{4}-\d\d-\d\d", cell)]
        formats = [answers.dates] if answers.dates else fitting(rest)
        if rest and not formats and (together := fitting_together(rest)):
            yield "dates", together
        elif rest and formats:
            yield "dates", formats[:1] if len(formats) == 1 or _is_one_order(formats) else formats[:2]
        if words:
            yield "null_if", words
    elif name in MONEY or name == "bps":
        if answers.decimal and (is_either(cells) or any("," in cell for cell in cells)):
            yield "decimal", answers.decimal
        elif reads_better(cells, ",") and len(currencies(cells)) < 2:
            yield "decimal", ","
        elif any(number_of(cell) is None for cell in cells) and (words := _words(cells)):
            yield "null_if", words
    elif name == "owner_id" and table == "accounts" and answers.fill_down is not None:
        yield "fill_down", answers.fill_down
    elif name == "team" and (named := {cell: TEAM_NAMES[word] for word, cell in plain.items() if word in TEAM_NAMES}):
        yield "values", named
    elif name in STATE_NUMBERS and "2" in plain:
        yield "values", STATE_NUMBERS[name]
    elif name in ("is_closed", "is_won") and not set(plain) <= TRUE | FALSE:
        is_yes = {word: word != "open" if name == "is_closed" else word == "won" for word in set(plain) & set(CLOSED)}
        yield "true", sorted(plain[word] for word, yes in is_yes.items() if yes)
        yield "false", sorted(plain[word] for word, yes in is_yes.items() if not yes)
    elif name == "is_active" and squeezed(header) in _TURNED:
        yield "values", {cell: "false" if word in TRUE else "true" for word, cell in plain.items()}
    elif name == "is_active" and set(plain) & set(ACTIVE):
        yield "true", [cell for word, cell in plain.items() if ACTIVE.get(word) == "true"]
        yield "false", [cell for word, cell in plain.items() if ACTIVE.get(word) == "false"]


def _is_one_order(formats: list[str]) -> bool:
    """Whether the formats put day and month in the same order, so that the first stands for all."""
    return len({each.upper().replace("B", "M").find("%M") > each.upper().find("%D") for each in formats}) == 1


def _words(cells: Collection[str]) -> list[str]:
    """The usual words for unknown that stand among numbers or days."""
    return [cell for cell in cells if cell.casefold() in ("n/a", "na", "none", "unknown", "-", "null", "--", "tbd")]
