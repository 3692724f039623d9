import numpy as np

from assignment_assets.report.pictures import outlines


def place(latitude: float, longitude: float) -> tuple[float, float]:
    x, y = outlines.project(np.array([latitude]), np.array([longitude]))
    return float(x[0]), float(y[0])


def test_the_centre_of_the_lower_48_is_the_middle_of_the_map():
    assert np.allclose(place(38.0, -96.0), (0, 0))


def test_east_is_right_and_north_is_up():
    assert place(40.7, -74.0)[0] > place(41.9, -87.6)[0] > place(34.0, -118.2)[0]
    assert place(47.6, -122.3)[1] > place(32.7, -117.2)[1]


def test_alaska_hawaii_and_puerto_rico_are_set_in_below():
    left, right, lowest, highest = outlines.FRAME
    for latitude, longitude in ((61.2, -149.9), (21.3, -157.9), (18.4, -66.1)):
        x, y = place(latitude, longitude)
        assert left < x < right and lowest < y < -0.15 < highest


def test_the_far_aleutians_cross_the_date_line_and_guam_is_not_on_the_map():
    assert place(52.9, 172.9)[0] < place(53.9, -166.5)[0]
    assert np.isnan(place(13.4, 144.8)).all()


def test_outlines_are_closed_and_lie_on_the_map():
    rings = outlines.state_rings()
    points = np.concatenate(rings)

    assert len(rings) > 49
    assert all(np.allclose(ring[0], ring[-1]) for ring in rings)
    assert np.abs(points).max() < 0.5


def test_a_place_lies_inside_its_states_outline():
    """Denver is in Colorado: a point-in-polygon count over all rings finds exactly one."""
    x, y = place(39.74, -104.99)
    inside = 0
    for ring in outlines.state_rings():
        (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
        crosses = (y0 > y) != (y1 > y)
        right_of = x < (x1 - x0) * (y - y0) / np.where(y1 == y0, np.inf, y1 - y0) + x0
        inside += int((crosses & right_of).sum()) % 2
    assert inside == 1
