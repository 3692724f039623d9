"""Who owns what before the engine has ever run: mostly the nearest covering rep, with an old organisation's warts.

An owner is the row number of a rep in the reps frame. Books are uneven and some are over-full; some
accounts lie outside their owner's states since territories were drawn anew; what no book holds
is with Inside Sales, or with the placeholder user.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from assignment_assets.sample import geography

NOBODY = -1
LEGACY_SHARE = 0.045
PLACEHOLDER_SHARE = 0.06
TYPICAL_BOOK = 97
REACH_MILES = 110.0


@dataclass(frozen=True)
class FieldForce:
    """The field reps as arrays, in the order of the reps frame.

    `row` is the rep's row number there, `bookish` the size of book that the rep came to hold, relative to a
    typical one, `referral_pull` how readily the rep's accounts refer (1 is usual, near 0 a non-productive book).
    """

    row: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    covers: dict[str, np.ndarray]
    is_active: np.ndarray
    bookish: np.ndarray
    referral_pull: np.ndarray

    @classmethod
    def of(cls, reps: pl.DataFrame, rng: np.random.Generator) -> "FieldForce":
        """The field reps of `reps`; about 4 % of the long-serving ones get a non-productive book."""
        field = reps.with_row_index("row").filter(pl.col("team") == "field")
        count = field.height
        is_active, is_ramping = field["is_active"].to_numpy(), field["capacity"].is_not_null().to_numpy()
        bookish = rng.lognormal(0.0, 0.26, size=count).clip(0.45, 1.5)
        bookish[is_ramping] *= 0.3
        bookish[~is_active] *= 0.8
        pull = np.where(is_active, np.where(is_ramping, 0.8, 1.0), 0.6)
        settled = np.flatnonzero(is_active & ~is_ramping & field["on_leave_until"].is_null().to_numpy())
        idle = rng.permutation(settled)[: round(0.04 * len(settled))]
        pull[idle] = 0.05
        covers = {
            state: np.flatnonzero(field["covered_states"].list.contains(state).to_numpy())
            for state in geography.states()
        }
        return cls(
            field["row"].to_numpy(),
            field["latitude"].to_numpy(),
            field["longitude"].to_numpy(),
            covers,
            is_active,
            bookish,
            pull,
        )


def nearest_covering(places: pl.DataFrame, force: FieldForce, rng: np.random.Generator) -> np.ndarray:
    """Per account the position in `force` of a covering rep, near ones first by chance; `NOBODY` where none covers.

    Reps come by in random order, each at a rate that falls off with the distance; the first one has the account.
    A twentieth of the accounts is given to any active rep instead: left over from earlier territories.
    """
    owner = np.full(places.height, NOBODY)
    latitude, longitude = places["latitude"].to_numpy(), places["longitude"].to_numpy()
    codes = places["state"].to_numpy()
    for state in geography.states():
        able, here = force.covers[state], np.flatnonzero(codes == state)
        if len(able) and len(here):
            away = geography.miles(
                latitude[here, None], longitude[here, None], force.latitude[able], force.longitude[able]
            )
            wait = rng.standard_exponential(size=away.shape) * np.exp(away / REACH_MILES) / force.bookish[able]
            owner[here] = able[wait.argmin(axis=1)]
    legacy = rng.random(places.height) < np.where(owner == NOBODY, 0.3, LEGACY_SHARE)
    owner[legacy] = rng.choice(np.flatnonzero(force.is_active), size=int(legacy.sum()))
    return owner


def kept_in_books(owner: np.ndarray, attachment: np.ndarray, force: FieldForce) -> np.ndarray:
    """Whether each account is still in its rep's book once the books have the sizes that they came to have.

    `attachment` says how firmly an account stays (higher stays); the loosest leave a book that is too big.
    """
    typical = min(TYPICAL_BOOK, 0.82 * len(owner) / len(force.row))
    size = np.maximum(1, np.round(typical * force.bookish))
    order = np.lexsort((-attachment, owner))
    owners = owner[order]
    starts = np.searchsorted(owners, owners, side="left")
    kept = np.zeros(len(owner), dtype=bool)
    kept[order] = np.arange(len(owner)) - starts < np.where(owners == NOBODY, 0, size[owners])
    return kept


def owner_rows(
    owner: np.ndarray,
    kept: np.ndarray,
    status: np.ndarray,
    reps: pl.DataFrame,
    force: FieldForce,
    rng: np.random.Generator,
) -> np.ndarray:
    """Row number in `reps` of each account's owner: its rep, an Inside Sales member, or the placeholder user.

    Referring accounts without a rep are with ARM, dormant ones with Growers, the others with Activators.
    """
    rows = np.where(kept, force.row[owner], 0)
    team = reps["team"].to_numpy()
    for code, queue in enumerate(("activators", "growers", "arm")):
        loose = np.flatnonzero(~kept & (status == code))
        rows[loose] = rng.choice(np.flatnonzero(team == queue), size=len(loose))
    stray = ~kept & (rng.random(len(owner)) < PLACEHOLDER_SHARE)
    rows[stray] = np.flatnonzero(team == "placeholder")[0]
    return rows
