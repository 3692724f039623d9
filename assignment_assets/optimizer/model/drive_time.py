"""Estimated drive minutes between accounts and reps, as whole minutes: the formula of `domain.drive_time` on arrays."""

import numpy as np
from numba import njit

from assignment_assets.domain.assignment.drive_time import (
    CIRCUITY,
    EARTH_RADIUS_MILES,
    HANDLING_MINUTES,
    LONGEST_MINUTES,
    MILES_AN_HOUR,
)
from assignment_assets.optimizer.model.arrays import FloatArray, IntArray, MinuteArray, RepArray


def edge_minutes(
    account_state: RepArray,
    account_lat: FloatArray,
    account_lon: FloatArray,
    rep_lat: FloatArray,
    rep_lon: FloatArray,
    state_start: RepArray,
    state_reps: RepArray,
    starts: IntArray,
) -> MinuteArray:
    """uint16[edges]: minutes from each account to each rep who covers its state, account by account.

    Coordinates in radians. The constants are arguments of the compiled loop, so that its cache never holds old ones.
    """
    formula = (EARTH_RADIUS_MILES, CIRCUITY, MILES_AN_HOUR, HANDLING_MINUTES, LONGEST_MINUTES)
    accounts, reps = np.stack([account_lat, account_lon]), np.stack([rep_lat, rep_lon])
    return _edge_minutes(account_state, accounts, reps, state_start, state_reps, starts, tuple(map(float, formula)))


@njit(cache=True)
def _edge_minutes(
    account_state: RepArray,
    accounts: FloatArray,
    reps: FloatArray,
    state_start: RepArray,
    state_reps: RepArray,
    starts: IntArray,
    formula: tuple[float, float, float, float, float],
) -> MinuteArray:
    (account_lat, account_lon), (rep_lat, rep_lon) = (accounts[0], accounts[1]), (reps[0], reps[1])
    radius, circuity, speed, handling, longest = formula
    minutes = np.empty(starts[-1], dtype=np.uint16)
    rep_sin, rep_cos = np.sin(rep_lat), np.cos(rep_lat)
    for account in range(len(account_state)):
        state = account_state[account]
        lat_sin, lat_cos = np.sin(account_lat[account]), np.cos(account_lat[account])
        edge = starts[account]
        for place in range(state_start[state], state_start[state + 1]):
            rep = state_reps[place]
            cosine = lat_sin * rep_sin[rep] + lat_cos * rep_cos[rep] * np.cos(account_lon[account] - rep_lon[rep])
            miles = radius * np.arccos(min(1.0, max(-1.0, cosine)))
            drive = np.round(handling + miles * circuity / speed * 60.0)
            minutes[edge] = np.uint16(min(longest, drive))
            edge += 1
    return minutes
