"""What the pages keep in memory: each thing once, few of what is large, nothing of an earlier publication."""

import polars as pl

from assignment_assets.domain.tables import REPS
from assignment_assets.io.folders import DataFolder
from assignment_assets.review_app.context import MOST_KEPT, TableCache

CYCLE = "2026q4-global"


def cache(tmp_path):
    cache, drawn = TableCache(DataFolder(tmp_path)), []

    def take(*name, most=MOST_KEPT):
        return cache.drawn(name, CYCLE, (REPS,), lambda: drawn.append(name) or len(drawn), most)

    return take, drawn


def test_a_thing_is_drawn_once_until_its_table_is_published_anew(tmp_path):
    take, drawn = cache(tmp_path)
    assert take("a") == take("a") == 1
    target = tmp_path / "published" / CYCLE / "reps.parquet"
    target.parent.mkdir(parents=True)
    pl.DataFrame({"a": [1]}).write_parquet(target)
    assert take("a") == 2 and drawn == [("a",)] * 2


def test_of_what_is_large_only_the_last_few_are_kept_and_nothing_else_goes(tmp_path):
    take, drawn = cache(tmp_path)
    take("table", 1)
    for number in range(9):
        take("large", number, most=3)
    assert [take("large", number, most=3) for number in (6, 7, 8)] == [8, 9, 10]
    assert take("table", 1) == 1
    take("large", 0, most=3)
    assert drawn[-1] == ("large", 0) and len(drawn) == 11


def test_the_shelf_itself_is_bounded(tmp_path):
    take, drawn = cache(tmp_path)
    for number in range(MOST_KEPT + 1):
        take(str(number))
    take("0")
    assert len(drawn) == MOST_KEPT + 2
