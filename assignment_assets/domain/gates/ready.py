"""What is signed and not yet written or loaded: how many accounts, whose command writes them, and whether anybody
does so unasked."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from assignment_assets.domain.placed import ENDED
from assignment_assets.domain.tables import ApprovedDiffFrame, WriteBackLogFrame


@dataclass(frozen=True)
class WhoWrites:
    """Who writes what is signed.

    Attributes
    ----------
    is_by_hand
        People load the owners, because the source is no org that the engine writes to.
    window
        The hours in which the engine writes by itself, in words; empty where it does not.
    is_by_policy
        A standing policy has the engine write at once.
    """

    is_by_hand: bool = False
    window: str = ""
    is_by_policy: bool = False


@dataclass(frozen=True)
class Ready:
    """Accounts of a cycle that are signed and wait: sign_off_no, region, account_id, outcome (the last one, if any).

    `not_before` is the effective date where it has not come yet, else empty.
    """

    cycle: str
    rows: pl.DataFrame
    who: WhoWrites
    not_before: str = ""

    @property
    def count(self) -> int:
        """How many."""
        return self.rows.height

    @property
    def refused(self) -> int:
        """How many of them were sent or loaded before, and refused."""
        return int((self.rows["outcome"] == "failed").sum())

    @property
    def command(self) -> str:
        """The command that goes on with them."""
        return f"assignment write-back {'export' if self.who.is_by_hand else 'apply'} {self.cycle}"

    @property
    def sentence(self) -> str:
        """How many are ready for what, without the command; empty where none is."""
        if not self.count:
            return ""
        from_on = f" from {self.not_before} on" if self.not_before else ""
        what = "loaded by hand" if self.who.is_by_hand else "written"
        refused = f" ({self.refused:,} refused so far)" if self.refused else ""
        return f"{self.count:,} account{' is' if self.count == 1 else 's are'} ready to be {what}{from_on}{refused}"

    @property
    def by_whom(self) -> str:
        """Who writes them, and whether that happens unasked."""
        if self.who.is_by_hand:
            return f"A person loads them: `{self.command}` makes the file."
        if self.who.is_by_policy:
            return f"The engine writes them at its next look, under a standing policy; or a person: `{self.command}`."
        if self.who.window:
            return f"The engine writes them by itself {self.who.window}; or a person at any time: `{self.command}`."
        return f"Nothing writes them by itself: a person runs `{self.command}`."


def ready(
    cycle: str,
    approved: ApprovedDiffFrame,
    log: WriteBackLogFrame,
    who: WhoWrites,
    write_not_before: str,
    now: datetime,
) -> Ready:
    """The approved changes in force that have not ended; the last sign-off of an account counts.

    Parameters
    ----------
    write_not_before
        The effective date (YYYY-MM-DD) of the run config, empty for none.
    now
        UTC without zone.
    """
    in_force = approved.sort("sign_off_no").group_by("account_id", maintain_order=True).last()
    last = log.sort("sign_off_no", "attempt").group_by("account_id", maintain_order=True).last()
    rows = (
        in_force.filter(pl.col("status") == "approved")
        .select("sign_off_no", "region", "account_id")
        .join(last.select("sign_off_no", "account_id", "outcome"), on=["sign_off_no", "account_id"], how="left")
        .filter(~pl.col("outcome").is_in(ENDED).fill_null(False))
    )
    return Ready(cycle, rows, who, write_not_before if write_not_before > f"{now:%Y-%m-%d}" else "")
