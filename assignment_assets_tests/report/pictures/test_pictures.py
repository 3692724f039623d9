import io

import matplotlib as mpl
import matplotlib.image
import numpy as np
import polars as pl
import pytest

from assignment_assets.report import pictures
from assignment_assets.report.inputs import DRIVE_MINUTES_COLUMNS
from assignment_assets.report.pictures import canvas, outlines
from assignment_assets.report.pictures.drive import class_shares
from assignment_assets.report.pictures.map import frame_around, rep_colours
from assignment_assets.report.pictures.overflow import state_counts
from assignment_assets.report.pictures.sizes import fill_classes
from assignment_assets.report.waterfall import waterfall
from assignment_assets_tests.report import tiny

WIDEST_PIXELS = 1100


def drawn(tables, owned, reps, minutes) -> dict[str, bytes]:
    return {
        "funnel": pictures.funnel(waterfall(tables)),
        "balance_before_after": pictures.balance_before_after(owned, reps),
        "front": pictures.front(tables["referring_front"]),
        "map_before_after": pictures.map_before_after(owned, reps),
        "drive_time_distribution": pictures.drive_time_distribution(minutes),
        "book_sizes": pictures.book_sizes(owned, reps),
        "overflow_by_state": pictures.overflow_by_state(tables["overflow"], tables["accounts"]),
    }


def pixels(picture: bytes) -> np.ndarray:
    return matplotlib.image.imread(io.BytesIO(picture), format="png")


def check(picture: bytes) -> None:
    height, width, _ = pixels(picture).shape
    assert len(picture) <= canvas.LARGEST_BYTES
    assert 300 < width <= WIDEST_PIXELS and height > 60


def test_every_picture_is_drawn_from_a_tiny_company_within_its_bounds(tables, owned, reps, report):
    for picture in drawn(tables, owned, reps, report.drive_minutes).values():
        check(picture)


def test_every_picture_is_drawn_from_frames_without_rows(tables, owned, reps, report):
    empty = {name: frame.clear() for name, frame in tables.items()}
    for picture in drawn(empty, owned.clear(), reps.clear(), report.drive_minutes.clear()).values():
        check(picture)
        assert (pixels(picture)[..., :3] < 0.5).any(), "a sentence says why there is nothing"


def test_a_picture_of_many_accounts_stays_within_its_bounds():
    rng = np.random.default_rng(5)
    size = 20_000
    rep_ids = [f"r{number:03}" for number in range(60)]
    owned = pl.DataFrame(
        {
            "account_id": [f"a{number:05}" for number in range(size)],
            "latitude": rng.uniform(30, 48, size),
            "longitude": rng.uniform(-122, -70, size),
            "before": rng.choice(rep_ids, size),
            "after": rng.choice(rep_ids, size),
        }
    )
    reps = pl.DataFrame({"rep_id": rep_ids, "name": rep_ids, "region": "x", "capacity": 100})

    check(pictures.map_before_after(owned, reps))


def test_the_same_frames_give_the_same_bytes_whatever_the_callers_style(tables, owned, reps, report):
    plain = pictures.funnel(waterfall(tables))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "savefig.dpi": 20}):
        assert pictures.funnel(waterfall(tables)) == plain


def test_a_data_uri_carries_the_picture_and_markdown_survives_brackets(tables):
    picture = pictures.front(tables["referring_front"])

    assert pictures.data_uri(picture).startswith("data:image/png;base64,iVBORw0KGgo")
    assert pictures.markdown(picture, "a [very]\ngood point").startswith("![a (very) good point](data:image/png;")


def test_a_funnel_of_a_cycle_that_has_only_begun_is_drawn(tables):
    check(pictures.funnel(waterfall({"accounts": tables["accounts"]})))


def test_drive_classes_take_their_upper_edge_and_leave_out_the_unknown():
    minutes = pl.Series([0, 30, 31, 60, 480, 481, None, None])

    assert class_shares(minutes) == pytest.approx([100 / 3, 100 / 3, 0, 0, 100 / 6, 100 / 6])


def test_drive_times_known_only_after_are_drawn_alone():
    after_only = pl.DataFrame([("a01", None, 45)], schema=DRIVE_MINUTES_COLUMNS, orient="row")

    check(pictures.drive_time_distribution(after_only))


def test_a_book_filled_to_the_brim_is_not_above_capacity():
    books = pl.DataFrame({"account_count": [0, 100, 101, 500, 24], "capacity": [100, 100, 100, 100, 25]})
    edges, counts = fill_classes(books)

    filled = {edge: count for edge, count in zip(edges, counts, strict=True) if count}
    assert filled == {0: 1, 95: 2, 100: 1, 155: 1}


def test_states_beyond_the_fifteenth_are_summed_as_other():
    states = [f"S{number:02}" for number in range(18)]
    accounts = pl.DataFrame({"account_id": [*states, "extra"], "state": [*states, "S17"]})
    overflow = tiny.frame(
        "overflow", *({"account_id": account_id, "inside_sales_queue": "arm"} for account_id in accounts["account_id"])
    )
    counts = state_counts(overflow, accounts)

    assert counts.height == 16
    assert counts.row(0) == ("S17", 2, 0, 0)
    assert counts.row(-1) == ("other", 3, 0, 0)


def test_an_account_without_a_state_is_counted_under_none():
    overflow = tiny.frame("overflow", {"account_id": "a1", "inside_sales_queue": "growers"})
    accounts = tiny.frame("accounts", {"account_id": "a1"})

    assert state_counts(overflow, accounts).rows() == [("none", 0, 1, 0)]


def test_reps_who_share_a_place_get_different_colours(owned, reps):
    together = owned.with_columns(latitude=40.0, longitude=-80.0)
    colours = rep_colours(together, reps)

    assert sorted(colours) == ["ann", "bob", "cat"]
    assert len(set(colours.values())) == 3


def test_a_regions_map_shows_where_its_accounts_lie_and_nothing_beyond(owned, reps):
    west = reps.filter(pl.col("rep_id") == "cat")
    left, right, low, high = frame_around(owned, west)
    x, y = outlines.project(np.array([34.9, 40.7]), np.array([-118.2, -74.0]))

    assert left < x[0] < right and low < y[0] < high, "a10"
    assert not left < x[1] < right, "the other coast"
    whole_left, whole_right, whole_low, whole_high = outlines.FRAME
    assert (right - left) / (high - low) == pytest.approx((whole_right - whole_left) / (whole_high - whole_low))
    check(pictures.map_before_after(owned, west, is_zoomed=True))


def test_a_region_whose_accounts_have_no_place_is_shown_on_the_whole_country(owned, reps):
    nowhere = owned.with_columns(latitude=-40.0, longitude=-150.0)
    assert frame_around(nowhere, reps) == outlines.FRAME
