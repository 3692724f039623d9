"""Every row of the write-back's bar, in small."""

import json

import pytest

from assignment_assets.bench.write_back import lines


@pytest.fixture(scope="module")
def told():
    return {line["figure"]: line for line in map(json.loads, lines(True, 2, 60, 5, 0))}


@pytest.mark.parametrize(
    "figure",
    [
        "calls",
        "applied again",
        "coverage",
        "taxonomy",
        "B5 planted hazards",
        "B7 names in any case",
        "tampering",
        "rollback",
        "C13 refused rollbacks",
        "C14 restored journals",
        "lost answers",
        "races",
        "ignored preconditions",
        "crashes",
    ],
)
def test_each_row_of_the_bar_is_met_in_small(told, figure):
    assert told[figure]["met"], told[figure]
    assert told["races"]["control"]["overwritten"] > 0
    assert told["crashes"]["kills"] >= 2
