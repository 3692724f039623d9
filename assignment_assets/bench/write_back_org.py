"""The ground of the write-back's benchmark: a loaded org, plans over accounts of their own, and the judge."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from assignment_assets.io.clock import utc_now
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.sample.company import generate
from assignment_assets.sandbox import load, mapping_path, running, write_log
from assignment_assets.sandbox.loading import HUMAN_USER_ID, ORGANIZATION_ID
from assignment_assets.sandbox.server import OrgAddress
from assignment_assets.write_back.document import Plan, Signature, drafted
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.states import FINAL
from assignment_assets.write_back.writer import Progress, Tools, write

KEY = b"the benchmark's own key"
AS_OF = date(2026, 10, 1)
SIGNATURE = Signature("bench", "0" * 64, "bench@example.com", "0" * 64)
BY_US = ("VERIFIED", "DRIFT_AFTER_WRITE", "REVERTED_BY_AUTOMATION")
MAYBE_BY_US = ("DRIFT", "UNKNOWN", "GONE")


def gateway_of(settings: SalesforceSettings) -> OwnerGateway:
    """A new connection."""
    return OwnerGateway(Org(settings), read_mapping(mapping_path()).accounts)


@dataclass
class OrgTrial:
    """An org on loopback and accounts that no run has used yet."""

    address: OrgAddress
    folder: Path
    accounts: pl.DataFrame
    receiver: str
    used: int = 0
    plans: int = 0

    @property
    def settings(self) -> SalesforceSettings:
        """How a client reaches the org."""
        return SalesforceSettings.from_environment(environment=self.address.environment())

    def plan(self, size: int, **facts: object) -> tuple[Plan, pl.DataFrame]:
        """A plan over accounts that nobody has touched."""
        rows = self.accounts.slice(self.used, size)
        if rows.height < size:
            raise ValueError(f"the org has {rows.height} unused accounts, expected {size}")
        self.used += size
        self.plans += 1
        return drawn(rows.with_columns(new_owner_id=pl.lit(self.receiver)), f"bench-{self.plans}.1", **facts)

    def tools(self, **changes: object) -> Tools:
        """Real connections, real time."""
        settings = self.settings
        return replace(
            Tools(
                lambda: gateway_of(settings),
                KEY,
                ["bench@example.com"],
                utc_now,
                time.sleep,
                workers=1,
                reserve_share=0.0,
            ),
            **changes,
        )

    def journal_path(self, plan: Plan) -> Path:
        """A journal of the plan's own."""
        return self.folder / plan.cycle / "journal.duckdb"

    def add(self, plan: Plan, rows: pl.DataFrame) -> None:
        """Puts the plan into its journal."""
        with opened(self.journal_path(plan), KEY) as journal:
            journal.add(plan, rows, plan.first_event(utc_now()))

    def run(self, plan: Plan, **changes: object) -> Progress:
        """Writes the plan; the last progress."""
        with opened(self.journal_path(plan), KEY) as journal:
            *_, last = write(journal, plan, {}, self.tools(**changes))
        return last

    def written(self, size: int, **changes: object) -> tuple[Plan, pl.DataFrame, Progress]:
        """A new plan, written."""
        plan, rows = self.plan(size)
        self.add(plan, rows)
        return plan, rows, self.run(plan, **changes)

    def states(self, plan: Plan) -> dict[str, str]:
        """Account → state."""
        with opened(self.journal_path(plan), KEY) as journal:
            return dict(journal.account_states(plan.plan_id).select("account_id", "state").iter_rows())

    def log(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The org's own log of owner changes of these accounts, oldest first."""
        log = write_log(self.address.state_dir).filter(pl.col("field") == "OwnerId")
        return log.join(rows.select(record_id="account_id"), on="record_id", how="semi", maintain_order="left")

    def fault(self, kind: str, **more: object) -> None:
        """Switches a fault on."""
        self.address.hook("faults", kind=kind, **more)

    def calm(self) -> None:
        """Switches all faults off."""
        self.address.hook("faults", "DELETE")

    def people_edit(self, accounts: list[str], moment: str) -> None:
        """Has a person take the accounts over at this moment of their write."""
        edits = [{"id": account, "fields": {"OwnerId": HUMAN_USER_ID}, "moment": moment} for account in accounts]
        if edits:
            self.address.hook("edits", edits=edits)

    def calls(self, work: Callable[[], object]) -> int:
        """Calls that some work made, log-ins and the org check left out."""
        path = self.address.state_dir / "requests.jsonl"
        start = path.stat().st_size if path.exists() else 0
        work()
        with path.open("rb") as file:
            file.seek(start)
            lines = file.read().decode("utf-8").splitlines()
        return sum("/services/oauth2/" not in line[:200] and "Organization" not in line[:300] for line in lines)


def drawn(rows: pl.DataFrame, name: str, **facts: object) -> tuple[Plan, pl.DataFrame]:
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
        "why": "benchmark",
        "signatures": (SIGNATURE,),
    }
    ordered = drafted(rows)
    return Plan.of(ordered, **given | facts), ordered


@contextmanager
def org_trial(folder: Path, num_accounts: int) -> Iterator[OrgTrial]:
    """A loaded org, served from a thread of this process."""
    company = generate(40, num_accounts, 11, AS_OF)
    load(company, folder / "org")
    with running(folder / "org", daily_calls=10_000_000) as address:
        yield OrgTrial(address, folder, *movable(company))


def movable(company) -> tuple[pl.DataFrame, str]:
    """Accounts that may move, with what a plan needs of them, and who gets them."""
    active = company.reps.filter("is_active").sort("rep_id")["rep_id"]
    receiver = active[0]
    owned = company.accounts.filter(pl.col("owner_id").is_in(active[1:].to_list()), pl.col("carve_out").is_null()).sort(
        "account_id"
    )
    return owned.select("account_id", "state", "carve_out", "parent_id", old_owner_id="owner_id"), receiver


@dataclass(frozen=True)
class Verdict:
    """What the org's own log says of a plan: all should be 0."""

    lost: int
    duplicates: int
    overwritten: int
    wrong: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing went wrong."""
        return not any(vars(self).values())


def judged(ground_: OrgTrial, plan: Plan, rows: pl.DataFrame, before: int = 0) -> Verdict:
    """Compares the plan's states with the org's log, row by row; log rows up to number `before` are left out.

    Lost: no final state, or verified without a write. Duplicate: written effectively more than once. Overwritten: an
    owner that a person had set. Wrong: a state that says unwritten where the org's log says written.
    """
    states, log = ground_.states(plan), ground_.log(rows).filter(pl.col("write_no") > before)
    by_account = {key[0]: part for key, part in log.group_by("record_id", maintain_order=True)}
    found: Counter[str] = Counter()
    for account, old, new in rows.select("account_id", "old_owner_id", "new_owner_id").iter_rows():
        state, part = states.get(account, "PLANNED"), by_account.get(account)
        writes = part.filter(pl.col("channel") == "api").to_dicts() if part is not None else []
        human_first = part is not None and part["channel"][0] == "human"
        found["lost"] += state not in FINAL or (state == "VERIFIED" and not writes)
        found["duplicates"] += len(writes) > 1
        found["overwritten"] += any(row["old_value"] != old for row in writes) or (human_first and bool(writes))
        found["wrong"] += (bool(writes) and state not in BY_US + MAYBE_BY_US) or any(
            row["new_value"] != new for row in writes
        )
    return Verdict(found["lost"], found["duplicates"], found["overwritten"], found["wrong"])
