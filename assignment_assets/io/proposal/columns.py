"""Which column holds which field: by its header, and by what its cells hold where no header is known."""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from assignment_assets.io.mapping.column_rule import ColumnRule
from assignment_assets.io.mapping.composed import composed
from assignment_assets.io.mapping.mapping import TABLES, TableMapping
from assignment_assets.io.proposal.answers import Answers
from assignment_assets.io.proposal.keys import full_name, key_rule
from assignment_assets.io.proposal.kinds import TOLD_BY_CELLS, fits, sample, share
from assignment_assets.io.proposal.readings import readings
from assignment_assets.io.proposal.synonyms import candidates

ENOUGH = 0.9
_MAY_BE_EMPTY = ("on_leave_until", "capacity", "performance", "co_owner_ids")
"""Fields whose column may hold nothing today, and something tomorrow."""
_SHARED = ("is_closed", "is_won", "name")
"""Fields that may be read from a column which another field is read from."""


@dataclass
class Proposed:
    """A table's proposed mapping: field → TOML entries (`from` and options), constants, how each was told."""

    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    told_by: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, rule: dict[str, Any], told_by: str) -> None:
        """Maps the field."""
        self.constants.pop(name, None)
        self.columns[name], self.told_by[name] = rule, told_by

    def cells(self, name: str, texts: pl.DataFrame) -> pl.Series | None:
        """The cells of the field; null where no column holds it."""
        rule = self.columns.get(name)
        return composed(texts, ColumnRule.model_validate(rule)) if rule else None

    def mapping(self, **options: Any) -> TableMapping:
        """The table's mapping as the engine reads it, with these options; its place is left open."""
        return TableMapping.model_validate({"columns": self.columns, "constants": self.constants, **options})


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
            chosen.put(name, {"from": asked}, "as asked")
        else:
            _by_header(chosen, name, headers, texts)
    _by_cells(chosen, table, texts, there)
    if "city" in chosen.columns and {"latitude", "longitude"} <= set(chosen.columns):
        del chosen.columns["city"]
    for name, rule in chosen.columns.items():
        if rule["from"] in texts.columns:
            rule |= readings(table, name, rule["from"], sample(texts[rule["from"]]), answers)
    return chosen


def _by_header(chosen: Proposed, name: str, headers: list[str], texts: pl.DataFrame) -> None:
    taken = {rule["from"] for rule in chosen.columns.values()}
    for header in headers:
        if header in taken and name not in _SHARED:
            continue
        cells = sample(texts[header])
        if fits(name, cells) if cells else name in _MAY_BE_EMPTY:
            chosen.put(name, {"from": header}, "by its header")
            return


def _by_cells(chosen: Proposed, table: str, texts: pl.DataFrame, there: list[str]) -> None:
    """What the cells tell of columns whose header nobody knows, and what tells rows apart where there is no id."""
    for name, is_one in TOLD_BY_CELLS[table].items():
        taken = {rule["from"] for rule in chosen.columns.values()}
        if name in chosen.columns or name in chosen.constants:
            continue
        likely = [header for header in there if header not in taken and share(sample(texts[header]), is_one) >= ENOUGH]
        if len(likely) == 1:
            chosen.put(name, {"from": likely[0]}, "by its cells")
    if table == "reps" and "name" not in chosen.columns and (named := full_name(texts)):
        chosen.put("name", named, "by its header")
    key = TABLES[table].key[0]
    if key not in chosen.columns and (found := key_rule(table, texts, chosen.columns)):
        chosen.put(key, *found)
