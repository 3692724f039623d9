"""The credit of an opportunity for the people of a role: a primary, supporting ones, shares that sum to exactly 1.

Shares are whole millionths, so that Finance adds them up without a remainder; what does not divide goes to those who
lose most by rounding, and among equals by their ids.
"""

from collections.abc import Iterable
from dataclasses import dataclass

MILLIONTHS = 1_000_000


@dataclass(frozen=True)
class Share:
    """One person's `part` (primary, supporting); the `millionths` of an opportunity's people sum to a million."""

    person_id: str | None
    part: str
    millionths: int

    @property
    def credit_share(self) -> float:
        """The share as a number between 0 and 1."""
        return self.millionths / MILLIONTHS


def shares(primary: str | None, supporting: Iterable[str], primary_share: float) -> list[Share]:
    """The primary first, then the supporting ones by their ids; a primary of nobody has no credit.

    Parameters
    ----------
    primary_share
        The primary's part where there are supporting ones, above 0 and at most 1; alone they have everything.
    supporting
        In any order; the primary and people named twice count once.
    """
    others = sorted(set(supporting) - {primary})
    first = Share(primary, "primary", 0)
    if primary is not None:
        first = Share(primary, "primary", round(primary_share * MILLIONTHS) if others else MILLIONTHS)
    return [first, *_equal(others, MILLIONTHS - first.millionths)]


def _equal(people: list[str], millionths: int) -> list[Share]:
    """Equal parts have equal remainders: the first ones by id get one millionth more."""
    if not people:
        return []
    each, left = divmod(millionths, len(people))
    return [Share(person, "supporting", each + (place < left)) for place, person in enumerate(people)]
