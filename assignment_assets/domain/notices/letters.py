"""Who is told what after approval and before a deadline: the facts of each letter, without words or addresses."""

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.gates.gates import Addressee
from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.domain.reading import Query, Readable
from assignment_assets.domain.regions import regions_of_owners
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    OPPORTUNITIES,
    REPS,
    TEXT,
    WHOLE,
    WRITE_BACK_LOG,
    RepsFrame,
)

HandoversFrame = NewType("HandoversFrame", pl.DataFrame)
HANDOVERS: Query[HandoversFrame] = Query(
    "handoff_notices/handovers",
    (APPROVED_DIFF, WRITE_BACK_LOG, ACCOUNTS, REPS, OPPORTUNITIES),
    ("sign_off_no", "account_id", "status"),
    {
        "sign_off_no": WHOLE,
        "account_id": TEXT,
        "status": TEXT,
        "account_name": TEXT,
        "account_state": TEXT,
        "value_cents": WHOLE,
        "old_owner_id": TEXT,
        "old_name": TEXT,
        "new_owner_id": TEXT,
        "new_name": TEXT,
        "reason": TEXT,
        "open_deal_count": WHOLE,
        "open_amount_cents": WHOLE,
    },
)


@dataclass(frozen=True)
class Handover:
    """One account that changes hands, as its letter lists it; amounts in cents."""

    account_id: str
    account: str
    state: str
    value: int
    from_name: str
    to_name: str
    reason: str
    open_deals: int
    open_amount: int


@dataclass(frozen=True)
class Handoff:
    """What one person is told about one sign-off.

    `kind` is `receiver` (accounts of their own come or go), `director` (accounts of their reps), `revoked` (what an
    earlier letter said is taken back: `comes` do not come, `goes` stay) or `given_back` (what an earlier letter told of
    was written and is undone: `comes` go back, `goes` are theirs again).
    """

    cycle: str
    sign_off_no: int
    kind: str
    person: str
    email: str
    name: str
    comes: tuple[Handover, ...]
    goes: tuple[Handover, ...]
    regions: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """sha256 of everything that the letter says; equal for the same letter, whenever it is made."""
        content = {each.name: getattr(self, each.name) for each in fields(self)}
        content |= {"comes": [vars(each) for each in self.comes], "goes": [vars(each) for each in self.goes]}
        return hashlib.sha256(canonical_json(content).encode()).hexdigest()


@dataclass(frozen=True)
class Reminder:
    """One person who is asked and has not answered; `deadline` in words, `link` opens their page."""

    cycle: str
    revision: int
    gate: str
    person: str
    email: str
    name: str
    deadline: str
    link: str

    @property
    def digest(self) -> str:
        """The same for every reminder of one gate and revision: nobody gets a second one."""
        named = {"cycle": self.cycle, "revision": self.revision, "gate": self.gate, "person": self.person}
        return hashlib.sha256(canonical_json(named).encode()).hexdigest()


@dataclass(frozen=True)
class HandoffInput:
    """What letters tell of, and the people who get them."""

    handovers: HandoversFrame
    reps: RepsFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(handovers=reader.answer(HANDOVERS), reps=reader.table(REPS))


def handoffs(cycle: str, given: HandoffInput) -> list[Handoff]:
    """A letter for every receiver of approved accounts, and one for every director whose reps they touch.

    Where an approval was revoked, an account was left out because the org refused it, or a rollback gave accounts back,
    the same people have a letter that says so.

    One letter a sign-off and person: a region that signs later is told of in a letter of its own. What a receiver
    gives away in the same sign-off is in their letter too; who only gives has the director's.
    """
    letters = []
    told = given.handovers.sort("sign_off_no", "value_cents", "account_id", descending=[False, True, False])
    for status in ("approved", "revoked", "given_back"):
        rows = told.filter(pl.col("status") == status)
        for (number,), mine in rows.group_by("sign_off_no", maintain_order=True):
            letters += _to_receivers(cycle, number, mine, given.reps, "receiver" if status == "approved" else status)
            letters += _to_directors(cycle, number, mine, given.reps, "director" if status == "approved" else status)
    return letters


def missing_people(persons: tuple[Addressee, ...]) -> list[Addressee]:
    """Each person once, whatever the number of regions that they are asked about."""
    return list({each.person: each for each in persons}.values())


def _to_receivers(cycle: str, number: int, rows: pl.DataFrame, reps: RepsFrame, kind: str) -> list[Handoff]:
    people = {row["rep_id"]: row for row in reps.to_dicts()}
    letters = []
    for receiver in sorted(set(rows["new_owner_id"])):
        person = people.get(receiver, {})
        letters.append(
            Handoff(
                cycle,
                number,
                kind,
                receiver,
                person.get("email") or "",
                person.get("name") or receiver,
                _handovers(rows.filter(pl.col("new_owner_id") == receiver)),
                _handovers(rows.filter(pl.col("old_owner_id") == receiver)),
            )
        )
    return letters


def _to_directors(cycle: str, number: int, rows: pl.DataFrame, reps: RepsFrame, kind: str) -> list[Handoff]:
    directors = reps.filter((pl.col("team") == "field") & pl.col("director_email").is_not_null())
    regions = {
        email: set(group["region"].drop_nulls())
        for (email,), group in directors.sort("director_email").group_by("director_email", maintain_order=True)
    }
    touched = regions_of_owners(rows, reps)
    letters = []
    for email, own in regions.items():
        mine = touched.filter(pl.col("region").is_in(sorted(own))).unique("account_id", maintain_order=True)
        if mine.is_empty():
            continue
        field = reps.filter(pl.col("region").is_in(sorted(own)) & (pl.col("team") == "field"))["rep_id"].implode()
        letters.append(
            Handoff(
                cycle,
                number,
                kind,
                email,
                email,
                email.split("@")[0].replace(".", " ").title(),
                _handovers(mine.filter(pl.col("new_owner_id").is_in(field))),
                _handovers(mine.filter(pl.col("old_owner_id").is_in(field))),
                tuple(sorted(own)),
            )
        )
    return letters


def _handovers(rows: pl.DataFrame) -> tuple[Handover, ...]:
    return tuple(
        Handover(
            row["account_id"],
            row["account_name"],
            row["account_state"],
            row["value_cents"],
            row["old_name"],
            row["new_name"],
            row["reason"],
            row["open_deal_count"],
            row["open_amount_cents"],
        )
        for row in rows.to_dicts()
    )
