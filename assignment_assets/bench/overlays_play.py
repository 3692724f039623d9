"""Carries out what the script says, in the CS system and by people's hands in the CRM, and keeps what was done."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assignment_assets.bench.overlays_company import OPEN_STAGES
from assignment_assets.bench.overlays_script import Happening
from assignment_assets.bench.overlays_stage import Stage
from assignment_assets.io.clock import utc_now
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM, OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT

APART_SECONDS = 2.1
"""The org's moments are whole seconds: what touches one account lies in different ones."""


@dataclass(frozen=True)
class Change:
    """A word of the CS system."""

    account_id: str
    person_id: str | None
    at: datetime
    event_id: str
    status: int | str


@dataclass(frozen=True)
class Creation:
    """A new opportunity, with whom it was entered."""

    deal_id: str
    account_id: str
    csm_id: str | None
    at: datetime


@dataclass
class Player:
    """Does things in real time."""

    stage: Stage
    emails: dict[str, str]
    owner_id: str
    changes: list[Change] = field(default_factory=list)
    creations: list[Creation] = field(default_factory=list)
    _touched: dict[str, float] = field(default_factory=dict)

    def play(self, happenings: Iterable[Happening], a_second: float) -> None:
        """All of it, so many a second at most."""
        due = time.monotonic()
        for happening in happenings:
            latest = max((self._touched.get(each, 0.0) for each in happening.accounts), default=0.0)
            wait = max(due, latest + APART_SECONDS) - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self.do(happening)
            now = time.monotonic()
            self._touched |= dict.fromkeys(happening.accounts, now)
            due = max(due + 1 / a_second, now - 1)

    def do(self, happening: Happening) -> None:
        """One thing."""
        deal, person, by = happening.record_id, happening.person_id, happening.by
        match happening.kind:
            case "change":
                self._change(happening)
            case "account_override" | "planted_account":
                self._edit("Account", happening.record_id, {ACCOUNT_CSM: person}, by)
            case "account_architect":
                self._edit("Account", happening.record_id, {SOLUTIONS_ARCHITECT: person}, by)
            case "override" | "closed_edit":
                self._edit("Opportunity", deal, {OPPORTUNITY_CSM: person}, by)
            case "architect":
                self._edit("Opportunity", deal, {SOLUTIONS_ARCHITECT: person}, by)
            case "close":
                stage = "Closed Won" if len(self._touched) % 2 else "Closed Lost"
                self._edit("Opportunity", deal, {"StageName": stage}, by)
            case "reopen":
                self._edit("Opportunity", deal, {"StageName": OPEN_STAGES[-1]}, by)
            case "move":
                self._edit("Opportunity", deal, {"AccountId": happening.accounts[1]}, by)
            case "merge":
                self.stage.org.hook("edit", object="Opportunity", id=deal, merged_into=person, user_id=by)
            case "new":
                self._create(happening)

    def _edit(self, kind: str, record_id: str, fields: dict[str, Any], by: str) -> None:
        self.stage.org.hook("edit", object=kind, id=record_id, fields=fields, user_id=by)

    def _change(self, happening: Happening) -> None:
        email = self.emails[happening.person_id] if happening.person_id else ""
        (account,) = happening.accounts
        event = self.stage.system.hook("company", account_id=account, csm_email=email)["event"]
        if event is None:
            raise ValueError(f"{account} was {email} already in the CS system, expected another one")
        at = datetime.fromisoformat(event["body"]["changed_at"]).replace(tzinfo=None)
        status = next(reversed(event["deliveries"]), "not sent")
        self.changes.append(Change(account, happening.person_id, at, event["event_id"], status))

    def _create(self, happening: Happening) -> None:
        (account,) = happening.accounts
        record = {"AccountId": account, "Name": "New", "StageName": OPEN_STAGES[0], "Amount": 5_000.0}
        record |= {"CloseDate": "2027-03-31", "OwnerId": self.owner_id}
        record |= {OPPORTUNITY_CSM: happening.person_id} if happening.person_id else {}
        at = utc_now()
        answer = self.stage.org.hook("create", object="Opportunity", records=[record], user_id=happening.by)
        self.creations.append(Creation(answer["ids"][0], account, happening.person_id, at.replace(microsecond=0)))
