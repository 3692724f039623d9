"""A cycle's id, its states, and which of two cycles has precedence over an account."""

from datetime import date

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.identity.codes import CYCLE_PATTERN

SCOPES = ("rep", "new_starter_class", "churn", "region", "global")  # from narrow to wide
STAGES = ("sources", "setup", "locks", "assignment", "review", "sign_off", "write_back")
FINISHED_EVENTS = ("closed", "cancelled", "expired")


def cycle_id_faults(cycle: str) -> list[Fault]:
    """What is wrong with a cycle's id; empty when it can be used as partition key and folder name."""
    if CYCLE_PATTERN.fullmatch(cycle):
        return []
    return [
        Fault(
            "cycle",
            f"the id is {cycle!r}",
            "3 to 64 of the characters a-z, 0-9, - and _, beginning with a letter or digit",
            "Choose an id such as 2026q4-global.",
        )
    ]


def quarterly_id(day: date) -> str:
    """The id of the global cycle of the quarter that `day` lies in, e.g. ``2026q4-global``."""
    return f"{day.year}q{(day.month - 1) // 3 + 1}-global"


def default_id(day: date, scope: str) -> str:
    """The id of a cycle that nobody has named: the quarter's, or the day's with the scope."""
    return quarterly_id(day) if scope == "global" else f"{day}-{scope}"


def has_precedence(scope: str, opened_no: int, other_scope: str, other_opened_no: int) -> bool:
    """Whether the other of two open cycles takes an account that both would free.

    The narrower scope takes it; between equally narrow ones the one that opened first
    (`opened_no`, a count over all cycles) keeps it.
    """
    mine, others = SCOPES.index(scope), SCOPES.index(other_scope)
    return others < mine or (others == mine and other_opened_no < opened_no)
