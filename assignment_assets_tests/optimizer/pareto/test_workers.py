"""Whoever does the tasks, and wherever the search was interrupted: the same bytes."""

from dataclasses import replace

import pytest

from assignment_assets.io.compute.processes import Processes
from assignment_assets.optimizer.pareto.checkpoint import Checkpoint
from assignment_assets.optimizer.pareto.operators import HashDuplicates
from assignment_assets.optimizer.pareto.workers import SerialWorkers
from assignment_assets.optimizer.solve import solve_referring
from assignment_assets_tests.optimizer.instances import draw_instance
from assignment_assets_tests.optimizer.test_solve import SMALL

LONG = replace(SMALL, generations=6, offspring=16)


class PowerCut(Exception):
    """The machine stops."""


class Notebook:
    """Keeps every checkpoint; the machine stops once that of generation `until` is in it."""

    def __init__(self, past: Checkpoint | None = None, until: int | None = None):
        self.past, self.until, self.kept = past, until, {}

    def load(self):
        return self.past

    def is_due(self):
        return True

    def save(self, checkpoint):
        self.kept[checkpoint.generation] = checkpoint
        if checkpoint.generation == self.until:
            raise PowerCut


class LastFirst(SerialWorkers):
    """Does the units last to first, as other workers might."""

    def map(self, function, handle, tasks):
        return reversed([function(handle, task) for task in reversed(list(tasks))])


def drawn():
    return draw_instance(5, num_accounts=150, num_reps=6, seats=20, covered=0.7)


def as_bytes(front):
    return [array.tobytes() for array in (front.objectives, front.worst_book, front.assignments)] + [front.knee]


def test_processes_give_the_bytes_of_one():
    with Processes(2) as workers:
        shared = as_bytes(solve_referring(drawn(), SMALL, workers=workers))
    assert shared == as_bytes(solve_referring(drawn(), SMALL))


def test_the_order_in_which_tasks_are_done_does_not_matter():
    turned = as_bytes(solve_referring(drawn(), SMALL, workers=LastFirst()))
    assert turned == as_bytes(solve_referring(drawn(), SMALL))


@pytest.mark.parametrize("seed", [5, 6])
@pytest.mark.parametrize("until", [1, 3, 5])
def test_a_search_that_was_interrupted_goes_on_to_the_same_bytes(seed, until):
    instance = draw_instance(seed, num_accounts=150, num_reps=6, seats=20, covered=0.7)
    whole, first = Notebook(), Notebook(until=until)
    uninterrupted = solve_referring(instance, LONG, checkpoints=whole)
    with pytest.raises(PowerCut):
        solve_referring(instance, LONG, checkpoints=first)
    second, heard = Notebook(past=first.kept[until]), []
    assert as_bytes(solve_referring(instance, LONG, heard.append, checkpoints=second)) == as_bytes(uninterrupted)
    assert "sweep" not in {line.step for line in heard}
    for generation in range(until + 1, LONG.generations):
        for name in ("population", "objectives", "assignments"):
            resumed, straight = (getattr(each.kept[generation], name) for each in (second, whole))
            assert resumed.tobytes() == straight.tobytes(), (generation, name)


def test_identical_accounts_do_not_confuse_a_search_that_goes_on():
    """Many assignments have the same objectives here."""
    instance = draw_instance(
        3,
        num_accounts=40,
        num_reps=3,
        seats=14,
        covered=1.1,
        measures=[[5, 5, 5]] * 40,
        account_latitude=[40.0] * 40,
        account_longitude=[-90.0] * 40,
    )
    whole, first = Notebook(), Notebook(until=2)
    uninterrupted = solve_referring(instance, LONG, checkpoints=whole)
    with pytest.raises(PowerCut):
        solve_referring(instance, LONG, checkpoints=first)
    again = solve_referring(instance, LONG, checkpoints=Notebook(past=first.kept[2]))
    assert as_bytes(again) == as_bytes(uninterrupted)


def test_a_generation_that_finds_nothing_new_does_not_end_the_search(monkeypatch):
    instance, heard, plain = drawn(), [], HashDuplicates.do

    def blind(self, pop, *others, **options):
        """Takes every child of the third generation for known."""
        found = plain(self, pop, *others, **options)
        is_third = options == {} and sum(line.step == "evolution" for line in heard) == 2
        return found[:0] if is_third else found

    monkeypatch.setattr(HashDuplicates, "do", blind)
    solve_referring(instance, LONG, heard.append)
    lines = [line for line in heard if line.step == "evolution"]
    assert [line.done for line in lines] == list(range(1, LONG.generations + 1))
    points = [line.archive_size for line in lines]
    assert points[2] == points[1] < points[3]
