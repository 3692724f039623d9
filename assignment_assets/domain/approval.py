"""The approved diff: what may be written now, and which gains wait for a seat."""

import polars as pl

from assignment_assets.domain.tables import TEXT, WHOLE, Table

OWNED_NOW = Table("owned_now", ("rep_id",), {
    "rep_id": TEXT, "name": TEXT, "owned_count": WHOLE, "capacity": WHOLE,
})


def approve(
    packets: pl.DataFrame,
    signed: pl.DataFrame,
    approved: pl.DataFrame,
    owned_now: pl.DataFrame,
    *,
    sign_off_no: int,
    verified: frozenset[str] = frozenset(),
    given_up: frozenset[str] = frozenset(),
) -> pl.DataFrame:
    """Rows to append to the approved diff under `sign_off_no` (APPROVED_DIFF); none when nothing changed.

    Parameters
    ----------
    packets
        SIGN_OFF_PACKETS as they stand now.
    signed
        SIGNED_REGIONS.
    approved
        APPROVED_DIFF as appended so far.
    owned_now
        OWNED_NOW: field reps, how many accounts of the waterfall each owns right now, and their capacity.
    sign_off_no
        The number of this append, above all earlier ones.
    verified
        Accounts whose approved move is written and read back: `owned_now` has them.
    given_up
        Accounts whose approved move ended without a write (drift, gone, held): `owned_now` stands for them.
    """
    raise NotImplementedError
