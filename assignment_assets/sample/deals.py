"""Generated deals as people work on them: their lives and stages, their teams, their duplicates and merges.

Times are days, as floats, before (negative) or after the day on which the company looks like this.
"""

from dataclasses import dataclass, field

import numpy as np

PRODUCTS = (
    *("Scheduling", "Billing", "Analytics", "Telehealth", "Imaging", "Messaging"),
    *("Intake", "Pharmacy", "Records", "Staffing", "Compliance", "Payments"),
)
STAGES = ("Discovery", "Evaluation", "Proposal", "Negotiation")
SPAN_DAYS = 540
CHAIN_LENGTHS = (0.4, 0.2, 0.4)  # of a deal's duplicates: one, two or three that are merged one into the next
LOST_MERGE, CIRCULAR_MERGE = 0.03, 0.02


@dataclass(frozen=True)
class Work:
    """How a company works and logs; shares between 0 and 1.

    Attributes
    ----------
    on_account
        How often somebody logs work on a deal on its account alone; people have habits, this is their mean.
    deals_an_account
        Deals in a year and a half, on average; how many overlap follows from it.
    weekly_account_work
        What is done a week for an account and for no deal of it.
    by_others
        How often somebody works on a deal who is not known to be on its team.
    names_product
        How often a subject says what the deal is about.
    """

    on_account: float = 0.32
    deals_an_account: float = 2.6
    weekly_account_work: float = 0.13
    by_others: float = 0.1
    names_product: float = 0.4
    without_contact: float = 0.3
    duplicated_deals: float = 0.15
    logged_twice: float = 0.04


@dataclass(frozen=True)
class Duplicate:
    """A second record of a deal: its place among the records, when it was there, what it was merged into (−1: lost)."""

    record: int
    created: float
    merged: float
    into: int


@dataclass(frozen=True)
class Deal:
    """One deal: its record, what it is about, when each stage began, who works on it and who is known to."""

    record: int
    account: int
    product: str
    kind: str
    changes: tuple[tuple[float, str], ...]  # the first is its creation, the last its close where it is closed
    is_closed: bool
    amount: int
    workers: tuple[tuple[int, float], ...]  # person and share of the work
    team: dict[int, str]
    contacts: tuple[tuple[int, float], ...]  # the customer's people by number, and their share
    duplicates: list[Duplicate] = field(default_factory=list)

    @property
    def created(self) -> float:
        """When its record was made."""
        return self.changes[0][0]

    @property
    def end(self) -> float:
        """When it was closed, today where it is open."""
        return self.changes[-1][0] if self.is_closed else 0.0


@dataclass(frozen=True)
class People:
    """Persons by number: `owners`, `sas` and `csms` are ranges of them; `habit` is how often each logs on accounts."""

    owners: np.ndarray
    sas: np.ndarray
    csms: np.ndarray
    habit: np.ndarray

    @classmethod
    def of(cls, accounts: int, work: Work, rng: np.random.Generator) -> "People":
        """As many as so many accounts need."""
        sizes = [max(3, accounts // each) for each in (25, 30, 35)]
        ends = np.cumsum(sizes)
        habit = rng.beta(4 * work.on_account, 4 * (1 - work.on_account), size=ends[-1])
        return cls(np.arange(ends[0]), np.arange(ends[0], ends[1]), np.arange(ends[1], ends[2]), habit)

    def role(self, person: int) -> str:
        """What the person is."""
        if person <= self.owners[-1]:
            return "owner"
        return "sa" if person <= self.sas[-1] else "csm"


def popularity(contacts: int) -> np.ndarray:
    """How often each of a customer's people is the one whom work is with, were it evenly about everything."""
    weights = 1 / (2.0 + np.arange(contacts))
    return weights / weights.sum()


def deals_of(
    account: int,
    pod: tuple[int, ...],
    contacts: int,
    people: People,
    work: Work,
    records: int,
    rng: np.random.Generator,
) -> list[Deal]:
    """The deals of an account with so many contacts, whose pod is (owner, SA, CSM); records are numbered from there."""
    found = []
    for _ in range(1 + rng.poisson(work.deals_an_account - 1)):
        deal = _deal(account, pod, contacts, people, work, records, rng)
        records += 1 + len(deal.duplicates)
        found.append(deal)
    return found


def _deal(
    account: int, pod: tuple[int, ...], contacts: int, people: People, work: Work, record: int, rng: np.random.Generator
) -> Deal:
    created = -SPAN_DAYS * rng.random() - 1
    length = float(np.clip(rng.lognormal(np.log(80), 0.55), 8, 365))
    is_won = rng.random() < 0.45
    reached = len(STAGES) if is_won else 1 + int(rng.integers(len(STAGES)))
    starts = created + length * np.concatenate([[0], np.cumsum(rng.dirichlet(np.full(reached, 2.0)))])
    names = [*STAGES[:reached], "Closed Won" if is_won else "Closed Lost"]
    changes = tuple((float(at), name) for at, name in zip(starts, names, strict=True) if at <= 0)
    kind = str(rng.choice(["New", "Expansion", "Renewal"], p=[0.35, 0.35, 0.3]))
    owner = pod[0] if rng.random() < 0.85 else int(rng.choice(people.owners))
    architect = pod[1] if rng.random() < 0.75 else int(rng.choice(people.sas))
    workers = [(owner, 0.3), (architect, 0.45), (pod[2], 0.1 if kind == "New" else 0.25)]
    team = {owner: "owner"} | ({architect: "sa"} if rng.random() < 0.88 else {})
    team |= {pod[2]: "csm"} if kind != "New" or rng.random() < 0.5 else {}
    if rng.random() < 0.2:
        second = int(rng.choice(people.sas))
        workers.append((second, 0.2))
        team = team | ({second: "sa"} if second not in team and rng.random() < 0.7 else {})
    # some of the customer's people are in every deal, most in few
    met = rng.choice(contacts, size=min(contacts, 1 + int(rng.integers(3))), replace=False, p=popularity(contacts))
    deal = Deal(
        record,
        account,
        str(rng.choice(PRODUCTS)),
        kind,
        changes,
        len(changes) == len(names),
        int(rng.lognormal(10.5, 0.8)) // 100 * 100,
        tuple(workers),
        team,
        tuple(zip(met.tolist(), (0.6, 0.25, 0.15), strict=False)),
    )
    if rng.random() < work.duplicated_deals and deal.end - deal.created > 20:
        deal.duplicates.extend(_duplicates(deal, rng))
    return deal


def _duplicates(deal: Deal, rng: np.random.Generator) -> list[Duplicate]:
    """Second records that were made while the deal ran and merged, each into the next, the last into the deal's own."""
    count = 1 + int(rng.choice(len(CHAIN_LENGTHS), p=CHAIN_LENGTHS))
    span = deal.end - deal.created
    created = np.sort(deal.created + span * 0.4 * rng.random(count))
    merged = np.sort(created.max() + (deal.end - created.max()) * rng.random(count))
    into = [deal.record + 2 + number for number in range(count - 1)] + [deal.record]
    if (wrong := rng.random()) < LOST_MERGE:
        into[-1] = -1
    elif wrong < LOST_MERGE + CIRCULAR_MERGE:
        into[-1] = deal.record + 1
    return [
        Duplicate(deal.record + 1 + number, float(created[number]), float(merged[number]), into[number])
        for number in range(count)
    ]
