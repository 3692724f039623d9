"""Which records are written: an account's field, and the open opportunities that follow it or are new.

Every rule stamps with the person that the record should show (`wanted`), so rules never disagree; where two call for
one record in a look, the later in `together` says why. A closed or merged opportunity is never stamped; nor is what
the CRM shows or will show, once what is under way is written, or a person whom the CRM does not know as active. A stamp
under way that expects another person than the CRM shows now will not be written, so the record is stamped again; where
it is wanted no more, what the CRM shows is stamped over it, so that the writer withdraws it. Numbers are given later
(`numbering`).
"""

from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.overlays.crm_seen import CrmSeen, still_open
from assignment_assets.domain.overlays.edit_trail import Evidence
from assignment_assets.domain.overlays.overrides import CHANGES_OF_PERSON
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import (
    OVERLAY_STAMPS,
    OverlayChangesFrame,
    OverlayEditsFrame,
    OverlayLogFrame,
    OverlayPeopleFrame,
    OverlayStampsFrame,
)
from assignment_assets.domain.overlays.wanted import AccountPeopleFrame, OpportunityPeopleFrame

UNFINISHED = ("unknown", "deferred", "held", "not_visible")
"""Outcomes after which a write is taken up again."""
MODIFIED_MEANWHILE = "MODIFIED_MEANWHILE"
"""The code of a drift in which the person was still who was expected."""


@dataclass(frozen=True)
class Stamping:
    """What every rule looks at.

    Attributes
    ----------
    crm
        Everything that is known of the CRM, this look's reading in it.
    wanted
        Whom each opportunity should show; of those that copy, their account's person.
    under_way
        Our stamps that are not finished.
    """

    name: str
    role: OverlayRole
    crm: CrmSeen
    wanted: OpportunityPeopleFrame
    people: OverlayPeopleFrame
    under_way: OverlayStampsFrame

    @property
    def open(self) -> pl.DataFrame:
        """record_id, account_id, expected_id, new_id, set_by of the opportunities that may be written."""
        facts = still_open(self.crm.opportunities)
        shown = self.crm.primaries.select("opportunity_id", "set_by", expected_id="person_id")
        rows = facts.select("opportunity_id").join(shown, on="opportunity_id").join(self.wanted, on="opportunity_id")
        return rows.rename({"opportunity_id": "record_id", "person_id": "new_id"})


def for_accounts(given: Stamping, changes: OverlayChangesFrame) -> OverlayStampsFrame:
    """The accounts' own fields, where another system is the truth."""
    if given.role.truth == "crm":
        return OVERLAY_STAMPS.empty()
    shown = given.crm.accounts.select("account_id", expected_id="person_id")
    is_repair = pl.col("why") == "repair"
    rows = changes.join(shown, on="account_id").with_columns(
        record_id="account_id",
        new_id="to_id",
        why=pl.when(is_repair).then(pl.lit("repair")).otherwise(pl.lit("account")),
    )
    return _stamps(given, rows, "Account", given.role.account_field)


def for_answers(given: Stamping, changes: OverlayChangesFrame) -> OverlayStampsFrame:
    """The accounts' own fields, where they are the truth and the role's manager has accepted who is proposed."""
    shown = given.crm.accounts.select("account_id", expected_id="person_id")
    rows = changes.join(shown, on="account_id").with_columns(
        record_id="account_id", new_id="to_id", why=pl.lit("account")
    )
    return _stamps(given, rows, "Account", given.role.account_field)


def for_changes(given: Stamping, changes: OverlayChangesFrame) -> OverlayStampsFrame:
    """All open opportunities of accounts whose person changes, where the role follows; a repair is no change."""
    if not given.role.follows:
        return OVERLAY_STAMPS.empty()
    moved = changes.filter(pl.col("why").is_in(CHANGES_OF_PERSON)).select("account_id")
    return _on_opportunities(given, given.open.join(moved, on="account_id", how="semi"), "open_opportunity")


