"""What people changed of a role in the CRM, each with a verdict and a sentence that a manager understands.

Verdicts: stands, set_back, reported; of closed opportunities closed_allowed, closed_reported. Our own writes, and a
value that the record should show anyway, are no edits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from assignment_assets.domain.overlays.crm_seen import CrmSeen
from assignment_assets.domain.overlays.edit_trail import Evidence, Shown, Touch
from assignment_assets.domain.overlays.in_force import Expected, InForce
from assignment_assets.domain.overlays.people import called, names_of, who
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import OVERLAY_EDITS, OverlayEditsFrame, OverlayPeopleFrame
from assignment_assets.domain.overlays.wanted import AccountPeopleFrame

MOST_SET_BACKS = 3
"""How often the same person's or automation's edit of one record is set back before the account's person changes; then
it is reported alone, so that two automations do not fight for ever."""

OF_ACCOUNTS = {
    "stands": "the profile may override, so it stands until the system of truth names another one, and opportunities "
    "follow it",
    "reported": "the system of truth decides who it is, so the daily catch lists it and repairs it as configured",
}
NO_WORD = "the system of truth names nobody who is known for it, so the daily catch lists it"


@dataclass(frozen=True)
class Editors:
    """Who may what: the users of the CRM, and the profiles that the role lists."""

    role: OverlayRole
    names: Mapping[str, str]
    profiles: Mapping[str, str | None]
    active: frozenset[str | None]
    our_user_id: str

    @classmethod
    def of(cls, role: OverlayRole, people: OverlayPeopleFrame, our_user_id: str) -> "Editors":
        """Of the users that the CRM shows."""
        profiles = dict(people.select("person_id", "profile").iter_rows())
        active = frozenset([None, *people.filter("is_active")["person_id"]])
        return cls(role, names_of(people), profiles, active, our_user_id)

    def is_listed(self, user_id: str | None) -> bool:
        """Whether the user's profile may override."""
        return user_id is not None and self.profiles.get(user_id) in self.role.override_profiles

    def row(self, name: str, kind: str, account_id: str | None, touch: Touch, **judged: object) -> dict[str, object]:
        """One row of OVERLAY_EDITS."""
        return {
            "role": name,
            "object": kind,
            "record_id": touch.record_id,
            "account_id": account_id,
            "from_id": touch.from_id,
            "to_id": touch.to_id,
            "edited_by": touch.by,
            "edited_by_name": None if touch.by is None else who(touch.by, self.names),
            "profile": None if touch.by is None else self.profiles.get(touch.by),
            "edited_at": touch.at,
            "evidence": touch.evidence,
            "was_closed": False,
            **judged,
        }

    def words(self, touch: Touch, record: str) -> str:
        """What was done, by whom and when; how that is known where it is not from the field's history."""
        profile = self.profiles.get(touch.by) if touch.by else None
        by = who(touch.by, self.names) + (f" ({profile})" if profile else "")
        if touch.by == self.our_user_id:
            by = "an automation of the org, within the engine's own write,"
        ends = f"from {called(touch.from_id, self.names)} to {called(touch.to_id, self.names)}"
        known = "" if touch.evidence == "field_history" else " (as the record's last modification shows)"
        by = by[0].upper() + by[1:]
        return f"{by} changed the {self.role.label} of {record} {ends} at {touch.at:%Y-%m-%d %H:%M} UTC{known}"


def on_accounts(
    name: str,
    editors: Editors,
    before: CrmSeen,
    now: CrmSeen,
    people: AccountPeopleFrame,
    evidence: Evidence,
    earlier: OverlayEditsFrame,
) -> OverlayEditsFrame:
    """Edits of the account's own field where another system is the truth: they stand by a listed profile's person, else
    they are reported, and the daily catch sets them right as configured.

    Parameters
    ----------
    before, now
        What was known, and what this look has read.
    people
        Who is in force on the accounts by now.
    """
    seen = _seen(earlier, "Account")
    records = now.accounts.rename({"account_id": "record_id"})
    known = _shown(before.accounts.rename({"account_id": "record_id"}).join(records, on="record_id", how="semi"))
    in_force = dict(people.select("account_id", "person_id").iter_rows())
    rows = []
    for account_id, title, shown in _records(records):
        if account_id not in known:
            continue
        for touch in evidence.touches(account_id, known[account_id], shown):
            if touch.to_id == in_force.get(account_id) or (account_id, touch.at) in seen:
                continue
            verdict = "stands" if editors.is_listed(touch.by) else "reported"
            then = NO_WORD if account_id not in in_force else OF_ACCOUNTS[verdict]
            sentence = f"{editors.words(touch, title)}: {then}."
            rows.append(editors.row(name, "Account", account_id, touch, verdict=verdict, sentence=sentence))
    return _edits(rows)


