"""What the judge of a review looks up: edits, reps and edited accounts as plain values, and each book's load."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NewType

import polars as pl

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.domain.identity.person_keys import safe_key
from assignment_assets.domain.setup.current_books import INSIDE_SALES
from assignment_assets.domain.setup.overrides import CoverageOverridesFrame
from assignment_assets.domain.tables import FLAG, TEXT, TEXTS, WHOLE, Table

ReviewEditsFrame = NewType("ReviewEditsFrame", pl.DataFrame)
ReviewBooksFrame = NewType("ReviewBooksFrame", pl.DataFrame)
ReviewRepsFrame = NewType("ReviewRepsFrame", pl.DataFrame)
FallbackFrame = NewType("FallbackFrame", pl.DataFrame)
WithdrawnFrame = NewType("WithdrawnFrame", pl.DataFrame)

REVIEW_EDITS: Table[ReviewEditsFrame] = Table(
    "review_edits",
    ("receipt_no", "row_no", "edit_kind", "account_id", "rep_id"),
    {
        "receipt_no": WHOLE,
        "director": TEXT,
        "row_no": WHOLE,
        "edit_kind": TEXT,  # add, drop
        "rep_id": TEXT,
        "account_id": TEXT,
        "edit_reason": TEXT,
        "note": TEXT,
    },
)
REVIEW_BOOKS: Table[ReviewBooksFrame] = Table(
    "review_books",
    ("account_id",),
    {
        "account_id": TEXT,
        "state": TEXT,
        "current_owner_id": TEXT,
        "proposed_owner_id": TEXT,
        "owner_kind": TEXT,  # field, inside_sales
        "is_locked": FLAG,
        "move_reason": TEXT,
        "reason_sentence": TEXT,
    },
)
REVIEW_REPS: Table[ReviewRepsFrame] = Table(
    "review_reps",
    ("rep_id",),
    {
        "rep_id": TEXT,
        "name": TEXT,
        "team": TEXT,  # field, arm, growers, activators
        "region": TEXT,
        "director_email": TEXT,
        "covered_states": TEXTS,
        "capacity": WHOLE,
        "is_active": FLAG,
        "is_on_leave": FLAG,
        "is_receiver": FLAG,
        "fixed_count": WHOLE,
    },
)
FALLBACK: Table[FallbackFrame] = Table("fallback", ("account_id",), {"account_id": TEXT, "member_id": TEXT})
WITHDRAWN: Table[WithdrawnFrame] = Table("withdrawn", ("account_id",), {"account_id": TEXT, "other_cycle": TEXT})


@dataclass(frozen=True, eq=False)
class Edit:
    """One row of a director's review; two rows with the same content are two edits. An id that is missing is empty."""

    receipt_no: int
    director: str
    row_no: int
    edit_kind: str
    rep_id: str
    account_id: str
    edit_reason: str | None
    note: str | None

    @property
    def order(self) -> tuple[int, bool, int, str, str]:
        """Where it stands: by receipt; within one, drops before adds, each in row order."""
        return self.receipt_no, self.edit_kind == "add", self.row_no, self.account_id, self.rep_id

    @property
    def because(self) -> str:
        """Who wanted it and why, as the move's sentence tells it."""
        note = f" – {self.note.strip()}" if self.note and self.note.strip() else ""
        return f"{self.director} (receipt {self.receipt_no}): {(self.edit_reason or '').replace('_', ' ')}{note}"


@dataclass(frozen=True)
class Rep:
    """A field rep or an Inside Sales member, with the number of accounts outside the pool that fill seats."""

    rep_id: str
    name: str
    team: str
    region: str | None
    director_email: str | None
    covered_states: frozenset[str]
    capacity: int
    is_active: bool
    is_on_leave: bool
    is_receiver: bool
    fixed_count: int

    @property
    def is_field(self) -> bool:
        """True for reps who have books under the rules; False for Inside Sales."""
        return self.team == "field"

    @property
    def is_inside_sales(self) -> bool:
        """True for who works a queue; False for a placeholder, which means nobody."""
        return self.team in INSIDE_SALES


@dataclass(frozen=True)
class Account:
    """One account that an edit names: where it is proposed, where it was."""

    account_id: str
    state: str | None
    current_owner_id: str | None
    proposed_owner_id: str
    is_in_field_book: bool
    is_locked: bool


