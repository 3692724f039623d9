"""An account changes its person: what the former and the new one are told, and what they said that they did."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NewType

import polars as pl

from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.domain.overlays.crm_seen import still_open
from assignment_assets.domain.overlays.roles import Overlays
from assignment_assets.domain.overlays.tables import (
    HAND_OVERS,
    HandOversFrame,
    OverlayAccountsFrame,
    OverlayChangesFrame,
    OverlayLogFrame,
    OverlayOpportunitiesFrame,
    OverlayPeopleFrame,
    OverlayStampsFrame,
)
from assignment_assets.domain.placed import READ_BACK
from assignment_assets.domain.tables import MOMENT, TEXT, WHOLE, Table

GIVEN, TAKEN = "given", "taken"
"""What the former person, and what the new one, says that they did."""
HandOverMarksFrame = NewType("HandOverMarksFrame", pl.DataFrame)
HAND_OVER_MARKS: Table[HandOverMarksFrame] = Table(
    "hand_over_marks",
    ("change_no", "part", "at"),
    {"change_no": WHOLE, "part": TEXT, "marked_by": TEXT, "at": MOMENT},
    is_log=True,
)
"""What people have acknowledged on the page; `marked_by` is their e-mail address."""
HandOverFactsFrame = NewType("HandOverFactsFrame", pl.DataFrame)
HAND_OVER_FACTS: Table[HandOverFactsFrame] = Table(
    "hand_over_facts", ("account_id", "kind", "line"), {"account_id": TEXT, "kind": TEXT, "line": TEXT}
)
"""What waits on an account in other systems, as it is mapped: `kind` such as renewal or ticket, and a line on each."""


@dataclass(frozen=True)
class OpenOpportunity:
    """An open opportunity as a letter lists it; the amount in cents, the day in words."""

    name: str
    stage: str
    amount: int
    close_on: str


@dataclass(frozen=True)
class HandOverLetter:
    """What one person is told about one change of an account's person; `side` is `gives` or `takes`.

    `other` is who has it, or had it, beside the addressee; `facts` are (kind, line) of what is mapped.
    """

    kind: ClassVar[str] = "hand_over"
    role: str
    label: str
    change_no: int
    side: str
    person: str
    email: str
    name: str
    account_id: str
    account: str
    other: str
    manager: str
    checklist: tuple[str, ...]
    opportunities: tuple[OpenOpportunity, ...]
    facts: tuple[tuple[str, str], ...]
    link: str

    @property
    def digest(self) -> str:
        """The same whenever the change is told of: nobody has a second letter about it."""
        named = {"role": self.role, "change_no": self.change_no, "side": self.side, "person": self.person}
        return hashlib.sha256(canonical_json(named).encode()).hexdigest()


def done_changes(changes: OverlayChangesFrame, stamps: OverlayStampsFrame, log: OverlayLogFrame) -> OverlayChangesFrame:
    """The changes that the account shows: nothing was to be written on it, or that was read back."""
    on_accounts = stamps.filter((pl.col("object") == "Account") & pl.col("change_no").is_not_null())
    shown = log.filter(pl.col("outcome").is_in(READ_BACK)).select("stamp_no")
    waiting = on_accounts.join(shown, on="stamp_no", how="anti").select("change_no")
    return OverlayChangesFrame(changes.join(waiting, on="change_no", how="anti"))


def hand_overs(
    roles: Overlays,
    done: OverlayChangesFrame,
    accounts: OverlayAccountsFrame,
    before: HandOversFrame,
    marks: HandOverMarksFrame,
) -> HandOversFrame:
    """Table `hand_overs`: a row a change of an account's person in a role that has a checklist.

    `told_at` is left to whoever sends the letters.
    """
    lines = {name: "\n".join(role.hand_over) for name, role in roles.roles.items() if role.hand_over}
    new = (
        done.filter(
            pl.col("role").is_in(list(lines))
            & pl.col("from_id").ne_missing(pl.col("to_id"))
            & ~pl.col("change_no").is_in(before["change_no"].implode())
        )
        .join(accounts.select("role", "account_id", account_name="name"), on=["role", "account_id"], how="left")
        .with_columns(
            *(pl.lit(None, MOMENT).alias(name) for name in ("told_at", "given_at", "taken_at")),
            checklist=pl.col("role").replace_strict(lines, default=None, return_dtype=TEXT),
        )
    )
    return acknowledged(HandOversFrame(pl.concat([before, HAND_OVERS.shaped(new)])), marks)


def acknowledged(rows: HandOversFrame, marks: HandOverMarksFrame) -> HandOversFrame:
    """The hand-overs with what people have said since: the first time counts."""
    for part, column in ((GIVEN, "given_at"), (TAKEN, "taken_at")):
        first = marks.filter(part=part).group_by("change_no").agg(pl.col("at").min())
        joined = rows.join(first, on="change_no", how="left")
        rows = HandOversFrame(joined.with_columns(pl.coalesce(column, "at").alias(column)).drop("at"))
    return HAND_OVERS.conform(rows)


def hand_over_letters(
    rows: HandOversFrame,
    roles: Overlays,
    people: OverlayPeopleFrame,
    opportunities: OverlayOpportunitiesFrame,
    facts: HandOverFactsFrame,
    links: Mapping[str, str],
) -> list[HandOverLetter]:
    """A letter to the former and to the new person of every hand-over that nobody was told of.

    Who is not active any more gets none: the other's letter names the role's manager.

    Parameters
    ----------
    links
        E-mail address, in lower case → the link to the person's page; empty where there is none.
    """
    known = {row["person_id"]: row for row in people.iter_rows(named=True)}
    open_ones = _open_opportunities(opportunities)
    waiting: dict[str, list[tuple[str, str]]] = {}
    for account_id, kind, line in HAND_OVER_FACTS.conform(facts).iter_rows():
        waiting.setdefault(account_id, []).append((kind, line))
    letters = []
    for row in rows.filter(pl.col("told_at").is_null()).iter_rows(named=True):
        role = roles.roles.get(row["role"])
        for side, person, other in (("gives", row["from_id"], row["to_id"]), ("takes", row["to_id"], row["from_id"])):
            addressee = known.get(person)
            if role is None or addressee is None or not addressee["is_active"]:
                continue
            letters.append(
                HandOverLetter(
                    row["role"],
                    role.label,
                    row["change_no"],
                    side,
                    person,
                    addressee["email"] or "",
                    addressee["name"] or person,
                    row["account_id"],
                    row["account_name"] or row["account_id"],
                    _named(known.get(other), other),
                    role.manager_email,
                    tuple((row["checklist"] or "").splitlines()),
                    tuple(open_ones.get(row["account_id"], [])),
                    tuple(waiting.get(row["account_id"], [])),
                    links.get((addressee["email"] or "").casefold(), ""),
                )
            )
    return letters


def _named(person: dict[str, Any] | None, person_id: str | None) -> str:
    if person is None:
        return person_id or "nobody"
    name = person["name"] or person["person_id"]
    return str(name) if person["is_active"] else f"{name} (not active any more)"


def _open_opportunities(opportunities: OverlayOpportunitiesFrame) -> dict[str, list[OpenOpportunity]]:
    found: dict[str, list[OpenOpportunity]] = {}
    rows = still_open(opportunities)
    for row in rows.sort("close_on", "opportunity_id", nulls_last=True).iter_rows(named=True):
        day = f"{row['close_on']:%-d %b %Y}" if row["close_on"] else "no day"
        shown = OpenOpportunity(
            row["name"] or row["opportunity_id"], row["stage"] or "no stage", row["amount_cents"] or 0, day
        )
        found.setdefault(row["account_id"], []).append(shown)
    return found
