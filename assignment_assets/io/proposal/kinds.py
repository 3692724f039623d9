"""Whether cells can hold a field at all: headers such as Status and Owner mean several things."""

import re
from collections.abc import Collection
from typing import Any

import polars as pl

from assignment_assets.domain.sources.row_rules import TEAMS
from assignment_assets.domain.sources.states import state_code
from assignment_assets.io.mapping.cells import FALSE, TEAM_WORDS, TRUE
from assignment_assets.io.mapping.days import fitting

SAMPLE = 2_000
MONEY = ("tam", "value", "revenue", "amount")
ACTIVE = {
    **dict.fromkeys(("active", "enabled", "activated"), "true"),
    **dict.fromkeys(("inactive", "disabled", "deactivated", "invited", "suspended", "deleted", "closed"), "false"),
}
CLOSED = {"open": False, "won": True, "lost": True, "closed": True}
TEAM_NAMES = {
    **dict.fromkeys(("inside sales", "inside", "inside sales rep", "inside sales representative", "isr", "sdr"), "arm"),
    **dict.fromkeys(("field sales rep", "field sales representative", "outside", "outside sales rep"), "field"),
}
"""What companies call Inside Sales and field reps, besides what the engine reads itself."""
STATE_NUMBERS = {
    "is_closed": {"0": "false", "1": "true", "2": "true"},
    "is_won": {"1": "true", "0": "false", "2": "false"},
}
"""What Dynamics writes for open, won and lost."""
_ZIP = re.compile(r"\d{5}(-\d{4})?")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_COUNTS = ("opp_count", "bps", "capacity", "referrals_l3m", "referrals_l12m", "referrals_ever")


def sample(cells: pl.Series) -> list[str]:
    """The column's different cells, at most some thousands."""
    return cells.drop_nulls().unique(maintain_order=True).head(SAMPLE).to_list()


def share(cells: Collection[str], is_one: Any) -> float:
    """The share of the cells for which it holds, 0 to 1."""
    return sum(bool(is_one(cell)) for cell in cells) / max(len(cells), 1)


def fits(name: str, cells: Collection[str]) -> bool:
    """Whether the cells can hold the field."""
    plain = {cell.casefold() for cell in cells}
    if name in ("is_closed", "is_won"):
        return plain <= {*TRUE, *FALSE, *CLOSED} or plain <= set(STATE_NUMBERS[name])
    if name == "is_active":
        return plain <= {*TRUE, *FALSE, *ACTIVE}
    if name in ("keep_with_owner", "is_house", "held_for_new_hire"):
        return plain <= {*TRUE, *FALSE}
    if name == "covered_states":
        return share(cells, are_states) > 0.5
    if name == "team":
        return bool({" ".join(word.split()) for word in plain} & {*TEAMS, *TEAM_WORDS, *TEAM_NAMES})
    if name == "state":
        return share(cells, lambda cell: len(cell) < 40 and not cell.isdigit()) > 0.5
    if name in ("email", "director_email"):
        return share(cells, is_address) > 0.5
    if name in (*MONEY, *_COUNTS):
        return share(cells, lambda cell: any(map(str.isdigit, cell))) > 0.5
    return True


def is_address(cell: str) -> bool:
    """Whether the cell is an e-mail address."""
    return _ADDRESS.fullmatch(cell) is not None


def are_states(cell: str) -> bool:
    """Whether the cell lists states."""
    parts = [part.strip() for part in re.split(r"[;,/|\n]", cell) if part.strip()]
    return bool(parts) and all(state_code(part) or all(map(state_code, part.split())) for part in parts)


def is_day(cell: str) -> bool:
    """Whether the cell is a day."""
    return bool(fitting([cell]) or re.fullmatch(r"\d{4}-\d\d-\d\d", cell))


TOLD_BY_CELLS: dict[str, dict[str, Any]] = {
    "accounts": {"state": state_code, "postal_code": _ZIP.fullmatch},
    "reps": {"email": is_address, "covered_states": are_states, "postal_code": _ZIP.fullmatch},
    "opportunities": {"close_on": is_day},
}
"""Table → field → what its cells must be where no header is known."""
