"""Plans over a small company in a running org: what the tests of the write-back are written with."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.sample.company import Company, generate
from assignment_assets.sandbox import write_log
from assignment_assets.sandbox.loading import ORGANIZATION_ID
from assignment_assets.write_back.document import Plan, Signature, drafted
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.refusal_groups import RefusalGroup
from assignment_assets.write_back.set_aside import accept, groups, retry
from assignment_assets.write_back.writer import Progress, Tools, write
from assignment_assets_tests.servers.org import LocalOrg

KEY = b"a key that only these tests know"
COMPANY = generate(num_reps=6, num_accounts=900, seed=5)
ACTIVE = COMPANY.reps.filter(pl.col("is_active"))["rep_id"].to_list()
FIELD = COMPANY.reps.filter(pl.col("is_active"), pl.col("team") == "field")["rep_id"].to_list()
SIGNATURE = Signature("North", "d" * 64, "priya@example.com", "s" * 64)


def moves(count: int, company: Company = COMPANY) -> pl.DataFrame:
    """The first accounts that somebody active but the first rep owns, all for the first rep."""
    owned = (
        company.accounts.filter(pl.col("owner_id").is_in(ACTIVE[1:]), pl.col("carve_out").is_null())
        .sort("account_id")
        .head(count)
    )
    return owned.select(
        "account_id", "state", "carve_out", "parent_id", old_owner_id="owner_id", new_owner_id=pl.lit(ACTIVE[0])
    )


def drawn(rows: pl.DataFrame, name: str = "c.1", **facts: object) -> tuple[Plan, pl.DataFrame]:
    """A plan over rows, as if signed."""
    given = {
        "plan_id": name,
        "cycle": name.partition(".")[0],
        "revision": 1,
        "kind": "owners",
        "sign_off_no": 1,
        "org_id": ORGANIZATION_ID,
        "write_not_before": "",
        "first_batch": 0,
        "made_at": "2026-10-01T08:00:00",
        "why": "a test",
        "signatures": (SIGNATURE,),
    }
    ordered = drafted(rows)
    return Plan.of(ordered, **given | facts), ordered


@dataclass
class PlanRunner:
    """A folder with a journal, and an org: runs plans and tells what came of them."""

    org: LocalOrg
    folder: Path
    tools: Tools = field(init=False)

    def __post_init__(self) -> None:
        self.tools = Tools(
            self.org.gateway, KEY, ["priya@example.com"], self.org.utc_now, self.org.clock.advance, workers=1
        )

    def with_tools(self, **changes: object) -> "PlanRunner":
        """The same runner with other tools."""
        self.tools = replace(self.tools, **changes)
        return self

    def add(self, plan: Plan, rows: pl.DataFrame) -> Plan:
        """Puts a plan into the journal."""
        with self.journal() as journal:
            journal.add(plan, rows, plan.first_event(self.org.utc_now()))
        return plan

    def journal(self):
        """The journal, open."""
        return opened(self.folder / "journal.duckdb", KEY)

    def run(self, plan: Plan, seats: dict[str, int] | None = None, withdrawn: frozenset[str] = frozenset()) -> Progress:
        """Writes the plan; the last progress."""
        with self.journal() as journal:
            *_, last = write(journal, plan, seats or {}, self.tools, withdrawn)
        return last

    def groups(self, plan: Plan) -> list[RefusalGroup]:
        """What waits for a person."""
        with self.journal() as journal:
            return groups(journal, plan.cycle)

    def retry_all(self, plan: Plan) -> None:
        """Has every group tried again."""
        with self.journal() as journal:
            for group in groups(journal, plan.cycle):
                retry(journal, group, "ops@example.com", self.tools)

    def accept_all(self, plan: Plan, person: str = "priya@example.com", token: str | None = None) -> None:
        """Goes on without every group."""
        with self.journal() as journal:
            for group in groups(journal, plan.cycle):
                accept(journal, group, person, token or signer_token(KEY, person), self.tools, plan.cycle)

    def sends(self) -> Counter[str]:
        """How often each account was sent."""
        return Counter(part["url"][-18:] for part in self.org.sent())

    def states(self, plan: Plan) -> dict[str, str]:
        """Account → state."""
        with self.journal() as journal:
            return dict(journal.account_states(plan.plan_id).select("account_id", "state").iter_rows())

    def owners_written(self) -> pl.DataFrame:
        """Owner changes that the org's own log knows of, oldest first."""
        return write_log(self.org.address.state_dir).filter(
            (pl.col("field") == "OwnerId") & (pl.col("channel") == "api")
        )
