"""One look at one role: from what was known and what was read to what is decided; nothing is written here.

The order is the rules': the truth's latest word, people's edits of accounts, changes of accounts, people's edits of
opportunities, then stamps.
"""

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from assignment_assets.domain.overlays import assignments, changes, edits, stamps
from assignment_assets.domain.overlays.crm_seen import CrmSeen, with_closes
from assignment_assets.domain.overlays.edit_trail import Evidence, HistoryFrame
from assignment_assets.domain.overlays.in_force import InForce
from assignment_assets.domain.overlays.overrides import standing_on_accounts, standing_on_opportunities
from assignment_assets.domain.overlays.people import TRAVELS, names_of
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.set_by import marked, with_overrides
from assignment_assets.domain.overlays.tables import (
    OVERLAY_ACCOUNTS,
    OVERLAY_EDITS,
    OVERLAY_STAMPS,
    CsAssignmentsFrame,
    CsEventsFrame,
    OpportunityRolesFrame,
    OverlayChangesFrame,
    OverlayEditsFrame,
    OverlayPeopleFrame,
    OverlayStampsFrame,
)
from assignment_assets.domain.overlays.wanted import (
    ACCOUNT_PEOPLE,
    OPPORTUNITY_PEOPLE,
    AccountPeopleFrame,
    OpportunityPeopleFrame,
    account_people,
    opportunity_people,
)


@dataclass(frozen=True)
class Known:
    """What the overlay log knows of one role before a look.

    Attributes
    ----------
    edits, changes
        All of the role, numbered or not.
    ours
        Stamps that were under way when the CRM was read last, or were decided since, whatever became of them.
    under_way
        Stamps that are not finished now (`stamps.under_way`).
    hindered
        Stamps that are to be made again (`stamps.hindered`).
    """

    assignments: CsAssignmentsFrame
    crm: CrmSeen
    edits: OverlayEditsFrame
    changes: OverlayChangesFrame
    ours: OverlayStampsFrame
    under_way: OverlayStampsFrame
    hindered: OverlayStampsFrame = field(default_factory=OVERLAY_STAMPS.empty)


@dataclass(frozen=True)
class Look:
    """What a look has read.

    Attributes
    ----------
    events
        Of the role, new ones (`assignments.new_events`).
    crm
        Records modified since it was read last, all, or none (`CrmSeen.nothing`), where a word should travel at once;
        `crm_seen.people_on` makes the people.
    history
        Of the fields of accounts and opportunities, since the last look or longer; None where the org keeps none.
    """

    events: CsEventsFrame
    crm: CrmSeen
    history: HistoryFrame | None
    people: OverlayPeopleFrame
    our_user_id: str
    at: datetime


@dataclass(frozen=True)
class Decided:
    """What comes of a look: the role's assignments and the CRM as they are now; new edits, changes and stamps.

    Attributes
    ----------
    roles
        All rows of the opportunities whose people are other than before: to be kept in place of theirs.
    """

    assignments: CsAssignmentsFrame
    crm: CrmSeen
    roles: OpportunityRolesFrame
    edits: OverlayEditsFrame
    changes: OverlayChangesFrame
    stamps: OverlayStampsFrame


def decided(name: str, role: OverlayRole, known: Known, look: Look) -> Decided:
    """What a look at a role comes to.

    Parameters
    ----------
    name
        The role's name in overlays.toml, which every row carries.
    """
    before = known.crm
    now = CrmSeen(look.crm.accounts, with_closes(before.opportunities, look.crm.opportunities), look.crm.roles)
    crm = before.with_newer(now)
    said = assignments.latest(known.assignments, look.events, role, look.people, crm.accounts["account_id"])
    account_edits, account_changes = _on_accounts(name, role, known, look, now, crm, said)
    all_changes = OverlayChangesFrame(pl.concat([known.changes, account_changes]))
    with_accounts = OVERLAY_EDITS.conform(pl.concat([known.edits, account_edits]))
    people = account_people(role, crm.accounts, said, with_accounts, all_changes)
    own_edits, read = _on_opportunities(name, role, known, look, now, people, all_changes)
    every_edit = OVERLAY_EDITS.conform(pl.concat([with_accounts, own_edits]))
    crm = _with_marks(role, crm.with_newer(read), every_edit, all_changes)
    wanted = wanted_of(role, crm, people, every_edit, all_changes)
    given = stamps.Stamping(name, role, crm, wanted, look.people, known.under_way)
    on_accounts = Evidence.of("Account", role.account_field, look.history, known.ours, look.our_user_id)
    called_for = stamps.together(
        stamps.for_overtaken_accounts(given, now, people, on_accounts),
        stamps.for_hindered(given, people, known.hindered),
        stamps.for_overtaken(given, now),
        stamps.set_backs(given, own_edits),
        stamps.for_moved(given, before),
        stamps.for_reopened(given, before),
        stamps.for_new_opportunities(given, before),
        stamps.for_changes(given, account_changes),
        stamps.for_accounts(given, account_changes),
    )
    new_edits = OVERLAY_EDITS.conform(pl.concat([account_edits, own_edits]))
    return Decided(said, crm, crm.roles_other_than(before), new_edits, account_changes, called_for)


