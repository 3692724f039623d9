"""Random small instances, drawn from a seed."""

import numpy as np

from assignment_assets.optimizer.model.instance import Instance


def draw_instance(
    seed: int,
    num_accounts: int = 30,
    num_reps: int = 4,
    num_states: int = 3,
    seats: int | np.ndarray | None = None,
    covered: float = 0.5,
    **changes,
) -> Instance:
    """Accounts and reps scattered over a part of the US; about `covered` of the rep–state pairs are eligible."""
    rng = np.random.default_rng(seed)
    owner = rng.integers(-1, num_reps, num_accounts) if num_reps else np.full(num_accounts, -1)
    arrays = {
        "account_ids": [f"a{i:05d}" for i in range(num_accounts)],
        "rep_ids": [f"r{i:03d}" for i in range(num_reps)],
        "states": [f"S{i}" for i in range(num_states)],
        "account_state": rng.integers(0, max(num_states, 1), num_accounts),
        "covers": rng.random((num_reps, num_states)) < covered,
        "seats": np.zeros(num_reps, int) + seats if seats is not None else rng.integers(0, 9, num_reps),
        "is_referring": rng.random(num_accounts) < 0.4,
        "measures": rng.integers(0, 50, (num_accounts, 3)),
        "value": rng.integers(0, 1000, num_accounts),
        "owner": owner,
        "has_owner": owner >= 0,
        "base_load": rng.integers(0, 60, (num_reps, 4)),
        "weight": rng.integers(1, 4, num_reps) * 50,
        "performance": rng.normal(100, 15, num_reps),
        "account_latitude": rng.uniform(30, 45, num_accounts),
        "account_longitude": rng.uniform(-110, -75, num_accounts),
        "rep_latitude": rng.uniform(30, 45, num_reps),
        "rep_longitude": rng.uniform(-110, -75, num_reps),
    }
    return Instance(**{**arrays, **changes})
