"""What managers have accepted of the proposals is stamped, where the account's own field is the truth."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.overlays.manager_answers import answered, manager_changes
from assignment_assets.domain.overlays.next_account import NEXT_ACCOUNTS
from assignment_assets.domain.overlays.numbering import numbered
from assignment_assets.domain.overlays.people import names_of
from assignment_assets.domain.overlays.roles import Overlays
from assignment_assets.domain.overlays.stamps import Stamping, for_answers, under_way
from assignment_assets.domain.overlays.tables import (
    OVERLAY_ACCOUNTS,
    OVERLAY_CHANGES,
    OVERLAY_LOG,
    OVERLAY_PEOPLE,
    OVERLAY_STAMPS,
    OverlayChangesFrame,
    OverlayStampsFrame,
)
from assignment_assets.domain.overlays.wanted import OPPORTUNITY_PEOPLE
from assignment_assets.io.overlay_words import read_answers
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.overlays.log import OverlayLog
from assignment_assets.overlays.look import crm_of_role, next_numbers, of_role


def stamp_answers(log: OverlayLog, overlays: Overlays, look_no: int, now: datetime) -> int:
    """Stamps what was accepted and no account shows yet; how many accounts that is.

    The change itself is noted by the look that finds it on the account, as every change of that field is.
    """
    answers = read_answers(log.folder)
    if answers.is_empty():
        return 0
    rows = answered(read_overlays(log.folder, NEXT_ACCOUNTS), answers)
    with log.open() as transaction:
        stamps, people = transaction.table(OVERLAY_STAMPS), transaction.table(OVERLAY_PEOPLE)
        accounts, changes = transaction.table(OVERLAY_ACCOUNTS), transaction.table(OVERLAY_CHANGES)
        waiting = under_way(stamps, transaction.table(OVERLAY_LOG))
        accepted = manager_changes(overlays, rows, accounts, names_of(people))
        found = [
            for_answers(
                Stamping(
                    name,
                    role,
                    crm_of_role(name, transaction),
                    OPPORTUNITY_PEOPLE.empty(),
                    people,
                    of_role(name, waiting),
                ),
                OverlayChangesFrame(accepted.filter(pl.col("role") == name)),
            )
            for name, role in overlays.roles.items()
        ]
        new = numbered(
            OVERLAY_CHANGES.empty(), OverlayStampsFrame(pl.concat(found)), next_numbers(changes, stamps, look_no, now)
        )[1]
        transaction.append(OVERLAY_STAMPS, new)
    return new.height
