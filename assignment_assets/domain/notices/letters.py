"""Who is told what after approval and before a deadline: the facts of each letter, without words or addresses."""

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property

import polars as pl

from assignment_assets.domain.gates.gates import Addressee
from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.domain.regions import regions_of_owners


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

    `kind` is `receiver` (accounts of their own come or go), `director` (accounts of their reps) or `revoked` (what an
    earlier letter said is taken back: `comes` do not come, `goes` stay).
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


def handoffs(
    cycle: str, approved: pl.DataFrame, accounts: pl.DataFrame, reps: pl.DataFrame, opportunities: pl.DataFrame
) -> list[Handoff]:
    """A letter for every receiver of approved accounts, and one for every director whose reps they touch.

    Where an approval was revoked, the same people have a letter that takes it back.

    One letter a sign-off and person: a region that signs later is told of in a letter of its own. What a receiver
    gives away in the same sign-off is in their letter too; who only gives has the director's.

    Parameters
    ----------
    approved
        APPROVED_DIFF; rows with status `approved` and `revoked` are told.
    accounts, reps, opportunities
        The tables of those names.
    """
    letters = []
    for status in ("approved", "revoked"):
        rows = _told(approved.filter(pl.col("status") == status), accounts, reps, opportunities)
        for (number,), mine in rows.group_by("sign_off_no", maintain_order=True):
            letters += _to_receivers(cycle, number, mine, reps, "receiver" if status == "approved" else status)
            letters += _to_directors(cycle, number, mine, reps, "director" if status == "approved" else status)
    return letters


def missing_people(persons: tuple[Addressee, ...]) -> list[Addressee]:
    """Each person once, whatever the number of regions that they are asked about."""
    return list({each.person: each for each in persons}.values())


def _to_receivers(cycle: str, number: int, rows: pl.DataFrame, reps: pl.DataFrame, kind: str) -> list[Handoff]:
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


def _to_directors(cycle: str, number: int, rows: pl.DataFrame, reps: pl.DataFrame, kind: str) -> list[Handoff]:
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


def _told(approved, accounts, reps, opportunities) -> pl.DataFrame:
    deals = (
        opportunities.filter(~pl.col("is_closed"))
        .group_by("account_id")
        .agg(open_deals=pl.len().cast(pl.Int64), open_amount_cents=pl.col("amount_cents").sum())
    )
    names = reps.select("rep_id", "name")
    is_revoked = pl.col("status") == "revoked"
    rows = (
        approved.with_columns(reason_sentence=pl.when(is_revoked).then("deferred_because").otherwise("reason_sentence"))
        .drop("region")
        .join(
            accounts.select("account_id", "name", "state", "value_cents").rename({"name": "account"}),
            on="account_id",
            how="left",
        )
        .join(deals, on="account_id", how="left")
    )
    for end in ("old", "new"):
        rows = rows.join(
            names.rename({"rep_id": f"{end}_owner_id", "name": f"{end}_name"}), on=f"{end}_owner_id", how="left"
        )
    return rows.with_columns(
        pl.col("open_deals", "open_amount_cents", "value_cents").fill_null(0),
        pl.col("account").fill_null(pl.col("account_id")),
        pl.col("state", "reason_sentence").fill_null(""),
        pl.col("old_name").fill_null("nobody"),
        pl.col("new_name").fill_null(pl.col("new_owner_id")),
    ).sort("sign_off_no", pl.col("value_cents"), "account_id", descending=[False, True, False])


def _handovers(rows: pl.DataFrame) -> tuple[Handover, ...]:
    return tuple(
        Handover(
            row["account_id"],
            row["account"],
            row["state"],
            row["value_cents"],
            row["old_name"],
            row["new_name"],
            row["reason_sentence"],
            row["open_deals"],
            row["open_amount_cents"],
        )
        for row in rows.to_dicts()
    )