def for_new_opportunities(given: Stamping, before: CrmSeen) -> OverlayStampsFrame:
    """Opportunities that were not there at the last look; those that copy at creation only where nobody is entered."""
    if before.is_nothing:
        return OVERLAY_STAMPS.empty()
    known = before.opportunities.select(record_id="opportunity_id")
    rows = given.open.join(known, on="record_id", how="anti")
    if not given.role.follows:
        rows = rows.filter(pl.col("expected_id").is_null())
    return _on_opportunities(given, rows, "new_opportunity")


def for_reopened(given: Stamping, before: CrmSeen) -> OverlayStampsFrame:
    """Opportunities that were closed at the last look and are open now: those that follow do so again."""
    if not given.role.follows:
        return OVERLAY_STAMPS.empty()
    closed = before.opportunities.filter("is_closed").select(record_id="opportunity_id")
    return _on_opportunities(given, given.open.join(closed, on="record_id", how="semi"), "reopened")


def for_moved(given: Stamping, before: CrmSeen) -> OverlayStampsFrame:
    """Opportunities that belong to another account than at the last look."""
    if not given.role.follows:
        return OVERLAY_STAMPS.empty()
    places = before.opportunities.select(record_id="opportunity_id", former_id="account_id")
    rows = given.open.join(places, on="record_id").filter(pl.col("account_id").ne_missing(pl.col("former_id")))
    return _on_opportunities(given, rows, "open_opportunity")


def for_overtaken(given: Stamping, now: CrmSeen) -> OverlayStampsFrame:
    """What the look has read as the engine's own, but is no longer wanted: an older write that came late."""
    if not given.role.follows:
        return OVERLAY_STAMPS.empty()
    read = now.opportunities.select(record_id="opportunity_id")
    rows = given.open.filter(pl.col("set_by") == "engine").join(read, on="record_id", how="semi")
    return _on_opportunities(given, rows, "open_opportunity")


def for_overtaken_accounts(
    given: Stamping, now: CrmSeen, people: AccountPeopleFrame, evidence: Evidence
) -> OverlayStampsFrame:
    """The same of accounts' own fields: an account's person changed back before an older stamp was written.

    Parameters
    ----------
    people
        Who is in force on the accounts.
    evidence
        Of the accounts' field.
    """
    if given.role.truth == "crm":
        return OVERLAY_STAMPS.empty()
    shown = now.accounts.select("account_id", expected_id="person_id")
    rows = shown.join(people.rename({"person_id": "new_id"}), on="account_id")
    rows = rows.filter(pl.col("expected_id").ne_missing(pl.col("new_id")))
    ours = [evidence.is_our_write(*row) for row in rows.select("account_id", "expected_id").iter_rows()]
    late = rows.filter(pl.Series(ours, dtype=pl.Boolean))
    late = late.with_columns(record_id="account_id", why=pl.lit("account"))
    return _stamps(given, late, "Account", given.role.account_field)


def set_backs(given: Stamping, edits: OverlayEditsFrame) -> OverlayStampsFrame:
    """Opportunities whose edit has the verdict set_back.

    An edit has it once, and what is under way may have been written before it.
    """
    if not given.role.follows:
        return OVERLAY_STAMPS.empty()
    edited = edits.filter((pl.col("object") == "Opportunity") & (pl.col("verdict") == "set_back")).select("record_id")
    rows = given.open.join(edited, on="record_id", how="semi").with_columns(why=pl.lit("set_back"))
    return _stamps(given, rows, "Opportunity", given.role.opportunity_field, OVERLAY_STAMPS.empty())


def for_hindered(given: Stamping, people: AccountPeopleFrame, hindered: OverlayStampsFrame) -> OverlayStampsFrame:
    """What was not written because something else of the record changed in that moment, and is still as it was.

    Parameters
    ----------
    people
        Who is in force on the accounts.
    hindered
        Stamps that ended so (`hindered`).
    """
    same = ["record_id", "expected_id"]
    shown = given.crm.accounts.select("account_id", record_id="account_id", expected_id="person_id")
    accounts = shown.join(people.rename({"person_id": "new_id"}), on="account_id").with_columns(why=pl.lit("account"))
    accounts = accounts.join(hindered.filter(object="Account"), on=same, how="semi", nulls_equal=True)
    left = given.open.join(hindered.filter(object="Opportunity"), on=same, how="semi", nulls_equal=True)
    return OverlayStampsFrame(
        pl.concat(
            [
                _stamps(given, accounts, "Account", given.role.account_field),
                _on_opportunities(given, left, "open_opportunity"),
            ]
        )
    )


