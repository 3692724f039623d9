import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.optimizer.pareto.archive import Archive, non_dominated


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 60), st.sampled_from([3, 50]))
def test_what_is_kept_is_what_no_other_row_beats(seed, count, values):
    rows = np.random.default_rng(seed).integers(0, values, (count, 3)).astype(float)
    kept = [
        row
        for row in range(count)
        if not any(
            (rows[other] <= rows[row]).all() and ((rows[other] < rows[row]).any() or other < row)
            for other in range(count)
        )
    ]
    assert non_dominated(rows).tolist() == kept


def test_the_archive_gives_its_assignments_back():
    archive = Archive()
    rows = np.arange(6, dtype=np.int32).reshape(3, 2)
    assert archive.add(np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 3.0], [3.0, 1.0, 0.0]]), rows) == 2
    assert archive.assignments(np.array([1, 0])).tolist() == [[4, 5], [0, 1]]
    assert archive.all_rows().tolist() == [[0, 1], [4, 5]]
    assert archive.assignments(np.array([], dtype=np.int64)).shape == (0, 2)
