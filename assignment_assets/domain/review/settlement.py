"""Which adds stand in the end: counted, looked at for capacity, and looked at again."""

from dataclasses import dataclass

from assignment_assets.domain.review.facts import Edit
from assignment_assets.domain.review.refusals import Refusal, cite, listed
from assignment_assets.domain.review.tally import Counter, Tally, Transfer, already_taken


@dataclass
class Settlement:
    """The final tally and how it came about.

    `out` are the transfers left out, each with the edit that displaced it, or None for capacity; `yielding` are edits
    that displaced another, did not stand themselves, and gave way.
    """

    tally: Tally
    out: dict[Transfer, Edit | None]
    yielding: set[Edit]

    def refusals(self, counter: Counter) -> dict[Edit, Refusal]:
        """Why each edit that was counted does not stand."""
        refusals = dict(self.tally.refusals)
        for transfer, taker in self.out.items():
            standing = self.tally.takings.get(transfer[0])
            if taker is not None and standing is not None:
                refusal = already_taken(standing, counter.facts)
            elif counter.is_full(transfer[1], self.tally):
                refusal = _full(transfer[1], self.tally, counter)
            else:
                refusal = _harmful(transfer, _look_again(transfer, self, counter), counter)
            refusals |= dict.fromkeys(counter.asked[transfer], refusal)
        return refusals


def settle(counter: Counter) -> Settlement:
    """The settlement of a review: steps 3 to 5 of the rule as `review` tells it."""
    out: dict[Transfer, Edit | None] = {}
    while True:
        tally = counter.count(set(out), set())
        overfilling = counter.overfilling(tally)
        if tally.displaced:
            out.update(tally.displaced)
        elif overfilling:
            out.update({(taking.account_id, taking.rep_id): None for taking in overfilling})
        else:
            break
    settlement = Settlement(tally, out, set())
    is_moving = True
    while is_moving:
        ordered = sorted(out, key=lambda transfer: counter.asked[transfer][0].order)
        is_moving = any([_stands_after_all(transfer, settlement, counter) for transfer in ordered])
    return settlement


def _stands_after_all(transfer: Transfer, settlement: Settlement, counter: Counter) -> bool:
    """True where the transfer does no harm after all; the settlement has it then."""
    if counter.is_full(transfer[1], settlement.tally):
        return False
    trial = _look_again(transfer, settlement, counter)
    if trial.displaced or counter.overfilling(trial):
        return False
    settlement.yielding = _yielding(transfer, settlement)
    settlement.tally = trial
    del settlement.out[transfer]
    return True


def _look_again(transfer: Transfer, settlement: Settlement, counter: Counter) -> Tally:
    return counter.count(set(settlement.out) - {transfer}, _yielding(transfer, settlement))


def _yielding(transfer: Transfer, settlement: Settlement) -> set[Edit]:
    """Edits that give way to the transfer: its displacer too, where that does not stand itself."""
    displacer = settlement.out[transfer]
    if displacer is None or displacer.account_id in settlement.tally.takings:
        return settlement.yielding
    return settlement.yielding | {displacer}


def _full(rep_id: str, tally: Tally, counter: Counter) -> Refusal:
    """No seat in the book itself."""
    facts = counter.facts
    adds = tally.adds.get(rep_id, {}).values()
    used = f", taken by {cite(adds)}" if adds else ""
    return Refusal(
        "capacity",
        f"{facts.book(rep_id)} holds {counter.load(rep_id, tally)} of {facts.reps[rep_id].capacity} accounts at the end"
        f" of all reviews{used}; there is no seat for one more. Drop an account of that book as well, or choose another"
        " rep.",
    )


def _harmful(transfer: Transfer, trial: Tally, counter: Counter) -> Refusal:
    """A seat in the book, but with the add's counts, edits that free seats elsewhere could not stand."""
    facts = counter.facts
    books = [
        f"{facts.book(rep_id)} would hold {counter.load(rep_id, trial)} of {facts.reps[rep_id].capacity} accounts"
        for rep_id in sorted({taking.rep_id for taking in counter.overfilling(trial)})
    ]
    harm = listed(books) or "other edits would not stand"
    return Refusal(
        "capacity",
        f"With account {transfer[0]} in {facts.book(transfer[1])}, {harm} at the end of all reviews: the bounds leave"
        " no room for it. Choose another account or another rep.",
    )
