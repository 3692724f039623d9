"""Whom an opportunity should have shown at a moment, while a look's edits are judged one after the other."""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from assignment_assets.domain.overlays.edit_trail import Touch
from assignment_assets.domain.overlays.overrides import CHANGES_OF_PERSON, STANDS, made
from assignment_assets.domain.overlays.tables import OverlayChangesFrame, OverlayEditsFrame
from assignment_assets.domain.overlays.wanted import AccountPeopleFrame


@dataclass
class Expected:
    """One opportunity's account by its changes, its override, and how often edits of it were set back.

    Attributes
    ----------
    person_id, is_known
        The account's person now; unknown where the CRM does not show the account: then everything is an edit.
    changes
        (moment, from, to) of the account's person in order of time.
    override
        (person, when) of the latest one, whether or not it still stands.
    """

    person_id: str | None
    is_known: bool
    changes: list[tuple[datetime, str | None, str | None]]
    keeps_overrides: bool
    override: tuple[str | None, datetime] | None = None
    set_back_at: list[tuple[str | None, datetime]] = field(default_factory=list)

    def wants(self, person_id: str | None, at: datetime) -> bool:
        """Whether the opportunity should show this person then or now."""
        return self._is_wanted(person_id, at) or self._is_wanted(person_id, None)

    def has_one_of(self, people: AbstractSet[str | None]) -> bool:
        """Whether it is known whom the opportunity should show now, and that is one of these."""
        return self.is_known and any(self._is_wanted(person_id, None) for person_id in people)

    def set_backs(self, by: str | None) -> int:
        """How often edits of this editor were set back since the account's person changed last."""
        since = self.changes[-1][0] if self.changes else datetime.min
        return Counter(editor for editor, at in self.set_back_at if at >= since)[by]

    def take(self, touch: Touch, verdict: str) -> None:
        """Goes on from an edit that has its verdict."""
        if verdict in STANDS:
            self.override = (touch.to_id, touch.at)
        if verdict == "set_back":
            self.set_back_at.append((touch.by, touch.at))

    def _is_wanted(self, person_id: str | None, at: datetime | None) -> bool:
        """At a moment; None is now, when the account's person is known for sure."""
        past = [change for change in self.changes if at is None or change[0] <= at]
        if self.override and (self.keeps_overrides or not past or self.override[1] >= past[-1][0]):
            return person_id == self.override[0]
        if not self.is_known:
            return False
        if at is None or not self.changes:
            return person_id == self.person_id
        return person_id == (past[-1][2] if past else self.changes[0][1])


@dataclass(frozen=True)
class InForce:
    """Who is expected on each opportunity, from the accounts' people now, all changes and all earlier edits."""

    people: Mapping[str, str | None]
    changes: Mapping[str, list[tuple[datetime, str | None, str | None]]]
    overrides: Mapping[str, tuple[str | None, datetime]]
    set_backs: Mapping[str, list[tuple[str | None, datetime]]]
    keeps_overrides: bool

    @classmethod
    def of(
        cls, people: AccountPeopleFrame, changes: OverlayChangesFrame, edits: OverlayEditsFrame, keeps_overrides: bool
    ) -> "InForce":
        """As the log has it before the edits that are judged now."""
        moment = pl.min_horizontal("changed_at", "received_at").alias("moment")
        ordered = pl.DataFrame(changes).filter(pl.col("why").is_in(CHANGES_OF_PERSON)).with_columns(moment)
        by_account: dict[str, list[tuple[datetime, str | None, str | None]]] = {}
        ordered = ordered.sort("moment", "look_no", nulls_last=True).select("account_id", "moment", "from_id", "to_id")
        for account_id, at, from_id, to_id in ordered.iter_rows():
            by_account.setdefault(account_id, []).append((at, from_id, to_id))
        latest = made(edits, "Opportunity").select("record_id", "person_id", "override_at")
        set_backs: dict[str, list[tuple[str | None, datetime]]] = {}
        gone = edits.filter((pl.col("object") == "Opportunity") & (pl.col("verdict") == "set_back"))
        for record_id, by, at in gone.select("record_id", "edited_by", "edited_at").iter_rows():
            set_backs.setdefault(record_id, []).append((by, at))
        return cls(
            dict(people.select("account_id", "person_id").iter_rows()),
            by_account,
            {record_id: (person_id, at) for record_id, person_id, at in latest.iter_rows()},
            set_backs,
            keeps_overrides,
        )

    def expected(self, opportunity_id: str, account_id: str | None) -> Expected:
        """The one of an opportunity and the account that it has now."""
        account = account_id or ""
        return Expected(
            self.people.get(account),
            account in self.people,
            self.changes.get(account, []),
            self.keeps_overrides,
            self.overrides.get(opportunity_id),
            list(self.set_backs.get(opportunity_id, [])),
        )
