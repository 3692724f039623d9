"""Every change of a person that is known, whoever tells of it: the CRM's field history, our own log, what looks saw.

The same change may be told twice. What the CRM's history tells has the CRM's time and goes before our log's line of the
same write; what a look found later is no change where it was known already.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType

import polars as pl

from assignment_assets.domain.overlays.edit_trail import HistoryFrame
from assignment_assets.domain.overlays.roles import OWNER, Overlays
from assignment_assets.domain.overlays.tables import (
    OpportunityRolesFrame,
    OverlayAccountsFrame,
    OverlayEditsFrame,
    OverlayHistoryFrame,
    OverlayLogFrame,
    OverlayOpportunitiesFrame,
    OverlayPeopleFrame,
    OverlayStampsFrame,
)
from assignment_assets.domain.tables import MOMENT, TEXT, Table

ACCOUNT, OPPORTUNITY = "Account", "Opportunity"
OWNER_FIELDS = ("ownerid", "owner")
"""How histories of the CRM call the account's owner."""
END = datetime(9999, 12, 31)
"""After every time that there is."""
SAME_WRITE = timedelta(minutes=10)
"""So far the CRM's clock and ours may be apart for what one of our writes is called in both."""

OwnerWritesFrame = NewType("OwnerWritesFrame", pl.DataFrame)
OWNER_WRITES: Table[OwnerWritesFrame] = Table(
    "owner_writes", ("account_id", "at"), {"account_id": TEXT, "old_id": TEXT, "new_id": TEXT, "at": MOMENT}
)
"""Owners that the engine has written and read back: the waterfall's write-back log, and routing's writes."""
ClosesFrame = NewType("ClosesFrame", pl.DataFrame)
CLOSES: Table[ClosesFrame] = Table(
    "closes", ("opportunity_id", "closed_at"), {"opportunity_id": TEXT, "closed_at": MOMENT, "reopened_at": MOMENT}
)
"""Times in which opportunities were closed, where the CRM's history of the stage tells; `reopened_at` null: still."""
KnownChangesFrame = NewType("KnownChangesFrame", pl.DataFrame)
KNOWN_CHANGES: Table[KnownChangesFrame] = Table(
    "known_changes",
    ("role", "object", "record_id", "at", "part", "to_id", "from_id"),
    {
        "role": TEXT,
        "object": TEXT,
        "record_id": TEXT,
        "part": TEXT,  # primary; supporting: somebody who came (from null) or went (to null)
        "from_id": TEXT,
        "to_id": TEXT,
        "at": MOMENT,
        "set_by": TEXT,
        "by_name": TEXT,
        "evidence": TEXT,
        "may_after_close": pl.Boolean,  # a listed profile did, so that it counts after the close too
    },
)


@dataclass(frozen=True)
class Sources:
    """All that tells who was on what; `engine_users` are the CRM users as whom the engine writes.

    `field_history` may have the rows of the roles' fields and of the accounts' owner; ids, not names.

    Without `closes` an opportunity that was closed and opened again before the history was drawn has no entry of it.
    """

    roles: Overlays
    people: OverlayPeopleFrame
    accounts: OverlayAccountsFrame
    opportunities: OverlayOpportunitiesFrame
    parts: OpportunityRolesFrame
    edits: OverlayEditsFrame
    stamps: OverlayStampsFrame
    log: OverlayLogFrame
    field_history: HistoryFrame
    owner_writes: OwnerWritesFrame
    engine_users: tuple[str, ...] = ()
    closes: ClosesFrame = field(default_factory=CLOSES.empty)


def known_changes(given: Sources) -> KnownChangesFrame:
    """Every change by record and time; several may tell of the same one."""
    edited = _of_edits(given)
    # an edit that was judged says more of the same line of the CRM's history
    same = ["role", "object", "record_id", "part", "to_id", "at"]
    kept = _of_field_history(given).join(edited, on=same, how="anti", nulls_equal=True)
    written = pl.concat([_of_log(given), _of_owner_writes(given.owner_writes)])
    told, ours = _once(pl.concat([kept, edited]), written)
    return KNOWN_CHANGES.conform(pl.concat([told, ours]))


def remembered(before: OverlayHistoryFrame, starts: pl.DataFrame) -> KnownChangesFrame:
    """The changes that the history itself tells of: the CRM keeps its own for some months only.

    What stood when a record came to be known is no change: it was taken for granted then.

    Parameters
    ----------
    before
        The table's rows in force, as it was at the time.
    starts
        role, object, record_id, start_at.
    """
    record = ["role", "object", "record_id"]
    is_supporting, came_at, went_at = pl.col("part") == "supporting", pl.col("from_at"), pl.col("until_at")
    former = pl.col("person_id").shift(1).over([*record, "part"], order_by=["from_at", "until_at"], nulls_last=False)
    in_order = before.with_columns(pl.col("until_at").fill_null(END)).with_columns(former_id=former)
    seen = in_order.join(starts, on=record, how="left")
    is_start = came_at.eq_missing(pl.col("start_at")) & ~is_supporting
    came = seen.filter(came_at.is_not_null() & ~is_start).with_columns(
        from_id=pl.when(~is_supporting).then("former_id"), to_id="person_id", at="from_at"
    )
    went = seen.filter(is_supporting & (went_at < END) & ~pl.col("was_at_close")).with_columns(
        from_id="person_id", to_id=pl.lit(None, TEXT), at="until_at"
    )
    told = [rows.with_columns(by_name="set_by_name", may_after_close=pl.lit(False)) for rows in (came, went)]
    return KNOWN_CHANGES.conform(pl.concat(KNOWN_CHANGES.shaped(rows) for rows in told))


