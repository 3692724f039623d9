"""What the descents look at: plans for pairs of books, and which books hold enough of the gap."""

from dataclasses import dataclass

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.optimizer.local_search.exchange_plan import ExchangePlan
from assignment_assets.optimizer.model.knobs import ENTRIES, NOT_NEGATIVE, ONE_OR_MORE, Knobs, knob


@dataclass(frozen=True)
class DescentParams(Knobs):
    """How books become a local optimum."""

    rising: tuple[ExchangePlan, ...] = knob(
        tuple(ExchangePlan(force, 0.3, 24, 2, 10) for force in (0.1, 0.3, 1.0)),
        ENTRIES,
        "pair exchanges from a dive's prices to whole accounts; steps of force more are gentler and slower",
    )
    full: tuple[ExchangePlan, ...] = knob(
        (ExchangePlan(1.0, 0.0, 16, 3, 20),),
        ENTRIES,
        "pair exchanges on the objective itself; more accounts a side take cubic time",
    )
    least_share: float = knob(0.005, NOT_NEGATIVE, "of a book's share of the bound: who holds less of the gap rests")
    most_moves: int = knob(4, ONE_OR_MORE, "exchanges out of a worst book, times its accounts; longer descents")
    cycle_goals: int = knob(5, ONE_OR_MORE, "reps that a cycle tries for its first account; more cycles looked at")

    def __post_init__(self) -> None:
        super().__post_init__()
        faults = [
            Fault(
                "DescentParams",
                repr(plan),
                "0 < force ≤ 1, spread ≥ 0, square_at > 0, 1 to 3 together",
                "Change the plan.",
            )
            for plan in (*self.rising, *self.full)
            if not 0.0 < plan.force <= 1.0
            or plan.spread < 0.0
            or plan.square_at <= 0.0
            or plan.together not in (1, 2, 3)
        ]
        if faults:
            raise InvalidInput("optimiser knobs", faults)


DESCENT = DescentParams()
