"""One invariant: what must hold, the rows that break it, and the error where rows do."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.errors import BrokenInvariant


@dataclass(frozen=True)
class Invariant:
    """One invariant, the rows that break it, and a sentence that says what must hold."""

    name: str
    offenders: pl.DataFrame
    sentence: str

    @property
    def holds(self) -> bool:
        """True where no row offends."""
        return self.offenders.is_empty()

    def __str__(self) -> str:
        shown = "; ".join(", ".join(f"{k} {v}" for k, v in row.items()) for row in self.offenders.head(5).to_dicts())
        more = "" if self.offenders.height <= 5 else f"; and {self.offenders.height - 5} more"
        return f"{self.name}: {self.sentence} {self.offenders.height} offend: {shown}{more}."


def require(found: Iterable[Invariant]) -> None:
    """Nothing where all findings hold.

    Raises
    ------
    BrokenInvariant
        Naming every finding that does not hold, with its first five offenders.
    """
    broken = [invariant for invariant in found if not invariant.holds]
    if broken:
        raise BrokenInvariant("\n".join(str(invariant) for invariant in broken))
