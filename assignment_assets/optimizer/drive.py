"""Estimated drive minutes between accounts and reps, as whole minutes."""

import numpy as np
from numba import njit

EARTH_RADIUS_MILES, CIRCUITY, MILES_PER_HOUR, FIXED_MINUTES, LONGEST_MINUTES = 3959.0, 1.25, 52.0, 5.0, 60_000.0


@njit(cache=True)
def edge_minutes(account_state, account_lat, account_lon, rep_lat, rep_lon, state_start, state_reps, starts):
    """uint16[edges]: minutes from each account to each rep who covers its state, account by account.

    `min(60000, round(5 + great circle · 1.25 / 52 mph · 60))`; coordinates in radians. The great circle is by the
    spherical law of cosines.
    """
    minutes = np.empty(starts[-1], dtype=np.uint16)
    rep_sin, rep_cos = np.sin(rep_lat), np.cos(rep_lat)
    for account in range(len(account_state)):
        state = account_state[account]
        lat_sin, lat_cos = np.sin(account_lat[account]), np.cos(account_lat[account])
        edge = starts[account]
        for place in range(state_start[state], state_start[state + 1]):
            rep = state_reps[place]
            cosine = lat_sin * rep_sin[rep] + lat_cos * rep_cos[rep] * np.cos(account_lon[account] - rep_lon[rep])
            miles = EARTH_RADIUS_MILES * np.arccos(min(1.0, max(-1.0, cosine)))
            drive = np.round(FIXED_MINUTES + miles * CIRCUITY / MILES_PER_HOUR * 60.0)
            minutes[edge] = np.uint16(min(LONGEST_MINUTES, drive))
            edge += 1
    return minutes
