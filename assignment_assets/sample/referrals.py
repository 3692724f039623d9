"""Referral histories: how many in three and twelve months and ever, the last one's day, the account's first day."""

from datetime import date, datetime, time

import numpy as np
import polars as pl

L3M_SHARE, DORMANT_SHARE = 0.12, 0.20
NEVER, DORMANT, L3M = 0, 1, 2


def referral_status(size: np.ndarray, pull: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`L3M`, `DORMANT` or `NEVER` per account: about 12 %, 20 % and the rest.

    Parameters
    ----------
    size
        Standard-normal size of the account; big ones refer more often.
    pull
        How readily the owner's accounts refer; 1 is usual.
    """
    inclination = pull * np.exp(0.5 * size)
    recent = np.minimum(0.9, L3M_SHARE * inclination / inclination.mean())
    memory = np.sqrt(inclination)
    dormant = np.minimum(0.98 - recent, DORMANT_SHARE * memory / memory.mean())
    chance = rng.random(len(size))
    return np.where(chance < recent, L3M, np.where(chance < recent + dormant, DORMANT, NEVER))


def histories(status: np.ndarray, size: np.ndarray, as_of: date, rng: np.random.Generator) -> pl.DataFrame:
    """Per account `referrals_l3m` ≤ `referrals_l12m` ≤ `referrals_ever`, `last_referral_on`, `created_at`.

    An L3M referrer's last referral lies in the three calendar months before `as_of`; a dormant account's
    before them; the others have none. No account is younger than its last referral.
    """
    count = len(status)
    months = pl.Series([as_of]).dt
    l3m_days = (as_of - months.offset_by("-3mo")[0]).days
    l12m_days = (as_of - months.offset_by("-12mo")[0]).days
    lately = rng.random(count) < 0.45
    ago = np.select(
        [status == L3M, (status == DORMANT) & lately, status == DORMANT],
        [
            1 + (l3m_days * rng.random(count) ** 1.3).astype(int),
            l3m_days + 1 + rng.integers(l12m_days - l3m_days, size=count),
            l12m_days + 1 + rng.integers(1500, size=count),
        ],
        0,
    )
    within_l3m, within_l12m = status == L3M, (ago > 0) & (ago <= l12m_days)
    rate = np.exp(0.45 * size)
    l3m = np.where(within_l3m, 1 + rng.poisson(1.2 * rate), 0)
    earlier = rng.poisson(np.where(within_l3m, 2.6, 0.7) * rate)
    l12m = np.where(within_l12m, np.maximum(l3m + earlier, 1), 0)
    older = np.where(within_l12m & (rng.random(count) < 0.3), 0, rng.poisson(2.2 * rate))
    ever = np.where(ago > 0, np.maximum(l12m + older, 1), 0)
    age = np.where(ago > 0, ago + 20 + rng.exponential(800.0, size=count), 21 + rng.exponential(900.0, size=count))
    age = np.where((ago == 0) & (rng.random(count) < 0.015), rng.integers(1, 20, size=count), age)
    minutes = rng.integers(8 * 60, 18 * 60, size=count)
    today = pl.lit(datetime.combine(as_of, time()))
    drawn = {"l3m": l3m, "l12m": l12m, "ever": ever, "ago": ago, "age": age.astype(int), "minutes": minutes}
    return pl.DataFrame(drawn).select(
        referrals_l3m="l3m",
        referrals_l12m="l12m",
        referrals_ever="ever",
        last_referral_on=pl.when(pl.col("ago") > 0).then(pl.lit(as_of) - pl.duration(days="ago")),
        created_at=today - pl.duration(days="age") + pl.duration(minutes="minutes"),
    )
