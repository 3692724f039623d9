"""Who holds a role on which account by its system of truth: the latest word that counts, from events in any order.

An event counts at the moment when it changed there, and never later than it was received: a clock that goes ahead
does not win over what is said afterwards. Of several the latest moment wins, then what was received later, then the
higher event id; so the order in which events arrive makes no difference, and an older one is kept but does not win.
"""

from collections.abc import Iterable

import polars as pl

from assignment_assets.domain.overlays.people import resolved
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import (
    CS_ASSIGNMENTS,
    CS_EVENTS,
    CsAssignmentsFrame,
    CsEventsFrame,
    OverlayPeopleFrame,
)
from assignment_assets.domain.sources.ids import complete_ids

SAID = ("role", "account_id", "person_key", "changed_at", "received_at", "event_id")
ORDER = ("changed_at", "received_at", "event_id")


def new_events(arrived: CsEventsFrame, kept: CsEventsFrame) -> CsEventsFrame:
    """Events that are not kept yet, each once: what was received first, with ids of accounts in their one spelling.

    An event is the same by its role and id, whatever else it says the second time.
    """
    spelled = arrived.with_columns(complete_ids(arrived["account_id"]))
    fresh = spelled.join(kept, on=list(CS_EVENTS.key), how="anti")
    first = fresh.sort("received_at", *CS_EVENTS.columns, nulls_last=True).unique(list(CS_EVENTS.key), keep="first")
    return CS_EVENTS.conform(first)


def latest(
    standing: CsAssignmentsFrame,
    events: CsEventsFrame,
    role: OverlayRole,
    people: OverlayPeopleFrame,
    account_ids: Iterable[str],
) -> CsAssignmentsFrame:
    """One row an account that the system of truth has ever named, with its person as the CRM knows them today.

    Parameters
    ----------
    standing, events
        Of one role: what stood before, and events that `new_events` gave. Neither need be there.
    account_ids
        Accounts that the CRM shows; others are `unknown_account` until it does.
    """
    said = events.with_columns(changed_at=pl.min_horizontal("changed_at", "received_at")).select(SAID)
    rows = pl.concat([standing.select(SAID), said]).sort(ORDER, nulls_last=False)
    rows = rows.unique(["role", "account_id"], keep="last")
    known = pl.DataFrame({"account_id": sorted(set(account_ids))}, schema={"account_id": pl.String})
    rows = rows.join(resolved(rows["person_key"], people, role), on="person_key", how="left", nulls_equal=True)
    rows = rows.join(known.with_columns(is_shown=pl.lit(True)), on="account_id", how="left")
    is_shown = pl.col("is_shown").fill_null(False)
    shown = rows.with_columns(standing=pl.when(is_shown).then("standing").otherwise(pl.lit("unknown_account")))
    return CS_ASSIGNMENTS.conform(shown)


def moved(before: CsAssignmentsFrame, after: CsAssignmentsFrame) -> CsAssignmentsFrame:
    """Rows that say anything new: another event, another person, or one who has become known or active since."""
    compared = ["role", "account_id", "person_id", "standing", "event_id"]
    return CS_ASSIGNMENTS.conform(after.join(before.select(compared), on=compared, how="anti", nulls_equal=True))
