"""Compiles every inner loop before a clock starts."""

from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.solve import complete, solve_referring


def warm_up() -> None:
    """Both phases on a problem of no size, polish and dive among them: compiled, or read from numba's cache."""
    tiny = Instance(
        account_ids=list("abcd"),
        rep_ids=list("xy"),
        states=["NY"],
        account_state=[0] * 4,
        covers=[[True], [True]],
        seats=[2, 2],
        is_referring=[True, True, False, False],
        measures=[[1, 2, 3]] * 4,
        value=[1, 2, 3, 4],
        owner=[0, 1, 0, -1],
        has_owner=[True, True, True, False],
        base_load=[[0] * 4] * 2,
        weight=[1, 1],
        performance=[1.0, 2.0],
        account_latitude=[40.0, 41.0, 42.0, 43.0],
        account_longitude=[-75.0] * 4,
        rep_latitude=[40.0, 43.0],
        rep_longitude=[-75.0, -76.0],
    )
    settings = Settings(lattice_divisions=1, generations=1, offspring=2, burst_sweeps=1, knee_sweeps=1)
    front = solve_referring(tiny, settings)
    complete(tiny, front.assignments[front.knee], settings)
