import numpy as np
import pytest
from pymoo.core.population import Population

from assignment_assets.optimizer.improve.survey import survey
from assignment_assets.optimizer.local_search.priced_candidates import price_candidates
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.pareto.archive import Archive
from assignment_assets.optimizer.pareto.nsga2 import BooksProblem
from assignment_assets.optimizer.pareto.operators import NeighbourWalks
from assignment_assets.optimizer.pareto.search_params import SEARCH
from assignment_assets.optimizer.pareto.sweep import price_lattice
from assignment_assets.optimizer.pareto.tasks import Polish, Walk
from assignment_assets.optimizer.pareto.workers import SerialWorkers
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets_tests.optimizer.instances import draw_instance

OFFSPRING = 2 * SEARCH.walk.children


class Listening(SerialWorkers):
    """Does the units, and keeps them."""

    def __init__(self):
        self.tasks = []

    def map(self, function, handle, tasks):
        self.tasks = list(tasks)
        return super().map(function, handle, self.tasks)


@pytest.fixture
def mating():
    instance = draw_instance(11, num_accounts=200, num_reps=8, seats=24, covered=0.7)
    phase, start = referring_phase(instance, select_seats(instance))
    problem, extremes = survey(phase, start, np.random.default_rng(1))
    shared = price_lattice(problem, 4, price_candidates(problem, np.array([0.5, 0.25, 0.25])), lambda done, of: None)
    archive = Archive()
    archive.add(evaluate(phase, extremes), extremes)
    return NeighbourWalks(shared, shared, Listening(), archive, sweeps=8, knee_sweeps=5, seed=3)


def test_a_polish_that_is_due_takes_no_childs_place_and_its_points_are_kept(mating):
    problem, polished, known = BooksProblem(mating.shared.problem.phase), [], len(mating.archive)
    for generation in range(1, 13):
        children = mating.do(problem, Population.empty(), OFFSPRING)
        walks = [task for task in mating.workers.tasks if isinstance(task, Walk)]
        polishes = [task for task in mating.workers.tasks if isinstance(task, Polish)]
        assert sum(len(walk.directions) for walk in walks) == OFFSPRING
        assert 0 < len(children) <= OFFSPRING
        polished += [generation] * len(polishes)
        if generation == 1:
            assert len(mating.archive) > known
    assert polished[0] == 1
    assert 1 < len(polished) < 12


def test_children_come_with_their_objectives(mating):
    phase = mating.shared.problem.phase
    children = mating.do(BooksProblem(phase), Population.empty(), OFFSPRING)
    assert np.array_equal(children.get("F"), evaluate(phase, np.array(children.get("X").tolist())))
    assert all("F" in child.evaluated for child in children)


def test_directions_take_turns(mating):
    places = [task.place for _ in range(7) for task in walks_of(mating)]
    assert len(set(places)) == len(places) == len(mating.shared.directions) - 2  # all but one, and the knee's


def walks_of(mating):
    mating.do(BooksProblem(mating.shared.problem.phase), Population.empty(), OFFSPRING)
    return [task for task in mating.workers.tasks if isinstance(task, Walk)]
