"""A company of five reps as the two files that `read_problem` takes."""

import numpy as np
import polars as pl

from assignment_assets_tests.optimizer.instances import draw_instance


def write_problem(folder, seed=3, count=90):
    """Accounts in four states; every seventh is locked where it has an owner."""
    drawn = draw_instance(seed, num_accounts=count, num_reps=5, num_states=4, covered=0.7)
    locked = np.arange(count) % 7 == 0
    owner = pl.Series(drawn.owner).replace(-1, None)
    pl.DataFrame(
        {
            "account": np.arange(count, dtype=np.int32),
            "state": [drawn.states[s] for s in drawn.account_state],
            "latitude": drawn.account_latitude,
            "longitude": drawn.account_longitude,
            "owner": owner,
            "opp_count": drawn.measures[:, 0],
            "bps": drawn.measures[:, 1],
            "tam": drawn.measures[:, 2],
            "value": drawn.value,
            "referring": drawn.is_referring,
            "locked": locked & owner.is_not_null().to_numpy(),
        }
    ).write_parquet(folder / "accounts.parquet")
    pl.DataFrame(
        {
            "rep": np.arange(5, dtype=np.int32),
            "latitude": drawn.rep_latitude,
            "longitude": drawn.rep_longitude,
            "covered_states": [[s for s, able in zip(drawn.states, row, strict=True) if able] for row in drawn.covers],
            "performance": drawn.performance,
            "capacity": [16, 16, 12, 8, 16],
        }
    ).write_parquet(folder / "reps.parquet")