@dataclass(frozen=True)
class ReviewFacts:
    """Everything that is looked up while edits are judged; `loads` counts each field book as proposed."""

    reps: dict[str, Rep]
    accounts: dict[str, Account]
    loads: dict[str, int]
    regions_of: dict[str, frozenset[str]]
    fallback: dict[str, str]
    overrides: dict[tuple[str, str], str]
    withdrawn: dict[str, str]

    def heads(self, director: str, rep_id: str) -> bool:
        """True where the rep's region is one of the director's."""
        return self.reps[rep_id].region in self.regions_of.get(person_key(director), frozenset())

    def name(self, rep_id: str | None) -> str:
        """The person's name, or the id where the person is not among the reps."""
        return self.reps[rep_id].name if rep_id is not None and rep_id in self.reps else str(rep_id)

    def book(self, rep_id: str | None) -> str:
        """The book as sentences call it."""
        return f"{self.name(rep_id)}'s book"

    def region(self, rep_id: str) -> str:
        """The rep's region as sentences call it."""
        return self.reps[rep_id].region or "no region"

    def covers(self, rep_id: str, account: Account) -> bool:
        """True where the rep covers the account's state, or Growth Strategy made a named exception."""
        return account.state in self.reps[rep_id].covered_states or (account.account_id, rep_id) in self.overrides


def person_key(email: str | None) -> str:
    """The e-mail address as people are told apart: without case and outer spaces, and safe as a folder's name."""
    plain = (email or "").strip().casefold()
    return safe_key(plain) if plain else plain


def read_edits(edits: ReviewEditsFrame) -> list[Edit]:
    """Edits in the order in which they are judged, whatever the order of the rows."""
    rows = REVIEW_EDITS.conform(edits).with_columns(pl.col("rep_id", "account_id").fill_null(""))
    return sorted((Edit(**row) for row in rows.to_dicts()), key=lambda edit: (edit.order, edit.because))


def read_facts(
    books: ReviewBooksFrame,
    reps: ReviewRepsFrame,
    fallback: FallbackFrame,
    coverage_overrides: CoverageOverridesFrame,
    withdrawn: WithdrawnFrame,
    account_ids: Iterable[str],
) -> ReviewFacts:
    """The facts that judging edits on `account_ids` needs.

    Raises
    ------
    BrokenInvariant
        Where an account is proposed for a field rep who is not among the reps.
    """
    named = pl.DataFrame({"account_id": sorted({a for a in account_ids if a})}, schema={"account_id": pl.String})
    rep_values = {row["rep_id"]: _rep(row) for row in REVIEW_REPS.conform(reps).to_dicts()}
    regions_of: dict[str, frozenset[str]] = {}
    for rep in rep_values.values():
        if rep.is_field and rep.region and rep.director_email:
            director = person_key(rep.director_email)
            regions_of[director] = regions_of.get(director, frozenset()) | {rep.region}
    strangers = books.filter(pl.col("owner_kind") == "field").join(
        reps.filter(pl.col("team") == "field"), left_on="proposed_owner_id", right_on="rep_id", how="anti"
    )
    if not strangers.is_empty():
        shown = ", ".join(f"{a} ({o})" for a, o in strangers["account_id", "proposed_owner_id"].head(5).iter_rows())
        raise BrokenInvariant(f"Review: {strangers.height} accounts are proposed for reps who do not exist: {shown}.")
    stays = pl.col("account_id").is_in(withdrawn["account_id"].implode())
    owners = books.select(owner_id=pl.when(stays).then("current_owner_id").otherwise("proposed_owner_id"))
    given = dict(owners.group_by("owner_id").len().iter_rows())
    edited = REVIEW_BOOKS.conform(books.join(named, on="account_id", how="semi"))
    return ReviewFacts(
        reps=rep_values,
        accounts={row["account_id"]: _account(row) for row in edited.to_dicts()},
        loads={r.rep_id: given.get(r.rep_id, 0) + r.fixed_count for r in rep_values.values() if r.is_field},
        regions_of=regions_of,
        fallback=dict(fallback.join(named, on="account_id", how="semi").select("account_id", "member_id").iter_rows()),
        overrides={
            (account, rep): why
            for account, rep, why in coverage_overrides.select("account_id", "rep_id", "reason").iter_rows()
        },
        withdrawn=dict(withdrawn.select("account_id", "other_cycle").iter_rows()),
    )


def _rep(row: dict[str, Any]) -> Rep:
    covered = frozenset(row["covered_states"] or ())
    filled = {"covered_states": covered, "capacity": row["capacity"] or 0, "name": row["name"] or row["rep_id"]}
    return Rep(**{**row, **filled})


def _account(row: dict[str, Any]) -> Account:
    return Account(
        account_id=row["account_id"],
        state=row["state"],
        current_owner_id=row["current_owner_id"],
        proposed_owner_id=row["proposed_owner_id"],
        is_in_field_book=row["owner_kind"] == "field",
        is_locked=bool(row["is_locked"]),
    )