def wanted_of(
    role: OverlayRole,
    crm: CrmSeen,
    people: AccountPeopleFrame,
    edits_so_far: OverlayEditsFrame,
    changes_so_far: OverlayChangesFrame,
) -> OpportunityPeopleFrame:
    """Whom each opportunity should show: overrides count where the role follows its account."""
    if not role.opportunity_field:
        return OPPORTUNITY_PEOPLE.empty()
    kept = edits_so_far if role.follows else OVERLAY_EDITS.empty()
    overrides = standing_on_opportunities(kept, changes_so_far, crm.opportunities, keeps_overrides=role.keeps_overrides)
    return opportunity_people(crm.opportunities, people, overrides)


def _on_opportunities(
    name: str,
    role: OverlayRole,
    known: Known,
    look: Look,
    now: CrmSeen,
    people: AccountPeopleFrame,
    all_changes: OverlayChangesFrame,
) -> tuple[OverlayEditsFrame, CrmSeen]:
    """Edits of opportunities, and the look's reading with who set what."""
    evidence = Evidence.of("Opportunity", role.opportunity_field, look.history, known.ours, look.our_user_id)
    own = OVERLAY_EDITS.empty()
    if role.opportunity_field and not known.crm.is_nothing:
        in_force = InForce.of(people, all_changes, known.edits, role.keeps_overrides)
        editors = edits.Editors.of(role, look.people, look.our_user_id)
        own = edits.on_opportunities(name, editors, known.crm, now, in_force, evidence, known.edits)
    roles = marked(role, known.crm, now, people, own, evidence)
    return own, CrmSeen(now.accounts, now.opportunities, roles)


def _with_marks(
    role: OverlayRole, crm: CrmSeen, every_edit: OverlayEditsFrame, all_changes: OverlayChangesFrame
) -> CrmSeen:
    """The CRM with the marks of overrides as they stand now, where the role follows."""
    if not role.follows:
        return crm
    overrides = standing_on_opportunities(
        every_edit, all_changes, crm.opportunities, keeps_overrides=role.keeps_overrides
    )
    still_open = crm.opportunities.filter(~pl.col("is_closed"))
    return CrmSeen(crm.accounts, crm.opportunities, with_overrides(crm.roles, overrides, still_open))


def _on_accounts(
    name: str, role: OverlayRole, known: Known, look: Look, now: CrmSeen, crm: CrmSeen, said: CsAssignmentsFrame
) -> tuple[OverlayEditsFrame, OverlayChangesFrame]:
    """Edits of accounts' fields and the changes of accounts' people, by where the role's truth lies."""
    names = names_of(look.people)
    before = known.crm
    if role.truth == "crm":
        shown = account_people(role, before.accounts, known.assignments, known.edits, known.changes)
        by_crm = changes.of_crm(role, before.accounts, now.accounts, shown, look.history, look.at, names)
        return OVERLAY_EDITS.empty(), by_crm
    once = before.with_newer(before.with_only_new_accounts(now)).accounts
    in_force = account_people(role, once, known.assignments, known.edits, known.changes)
    evidence = Evidence.of("Account", role.account_field, look.history, known.ours, look.our_user_id)
    editors = edits.Editors.of(role, look.people, look.our_user_id)
    people = ACCOUNT_PEOPLE.conform(
        account_people(role, crm.accounts, said, known.edits, known.changes).join(
            said.filter(pl.col("standing").is_in(TRAVELS)), on="account_id", how="semi"
        )
    )
    own = edits.on_accounts(name, editors, before, now, people, evidence, known.edits)
    every_edit = OVERLAY_EDITS.conform(pl.concat([known.edits, own]))
    overridden_too = account_people(role, once, known.assignments, every_edit, known.changes)
    by_truth = changes.of_truth(role, known.assignments, said, crm.accounts, overridden_too, every_edit, names)
    by_override = changes.of_overrides(name, role, own, by_truth, in_force, look.at, names)
    overridden = standing_on_accounts(every_edit, known.changes).rename({"record_id": "account_id"})
    unsaid = OVERLAY_ACCOUNTS.conform(
        now.accounts.join(people, on="account_id", how="anti").join(overridden, on="account_id", how="anti")
    )
    by_crm = changes.of_crm(role, before.accounts, unsaid, in_force, look.history, look.at, names)
    return own, OverlayChangesFrame(pl.concat([by_truth, by_override, by_crm]).sort("account_id"))
