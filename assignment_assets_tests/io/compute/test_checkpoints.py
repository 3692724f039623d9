"""One checkpoint as a file: found again by its own problem, ignored where it cannot be used."""

from dataclasses import replace

import numpy as np
import pytest

from assignment_assets.io.compute.checkpoints import FileCheckpoints
from assignment_assets.optimizer.pareto.checkpoint import Checkpoint, fingerprint
from assignment_assets.optimizer.solve import solve_referring
from assignment_assets_tests.optimizer.instances import draw_instance
from assignment_assets_tests.optimizer.pareto.test_workers import LONG, PowerCut, as_bytes, drawn
from assignment_assets_tests.optimizer.test_solve import SMALL


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def a_checkpoint(generation=3):
    rows = np.arange(12, dtype=np.int32).reshape(3, 4) + generation
    return Checkpoint(generation, rows, np.linspace(0.1, 0.9, 9).reshape(3, 3), rows[::-1].copy())


@pytest.fixture
def kept(tmp_path):
    """Makes a store of a digest, and has what all of them say in `said`."""

    def make(digest="one", **options):
        return FileCheckpoints(
            tmp_path / "cycle" / "referring.npz",
            digest,
            Checkpoint,
            make.said.append,
            **{"every_seconds": 0.0, **options},
        )

    make.said = []
    return make


def test_a_checkpoint_comes_back_as_it_was(kept):
    assert kept().load() is None
    kept().save(a_checkpoint())
    found = kept().load()
    assert found.generation == 3 and type(found.generation) is int
    for name in ("population", "objectives", "assignments"):
        left, right = getattr(found, name), getattr(a_checkpoint(), name)
        assert (left.dtype, left.shape, left.tobytes()) == (right.dtype, right.shape, right.tobytes())
    assert kept.said == ["checkpoint referring.npz: goes on after generation 3"]
    kept().forget()
    assert kept().load() is None
    kept().forget()


def test_it_saves_no_more_often_than_it_should(kept):
    clock = Clock()
    store = kept(every_seconds=30.0, clock=clock)
    for clock.now, generation in ((29.0, 1), (31.0, 2), (60.0, 3), (61.0, 4), (90.0, 5)):
        store.save(a_checkpoint(generation))
    assert store.load().generation == 4
    assert [path.name for path in store.path.parent.iterdir()] == ["referring.npz"]


def test_a_checkpoint_of_another_problem_is_ignored_and_replaced(kept):
    kept("another").save(a_checkpoint())
    assert kept("one").load() is None
    assert kept.said == ["checkpoint referring.npz: of another problem or budget, begins anew"]
    kept("one").save(a_checkpoint(9))
    assert kept("one").load().generation == 9


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no archive at all"),
        lambda path: path.write_bytes(path.read_bytes()[:-200]),
        lambda path: path.write_bytes(path.read_bytes().replace(np.int32([3, 4, 5]).tobytes(), bytes(12))),
        lambda path: np.savez(path, of_problem="one", generation=3),
        lambda path: path.write_bytes(b"\x93NUMPY\x01\x00"),
        lambda path: np.save(path.open("wb"), np.arange(3)),
    ],
)
def test_a_damaged_file_is_ignored_and_replaced(kept, damage):
    kept().save(a_checkpoint())
    damage(kept().path)
    assert kept().load() is None
    assert len(kept.said) == 1 and kept.said[0].endswith("begins anew")
    kept().save(a_checkpoint(9))
    assert kept().load().generation == 9


def test_a_disk_that_takes_nothing_does_not_stop_the_search(kept, tmp_path):
    (tmp_path / "cycle").write_text("a file where the folder should be")
    kept().save(a_checkpoint())
    assert len(kept.said) == 1 and kept.said[0].endswith("goes on without")


def test_a_search_goes_on_from_the_file_to_the_same_bytes_whenever_it_was_saved(kept):
    digest, clock = fingerprint(drawn(), LONG), Clock()

    def ticks(told):
        clock.now += 10.0
        if told.step == "evolution" and told.done == 5:
            raise PowerCut

    whole = as_bytes(solve_referring(drawn(), LONG))
    for every in (0.0, 15.0):
        with pytest.raises(PowerCut):
            solve_referring(drawn(), LONG, ticks, checkpoints=kept(digest, every_seconds=every, clock=clock))
        assert as_bytes(solve_referring(drawn(), LONG, checkpoints=kept(digest))) == whole
        kept(digest).forget()
    assert [line for line in kept.said if "goes on after" in line] == [
        f"checkpoint referring.npz: goes on after generation {generation}" for generation in (4, 3)
    ]


def test_the_digest_is_of_every_figure_of_the_problem_and_its_budget():
    instance = draw_instance(1)
    digest = fingerprint(instance, SMALL)
    assert digest == fingerprint(draw_instance(1), replace(SMALL))
    others = [
        replace(instance, value=instance.value + 1),
        replace(instance, account_ids=[*instance.account_ids[:-1], "z"]),
        replace(instance, seats=instance.seats[::-1]),
    ]
    assert (
        len({digest, *(fingerprint(other, SMALL) for other in others), fingerprint(instance, replace(SMALL, seed=8))})
        == 5
    )
