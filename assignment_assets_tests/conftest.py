"""Whole cycles of the tiny company (`company.py`), told up to a stage once and copied for each test."""

import atexit
import os
from pathlib import Path

import pytest
from hypothesis import settings

from assignment_assets.io.compute.compiled_code import forget_stale_code
from assignment_assets.optimizer.pareto.checkpoint import OPTIMIZER
from assignment_assets_tests.company import tiny
from assignment_assets_tests.rehearsal import Cycle, copy_of, settle_in

settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")

FIRST = (
    "test_walk.py",
    "optimizer",
    "automation",
    "test_demo.py",
    "stages",
    "review_app",
    "bench",
    "routing",
    "test_readme.py",
)
"""What takes long begins first, so that several workers end together; the optimiser early, because its compiled loops
are kept for every other process."""


def pytest_configure():
    """Compiled loops of other sources than those under test would be run, or not load."""
    forget_stale_code(OPTIMIZER)


def pytest_collection_modifyitems(items):
    """Puts the rooms into that order; within a room all stays as it is."""
    places = {name: place for place, name in enumerate(FIRST)}
    here = Path(__file__).parent
    items.sort(key=lambda item: places.get(item.path.relative_to(here).parts[0], len(places)))


@atexit.register
def silence():
    """DuckDB's binding lists at exit what it still holds: pages of harmless lines that would hide the summary."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


@pytest.fixture(scope="session")
def dagster_home(tmp_path_factory):
    """One Dagster instance for all tests: its runs are apart by cycle and by id."""
    return tmp_path_factory.mktemp("dagster")


@pytest.fixture
def cycle(tmp_path, dagster_home, monkeypatch) -> Cycle:
    """The tiny company's quarterly cycle, not opened yet."""
    return Cycle(settle_in(tmp_path, dagster_home, monkeypatch)).source(tiny())


@pytest.fixture(scope="session")
def stories(tmp_path_factory, dagster_home):
    """Stage → (folder, time) of the quarterly cycle told so far, with nobody answering."""
    told: dict[str, tuple[Path, Cycle]] = {}
    with pytest.MonkeyPatch.context() as patch:
        for stage, before in (("opened", None), ("proposed", "opened"), ("reviewed", "proposed")):
            folder = tmp_path_factory.mktemp(stage)
            if before is None:
                teller = Cycle(settle_in(folder, dagster_home, patch)).source(tiny()).open()
            else:
                earlier, so_far = told[before]
                teller = Cycle(copy_of(earlier, folder, dagster_home, patch), now=so_far.now)
                teller.propose() if stage == "proposed" else teller.review()
            told[stage] = folder, teller
    return told


def _from(stage: str):
    @pytest.fixture
    def fixture(stories, tmp_path, dagster_home, monkeypatch) -> Cycle:
        folder, teller = stories[stage]
        return Cycle(copy_of(folder, tmp_path, dagster_home, monkeypatch), now=teller.now)

    return fixture


opened = _from("opened")
proposed = _from("proposed")
reviewed = _from("reviewed")