def repairs(given: Stamping, record_ids: list[str]) -> OverlayStampsFrame:
    """Opportunities that the daily catch sets right."""
    return _on_opportunities(given, given.open.filter(pl.col("record_id").is_in(record_ids)), "repair")


def together(*frames: OverlayStampsFrame) -> OverlayStampsFrame:
    """At most one stamp a role and record: the later frame's."""
    rows = pl.concat(list(frames)).unique(["role", "object", "record_id"], keep="last", maintain_order=True)
    return OverlayStampsFrame(OVERLAY_STAMPS.shaped(rows).sort("role", "object", "record_id"))


def under_way(stamps: OverlayStampsFrame, log: OverlayLogFrame) -> OverlayStampsFrame:
    """Stamps that the log has no outcome of, or one after which they are taken up again."""
    last = log.sort("stamp_no", "attempt").unique("stamp_no", keep="last")
    finished = last.filter(~pl.col("outcome").is_in(UNFINISHED))
    return OverlayStampsFrame(stamps.join(finished, on="stamp_no", how="anti"))


def hindered(stamps: OverlayStampsFrame, log: OverlayLogFrame) -> OverlayStampsFrame:
    """Records' last stamps that were not written because something else of the record changed in that moment."""
    last = stamps.sort("stamp_no").unique(["role", "object", "record_id"], keep="last")
    ended = log.sort("stamp_no", "attempt").unique("stamp_no", keep="last")
    gone = ended.filter((pl.col("outcome") == "drift") & (pl.col("error_code") == MODIFIED_MEANWHILE))
    return OVERLAY_STAMPS.conform(last.join(gone, on="stamp_no", how="semi"))


def superseded(under_way: OverlayStampsFrame, new: OverlayStampsFrame) -> OverlayStampsFrame:
    """Stamps under way whose record gets another person now: the writer need not send them any more."""
    records = new.select("role", "object", "record_id", newer_id="new_id")
    rows = under_way.join(records, on=["role", "object", "record_id"])
    return OVERLAY_STAMPS.conform(rows.filter(pl.col("new_id").ne_missing(pl.col("newer_id"))))


def _on_opportunities(given: Stamping, rows: pl.DataFrame, why: str) -> OverlayStampsFrame:
    if not given.role.opportunity_field:
        return OVERLAY_STAMPS.empty()
    return _stamps(given, rows.with_columns(why=pl.lit(why)), "Opportunity", given.role.opportunity_field)


def _stamps(
    given: Stamping, rows: pl.DataFrame, kind: str, field: str, under_way: OverlayStampsFrame | None = None
) -> OverlayStampsFrame:
    active = given.people.filter("is_active").select(new_id="person_id")
    travels = pl.col("new_id").is_null() | pl.col("new_id").is_in(active["new_id"].implode())
    rows = rows.filter(travels).with_columns(
        *(pl.lit(None, pl.Int64).alias(column) for column in ("stamp_no", "change_no", "look_no")),
        role=pl.lit(given.name),
        object=pl.lit(kind),
        field=pl.lit(field),
        decided_at=pl.lit(None, pl.Datetime("us")),
    )
    record = ["role", "object", "record_id"]
    waiting = given.under_way if under_way is None else under_way
    last = waiting.sort("stamp_no").unique(record, keep="last")
    rows = rows.join(
        last.select(*record, before_id="expected_id", coming_id="new_id", is_coming=pl.lit(True)), on=record, how="left"
    )
    is_coming = pl.col("is_coming").fill_null(False) & pl.col("before_id").eq_missing(pl.col("expected_id"))
    will_show = pl.when(is_coming).then("coming_id").otherwise("expected_id")
    return OverlayStampsFrame(
        OVERLAY_STAMPS.shaped(rows.filter(will_show.ne_missing(pl.col("new_id")))).sort("record_id")
    )
