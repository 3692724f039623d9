"""The people beside the owners, for an org that is loaded with them: who they are, and where they are stamped.

Customer success managers and solutions architects, each with a profile and a role, the operations of customer success,
an administrator, and the user as whom the org's flow acts; the reps get the profile Sales. Who has which account
follows from a hash of the seed and the account's id: the same seed stamps the same people, byte for byte.

Three in five accounts have a CSM, two in five an SA. Open opportunities have those of their account, but one in eight
whose account is without SA has an SA of its own. Of the closed ones one in four was a predecessor's. Every tenth
opportunity with an SA has a supporting one too, on its team. Opportunities were created one to six months before their
close date, by their owner. The fields that people are stamped in, owner, stage, amount and close date are tracked.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import polars as pl

from assignment_assets.sandbox.automations import AUTOMATION_USER_ID
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM, OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT
from assignment_assets.sandbox.record_ids import completed
from assignment_assets.sandbox.setup_objects import FIELD_DEFINITION, PERMISSIONS, PROFILE, USER_ROLE

CS_OPERATIONS_ID = completed("0055g00000CSOPS")
ADMINISTRATOR_ID = completed("0055g00000ADMIN")
PROFILES = {
    "Sales": completed("00e5g00000SALES"),
    "Customer Success Manager": completed("00e5g00000CSMGR"),
    "Customer Success Operations": completed("00e5g00000CSOPS"),
    "Solutions Architect": completed("00e5g00000SARCH"),
    "System Administrator": completed("00e5g00000ADMIN"),
}
ROLES = {"Customer Success": completed("00E5g00000CSUCC"), "Solutions Architecture": completed("00E5g00000SARCH")}
TRACKED = (
    *(f"Account.{name}" for name in ("OwnerId", ACCOUNT_CSM, SOLUTIONS_ARCHITECT)),
    *(f"Opportunity.{name}" for name in ("OwnerId", "StageName", "Amount", "CloseDate")),
    *(f"Opportunity.{name}" for name in (OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT)),
)


@dataclass(frozen=True)
class OverlayPeople:
    """How many CSMs and SAs there are, two of each at least and 999 at most, and the seed of who has which account."""

    num_csms: int = 6
    num_solutions_architects: int = 4
    seed: int = 7

    @property
    def csm_ids(self) -> list[str]:
        """The customer success managers."""
        return [completed(f"0055g00000CS{number:03d}") for number in range(1, self.num_csms + 1)]

    @property
    def solutions_architect_ids(self) -> list[str]:
        """The solutions architects."""
        return [completed(f"0055g00000SA{number:03d}") for number in range(1, self.num_solutions_architects + 1)]

    def users(self) -> pl.DataFrame:
        """Everybody, as records of User."""
        csms = [_person(each, f"CSM {no:03d}", "Customer Success Manager") for no, each in enumerate(self.csm_ids, 1)]
        architects = [
            _person(each, f"SA {no:03d}", "Solutions Architect")
            for no, each in enumerate(self.solutions_architect_ids, 1)
        ]
        others = [
            _person(CS_OPERATIONS_ID, "CS Operations", "Customer Success Operations"),
            _person(ADMINISTRATOR_ID, "CRM Administrator", "System Administrator"),
            _person(AUTOMATION_USER_ID, "Automated Process", "System Administrator"),
        ]
        return pl.DataFrame([*csms, *architects, *others])

    def on_accounts(self, accounts: pl.DataFrame) -> pl.DataFrame:
        """The accounts with their people."""
        ids = accounts["Id"].to_list()
        return accounts.with_columns(
            _texts(ACCOUNT_CSM, [self._one_of(self.csm_ids, "csm", each, 3, 5) for each in ids]),
            _texts(SOLUTIONS_ARCHITECT, [self._one_of(self.solutions_architect_ids, "sa", each, 2, 5) for each in ids]),
        )

    def on_opportunities(self, opportunities: pl.DataFrame) -> pl.DataFrame:
        """The opportunities with their people, and created before they closed."""
        rows = opportunities.select("Id", "AccountId", "IsClosed").rows()
        days = [30 + self._number("created", each) % 150 for each in opportunities["Id"]]
        return opportunities.with_columns(
            _texts(OPPORTUNITY_CSM, [self._csm_of(*row) for row in rows]),
            _texts(SOLUTIONS_ARCHITECT, [self._architect_of(*row) for row in rows]),
            CreatedDate=pl.col("CloseDate").cast(pl.Datetime) - pl.Series(days) * timedelta(days=1),
            CreatedById="OwnerId",
        )

    def supporting(self, opportunities: pl.DataFrame) -> pl.DataFrame:
        """The supporting architects on the teams of opportunities that have a primary one."""
        primary = opportunities.filter(pl.col(SOLUTIONS_ARCHITECT).is_not_null()).sort("Id").gather_every(10)
        rows = primary.select("Id", SOLUTIONS_ARCHITECT).rows()
        return pl.DataFrame(
            {
                "Id": [completed(f"00q5g0000S{place:05d}") for place in range(len(rows))],
                "OpportunityId": [deal for deal, _ in rows],
                "UserId": [self._another(self.solutions_architect_ids, architect) for _, architect in rows],
                "TeamMemberRole": ["Solutions Architect"] * len(rows),
            },
            schema=dict.fromkeys(("Id", "OpportunityId", "UserId", "TeamMemberRole"), pl.String),
        )

    def setup(self, records: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """The org's profiles, roles and tracked fields with those that go with the people."""
        profiles = pl.DataFrame(
            [
                {"Id": record_id, "Name": name, "UserType": "Standard"}
                | {permission: name == "System Administrator" for permission in PERMISSIONS}
                for name, record_id in PROFILES.items()
            ]
        )
        roles = pl.DataFrame(
            [
                {"Id": record_id, "Name": name, "DeveloperName": name.replace(" ", "_")}
                for name, record_id in ROLES.items()
            ]
        )
        is_tracked = pl.col("IsFieldHistoryTracked") | pl.col("DurableId").is_in(TRACKED)
        return records | {
            PROFILE.name: pl.concat([records[PROFILE.name], profiles], how="diagonal"),
            USER_ROLE.name: pl.concat([records[USER_ROLE.name], roles], how="diagonal"),
            FIELD_DEFINITION.name: records[FIELD_DEFINITION.name].with_columns(IsFieldHistoryTracked=is_tracked),
        }

    def _csm_of(self, deal: str, account: str, is_closed: bool) -> str | None:
        present = self._one_of(self.csm_ids, "csm", account, 3, 5)
        return self._then(self.csm_ids, deal, present) if is_closed else present

    def _architect_of(self, deal: str, account: str, is_closed: bool) -> str | None:
        present = self._one_of(self.solutions_architect_ids, "sa", account, 2, 5)
        if is_closed:
            return self._then(self.solutions_architect_ids, deal, present)
        return present or self._one_of(self.solutions_architect_ids, "own sa", deal, 1, 8)

    def _then(self, people: list[str], deal: str, present: str | None) -> str | None:
        """Who was there when the deal closed: one in four times a predecessor."""
        is_another = present is not None and self._number("then", deal) % 4 == 0
        return self._another(people, present) if is_another else present

    def _another(self, people: list[str], present: str) -> str:
        return people[(people.index(present) + 1) % len(people)]

    def _one_of(self, people: list[str], purpose: str, record_id: str, part: int, of: int) -> str | None:
        """One of the people for `part` of `of` records, nobody for the others."""
        number = self._number(purpose, record_id)
        return people[number // of % len(people)] if number % of < part else None

    def _number(self, purpose: str, record_id: str) -> int:
        return int.from_bytes(sha256(f"{self.seed}:{purpose}:{record_id}".encode()).digest()[:8])


def _texts(name: str, values: list[str | None]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.String)


def _person(record_id: str, name: str, profile: str) -> dict:
    role = {"Customer Success Manager": "Customer Success", "Solutions Architect": "Solutions Architecture"}.get(
        profile
    )
    email = f"{name.lower().replace(' ', '-')}@example.com"
    return {
        "Id": record_id,
        "Name": name,
        "Email": email,
        "Username": email,
        "IsActive": True,
        "ProfileId": PROFILES[profile],
        "UserRoleId": ROLES.get(role or ""),
    }