def fields_of(roles: Overlays) -> pl.DataFrame:
    """Which role a field of an object carries: object, field (lower case), role."""
    rows = [(ACCOUNT, name, OWNER) for name in OWNER_FIELDS]
    for name, role in roles.roles.items():
        rows.append((ACCOUNT, role.account_field.casefold(), name))
        if role.opportunity_field:
            rows.append((OPPORTUNITY, role.opportunity_field.casefold(), name))
    return pl.DataFrame(rows, schema={"object": TEXT, "field": TEXT, "role": TEXT}, orient="row")


def _of_field_history(given: Sources) -> KnownChangesFrame:
    rows = given.field_history.with_columns(pl.col("field").str.to_lowercase()).join(
        fields_of(given.roles), on=["object", "field"]
    )
    by = given.people.select("profile", by="person_id", by_name="name")
    rows = rows.join(by, on="by", how="left")
    is_ours = pl.col("by").is_in(given.engine_users)
    return _changes(
        rows.rename({"old": "from_id", "new": "to_id"}),
        set_by=pl.when(is_ours).then(pl.lit("engine")).otherwise(_who(given.roles)),
        by_name=pl.when(~is_ours).then(pl.coalesce("by_name", "by")),
        evidence=pl.lit("field_history"),
        may_after_close=~is_ours & _is_listed(given.roles),
    )


def _of_edits(given: Sources) -> KnownChangesFrame:
    return _changes(
        given.edits.rename({"edited_at": "at"}),
        set_by=_who(given.roles),
        by_name=pl.coalesce("edited_by_name", "edited_by"),
        evidence=pl.col("evidence"),
        may_after_close=pl.col("verdict") == "closed_allowed",
    )


def _of_log(given: Sources) -> KnownChangesFrame:
    verified = given.log.filter(outcome="verified").select("stamp_no", at=pl.coalesce("written_at", "verified_at"))
    rows = given.stamps.join(verified, on="stamp_no").rename({"expected_id": "from_id", "new_id": "to_id"})
    return _changes(
        rows,
        set_by=pl.lit("engine"),
        by_name=pl.lit(None, TEXT),
        evidence=pl.lit("own_log"),
        may_after_close=pl.lit(False),
    )


def _of_owner_writes(writes: OwnerWritesFrame) -> KnownChangesFrame:
    rows = writes.rename({"account_id": "record_id", "old_id": "from_id", "new_id": "to_id"})
    return _changes(
        rows.with_columns(role=pl.lit(OWNER), object=pl.lit(ACCOUNT)),
        set_by=pl.lit("engine"),
        by_name=pl.lit(None, TEXT),
        evidence=pl.lit("own_log"),
        may_after_close=pl.lit(False),
    )


def _changes(rows: pl.DataFrame, **said: pl.Expr) -> KnownChangesFrame:
    return KNOWN_CHANGES.shaped(rows.with_columns(part=pl.lit("primary")).with_columns(**said))


def _who(roles: Overlays) -> pl.Expr:
    """Whether a person's edit is an override: of a role that follows its account, by a profile that it lists."""
    following = [name for name, role in roles.roles.items() if role.follows]
    is_override = pl.col("role").is_in(following) & (pl.col("object") == OPPORTUNITY) & _is_listed(roles)
    return pl.when(is_override).then(pl.lit("override")).otherwise(pl.lit("person"))


def _is_listed(roles: Overlays) -> pl.Expr:
    listed = [
        (pl.col("role") == name) & pl.col("profile").is_in(role.override_profiles)
        for name, role in roles.roles.items()
        if role.override_profiles
    ]
    return pl.any_horizontal(listed or [pl.lit(False)]).fill_null(False)


def _once(told: pl.DataFrame, written: pl.DataFrame) -> tuple[KnownChangesFrame, KnownChangesFrame]:
    """What the CRM told, with our own writes marked among it; and those writes that the CRM did not tell of."""
    same = ["role", "object", "record_id", "from_id", "to_id"]
    told, written = told.with_row_index("told_no"), written.with_row_index("written_no")
    pairs = (
        told.filter(evidence="field_history")
        .join(written.select(*same, "written_no", written_at="at"), on=same, nulls_equal=True)
        .with_columns(apart=(pl.col("at") - pl.col("written_at")).abs())
        .filter(pl.col("apart") <= SAME_WRITE)
        .sort("apart", "told_no", "written_no")
    )
    ours, known = set(), set()
    for told_no, written_no in pairs.select("told_no", "written_no").iter_rows():
        if told_no not in ours and written_no not in known:
            ours.add(told_no)
            known.add(written_no)
    is_ours = pl.col("told_no").is_in(_numbers(ours))
    told = told.with_columns(
        set_by=pl.when(is_ours).then(pl.lit("engine")).otherwise("set_by"),
        by_name=pl.when(~is_ours).then("by_name"),
        may_after_close=pl.col("may_after_close") & ~is_ours,
    )
    rest = written.filter(~pl.col("written_no").is_in(_numbers(known)))
    return KNOWN_CHANGES.shaped(told), KNOWN_CHANGES.shaped(rest)


def _numbers(numbers: Iterable[int]) -> list[int]:
    return sorted(numbers)
