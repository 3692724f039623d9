"""The same script twice, with a clock that only the script moves: the logs must be the same bytes."""

import hashlib
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from assignment_assets.bench.overlays_company import SHORT, Size, company_of
from assignment_assets.bench.overlays_play import Player
from assignment_assets.bench.overlays_script import quarter
from assignment_assets.bench.overlays_stage import GAINSIGHT, KEY, ROLES, SIGNER, Stage, sign_policy
from assignment_assets.domain.overlays.roles import overlays
from assignment_assets.domain.overlays.tables import OVERLAY_CHANGES, OVERLAY_STAMPS
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.overlay_roles import Configured
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.overlays.writer import overlay_writer
from assignment_assets.sandbox import OverlayPeople, customer_success, load, running
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM

BEGIN = datetime(2026, 10, 1, 8, tzinfo=UTC)
SECONDS, A_PASS = 7.0, 8
SIZE = Size(
    **{name: value // 2 for name, value in vars(SHORT).items() if isinstance(value, int)} | {"csms": 6, "architects": 4}
)


def replayed(root: Path, seed: int) -> tuple[int, dict[str, bool]]:
    """How many stamps the script comes to, and of each table whether both runs left the same bytes."""
    found = [_run(root / name, seed) for name in ("first", "second")]
    return found[0][0], {name: found[0][1][name] == found[1][1][name] for name in found[0][1]}


def _run(root: Path, seed: int) -> tuple[int, dict[str, str]]:
    clock = OrgClock(lambda: BEGIN)
    company, people = company_of(SIZE, seed), OverlayPeople(SIZE.csms, SIZE.architects)
    load(company, root / "org", clock, people)
    accounts = people.on_accounts(company.accounts.select(Id="account_id"))
    happenings = quarter(
        SIZE,
        seed,
        dict(accounts.select("Id", ACCOUNT_CSM).iter_rows()),
        dict(company.opportunities.filter(~company.opportunities["is_closed"])["opportunity_id", "account_id"].rows()),
    )
    emails = {row["Id"]: row["Email"] for row in people.users().iter_rows(named=True)}
    companies = customer_success.companies_of(root / "org")
    with (
        running(root / "org", clock=clock) as org,
        customer_success.running(companies=companies, clock=clock) as system,
        _environment(root, org.environment() | system.environment()),
    ):
        (root / "gainsight.toml").write_text(GAINSIGHT.format(url=system.url))
        system.hook("behaviour", calls_a_minute=0)
        folder = DataFolder(root / "data")
        sign_policy(folder)
        given = Configured(overlays(tomllib.loads(ROLES.format(poll_seconds=1))), root)
        settings = SalesforceSettings.from_environment()
        player = Player(Stage(SIZE, folder, org, system, {}), emails, company.reps["rep_id"][0])
        with overlay_writer(
            folder, given, lambda: Org(settings), lambda: clock.now().replace(tzinfo=None), pause=clock.advance
        ) as writer:
            writer.one_pass(catches=True)
            for number, happening in enumerate(happenings, 1):
                clock.advance(SECONDS)
                player.do(happening)
                if number % A_PASS == 0:
                    writer.one_pass()
            clock.advance(SECONDS)
            writer.one_pass(catches=True)
        paths = [folder.overlay_copies / f"{table.name}.parquet" for table in (OVERLAY_CHANGES, OVERLAY_STAMPS)]
        digests = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
        return read_overlays(folder, OVERLAY_STAMPS).height, digests


@contextmanager
def _environment(root: Path, more: dict[str, str]) -> Iterator[None]:
    (root / "settings.toml").write_text(f'[signers]\n"{SIGNER}" = ["*"]\n')
    before = dict(os.environ)
    os.environ.update(more | {"ASSIGNMENT_KEY": KEY, "ASSIGNMENT_SETTINGS": str(root / "settings.toml")})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
