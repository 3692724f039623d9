import numpy as np

from assignment_assets.optimizer.model.hilbert_curve import along_curve


def test_along_the_curve_each_place_of_a_grid_is_next_to_the_one_before():
    rows, columns = (axis.ravel() for axis in np.meshgrid(np.arange(16), np.arange(16)))
    order = along_curve(rows.astype(float), columns.astype(float))
    assert sorted(order) == list(range(256))
    steps = np.abs(np.diff(rows[order])) + np.abs(np.diff(columns[order]))
    assert steps.tolist() == [1] * 255


def test_equal_places_stay_in_their_order_and_no_place_is_no_order():
    assert along_curve(np.array([40.0, 40.0, 40.0]), np.array([-90.0, -90.0, -90.0])).tolist() == [0, 1, 2]
    assert along_curve(np.empty(0), np.empty(0)).tolist() == []
