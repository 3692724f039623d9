import shutil
from pathlib import Path

import pytest

from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto import checkpoint
from assignment_assets.optimizer.pareto.checkpoint import OPTIMIZER, fingerprint
from assignment_assets_tests.optimizer.instances import draw_instance

ROOMS = sorted({path.parent.relative_to(OPTIMIZER).as_posix() for path in OPTIMIZER.rglob("*.py")})


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Path:
    """The optimiser's sources, to be changed."""
    root = tmp_path / "optimizer"
    shutil.copytree(OPTIMIZER, root, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(checkpoint, "OPTIMIZER", root)
    return root


def test_every_room_of_the_optimiser_is_looked_at():
    assert {".", "bounds", "local_search", "model", "pareto", "phases", "result", "seats"} <= set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_change_in_any_room_makes_an_old_checkpoint_unusable(copied, room):
    problem = draw_instance(1), Settings()
    before = fingerprint(*problem)
    assert fingerprint(*problem) == before
    changed = sorted((copied / room).glob("*.py"))[-1]
    changed.write_bytes(changed.read_bytes() + b"\n")
    assert fingerprint(*problem) != before


def test_a_module_that_is_new_or_has_another_name_makes_an_old_checkpoint_unusable(copied):
    problem = draw_instance(1), Settings()
    before = fingerprint(*problem)
    (copied / "bounds" / "new.py").write_text("")
    new = fingerprint(*problem)
    (copied / "bounds" / "new.py").rename(copied / "bounds" / "renamed.py")
    assert len({before, new, fingerprint(*problem)}) == 3


def test_another_problem_or_budget_does_too():
    found = {
        fingerprint(draw_instance(1), Settings()),
        fingerprint(draw_instance(2), Settings()),
        fingerprint(draw_instance(1), Settings(seed=8)),
    }
    assert len(found) == 3
