import numpy as np
import pytest

from assignment_assets.optimizer.pareto.weight_lattice import directions, halfway


@pytest.mark.parametrize("divisions", [1, 2, 6, 8, 12])
def test_a_direction_halfway_is_the_mean_of_two_that_are_not(divisions):
    lattice, between = directions(divisions), halfway(divisions)
    for place, (one, other) in between.items():
        assert one not in between and other not in between
        assert lattice[place] == pytest.approx((lattice[one] + lattice[other]) / 2, abs=0.005)
        assert min(lattice[[one, other], 0]) > 0.1
    assert len(between) == {1: 0, 2: 0, 6: 9, 8: 18, 12: 45}[divisions]
    assert len(np.unique(lattice, axis=0)) == (divisions + 1) * (divisions + 2) // 2