def on_opportunities(
    name: str,
    editors: Editors,
    before: CrmSeen,
    now: CrmSeen,
    in_force: InForce,
    evidence: Evidence,
    earlier: OverlayEditsFrame,
) -> OverlayEditsFrame:
    """Edits of opportunities' primaries, judged in order of time.

    An edit counts as one of a closed opportunity where it came after the close; where only snapshots tell, where the
    opportunity was closed before and is still. A new opportunity's first person is judged where a listed profile's
    person set it.
    """
    seen = _seen(earlier, "Opportunity")
    records = _primaries(now)
    known = _shown(_primaries(before).join(records, on="record_id", how="semi"))
    facts = {row["opportunity_id"]: row for row in now.opportunities.iter_rows(named=True)}
    once = dict(before.opportunities.select("opportunity_id", "is_closed").iter_rows())
    rows = []
    for record_id, title, shown in _records(records):
        fact = facts[record_id]
        touches = evidence.touches(record_id, known.get(record_id), shown)
        is_new = record_id not in known
        if is_new and not touches:
            touches = _first_person(record_id, shown, fact["created_at"], evidence, editors)
        expected = in_force.expected(record_id, fact["account_id"])
        for touch in touches:
            if (record_id, touch.at) in seen or (editors.role.follows and expected.wants(touch.to_id, touch.at)):
                continue
            was_closed = _was_closed(touch, fact, is_new or bool(once.get(record_id)))
            verdict, then = _verdict(editors, touch, expected, was_closed=was_closed, is_closed=bool(fact["is_closed"]))
            expected.take(touch, verdict)
            sentence = f"{editors.words(touch, title)}: {then}."
            judged = {"was_closed": was_closed, "verdict": verdict, "sentence": sentence}
            rows.append(editors.row(name, "Opportunity", fact["account_id"], touch, **judged))
    return _edits(rows)


def _verdict(
    editors: Editors, touch: Touch, expected: Expected, *, was_closed: bool, is_closed: bool
) -> tuple[str, str]:
    """The verdict, and its reason as the end of a sentence."""
    role, is_listed = editors.role, editors.is_listed(touch.by)
    if was_closed and is_listed:
        return "closed_allowed", "it was closed, and the profile may edit closed ones"
    if was_closed:
        return "closed_reported", "it was closed, the profile may not edit closed ones, and the engine never does"
    if not role.follows:
        return "stands", "people of the role enter and change themselves while it is open, so it stands"
    if is_listed:
        until = "" if role.keeps_overrides else " until the account's person changes"
        return "stands", f"the profile may override, so it stands{until}"
    if touch.by is None:
        return "reported", "who did it cannot be told, so it is not set back"
    if not role.sets_back:
        return "reported", "the profile may not override; it is not set back, as configured"
    if is_closed:
        return "closed_reported", "the profile may not override; it has been closed since, so it is not set back"
    if not expected.has_one_of(editors.active):
        return "reported", "the account's person is not known or not active, so there is nobody to set it back to"
    if expected.set_backs(touch.by) >= MOST_SET_BACKS:
        return "reported", f"it was set back {MOST_SET_BACKS} times and came again, so a person should look"
    return "set_back", "the profile may not override, so it is set back"


def _was_closed(touch: Touch, fact: Mapping[str, object], was_closed_before: bool) -> bool:
    if not fact["is_closed"]:
        return False
    if touch.evidence != "field_history":
        return was_closed_before
    closed_at = fact["closed_at"]
    return isinstance(closed_at, datetime) and touch.at > closed_at


def _first_person(
    record_id: str, shown: Shown, created_at: datetime, evidence: Evidence, editors: Editors
) -> list[Touch]:
    is_theirs = editors.is_listed(shown.modified_by) and not evidence.is_ours(record_id, shown.person_id)
    if shown.person_id is None or not is_theirs or not editors.role.follows:
        return []
    return [Touch(record_id, None, shown.person_id, shown.modified_by, created_at, "snapshot")]


def _primaries(crm: CrmSeen) -> pl.DataFrame:
    """record_id, name, person_id, modified_at, modified_by of opportunities with a primary's row."""
    facts = crm.opportunities.select("opportunity_id", "name", "modified_at", "modified_by")
    rows = crm.primaries.select("opportunity_id", "person_id").join(facts, on="opportunity_id")
    return rows.rename({"opportunity_id": "record_id"})


def _records(rows: pl.DataFrame) -> Iterable[tuple[str, str, Shown]]:
    columns = ["record_id", "name", "person_id", "modified_at", "modified_by"]
    for record_id, title, *shown in rows.sort("record_id").select(columns).iter_rows():
        yield record_id, title or record_id, Shown(*shown)


def _shown(rows: pl.DataFrame) -> dict[str, Shown]:
    return {record_id: shown for record_id, _, shown in _records(rows)}


def _seen(earlier: OverlayEditsFrame, kind: str) -> set[tuple[str, datetime]]:
    return set(earlier.filter(pl.col("object") == kind).select("record_id", "edited_at").iter_rows())


def _edits(rows: list[dict[str, object]]) -> OverlayEditsFrame:
    return OVERLAY_EDITS.conform(pl.DataFrame(rows, schema=OVERLAY_EDITS.columns))
