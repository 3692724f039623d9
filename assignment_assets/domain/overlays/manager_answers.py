"""What a role's manager says to the proposal of who takes the next account, and what follows of it.

An answer counts for the person that was proposed when it was given: a proposal that names somebody else is open again.
Where the account's own field is the truth, what is accepted is a change like any other; where another system decides,
it is to be entered there, and comes back from it.
"""

from collections.abc import Mapping
from typing import NewType

import polars as pl

from assignment_assets.domain.overlays.changes import told
from assignment_assets.domain.overlays.next_account import NEXT_ACCOUNTS, NextAccountsFrame
from assignment_assets.domain.overlays.roles import Overlays
from assignment_assets.domain.overlays.tables import OVERLAY_CHANGES, OverlayAccountsFrame, OverlayChangesFrame
from assignment_assets.domain.tables import MOMENT, TEXT, Table

ACCEPTED, REFUSED = "accepted", "refused"
ManagerAnswersFrame = NewType("ManagerAnswersFrame", pl.DataFrame)
MANAGER_ANSWERS: Table[ManagerAnswersFrame] = Table(
    "manager_answers",
    ("role", "account_id", "person_id", "at"),
    {"role": TEXT, "account_id": TEXT, "person_id": TEXT, "answer": TEXT, "answered_by": TEXT, "at": MOMENT},
    is_log=True,
)
AnsweredFrame = NewType("AnsweredFrame", pl.DataFrame)
ANSWERED: Table[AnsweredFrame] = Table(
    "answered_proposal",
    NEXT_ACCOUNTS.key,
    NEXT_ACCOUNTS.columns | {"answer": TEXT, "answered_by": TEXT, "answered_at": MOMENT},
)
"""The proposal with the last answer to each row; null: nobody has answered."""


def answered(proposal: NextAccountsFrame, answers: ManagerAnswersFrame) -> AnsweredFrame:
    """The proposal with the answers that count."""
    named = ["role", "account_id", "person_id"]
    last = answers.sort("at", maintain_order=True).unique(named, keep="last", maintain_order=True)
    return ANSWERED.conform(proposal.join(last.rename({"at": "answered_at"}), on=named, how="left"))


def manager_changes(
    roles: Overlays, rows: AnsweredFrame, accounts: OverlayAccountsFrame, names: Mapping[str, str]
) -> OverlayChangesFrame:
    """What was accepted and no account shows yet, as OVERLAY_CHANGES without numbers (`why` is `manager`).

    Of roles whose truth is the account's own field alone: elsewhere the system of truth has the word.
    """
    found = [OVERLAY_CHANGES.empty()]
    for name, role in roles.roles.items():
        if role.truth == "crm":
            mine = rows.filter((pl.col("role") == name) & (pl.col("answer") == ACCEPTED))
            shown = accounts.select("role", "account_id", shown_id="person_id")
            changed = (
                mine.rename({"person_id": "to_id"})
                .drop("from_id")
                .join(shown, on=["role", "account_id"])
                .filter(pl.col("shown_id").ne_missing(pl.col("to_id")))
                .with_columns(
                    from_id="shown_id",
                    why=pl.lit("manager"),
                    by="answered_by",
                    changed_at="answered_at",
                    received_at="answered_at",
                    event_id=pl.lit(None, TEXT),
                )
            )
            found.append(told(changed, role, names))
    return OverlayChangesFrame(pl.concat(found))
