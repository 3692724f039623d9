"""One role beside the owner, end to end: a customer-success system changes a manager, and the org follows."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.overlays.tables import OVERLAY_ACCOUNTS, OVERLAY_OPPORTUNITIES
from assignment_assets.domain.sign_off.standing import OVERLAYS, StandingPolicy, signed_text
from assignment_assets.io.clock import utc_now
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.overlay_roles import required
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.overlays.serving import running as receiving
from assignment_assets.overlays.webhook import webhook
from assignment_assets.overlays.writer import PassDone, overlay_writer
from assignment_assets.sandbox import OrgAddress, OverlayPeople, customer_success
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM, OPPORTUNITY_CSM

ROLE = "csm"
ROLES = f"""# Written by the demo: one role, whose truth is the customer-success system of the sandbox.
[roles.{ROLE}]
label = "customer-success manager"
account_field = "{ACCOUNT_CSM}"
opportunity_field = "{OPPORTUNITY_CSM}"
truth = "gainsight"
source = "gainsight.toml"
override_profiles = ["Customer Success Operations"]
person_profiles = ["Customer Success Manager"]
hand_over = ["Renewals of the next two quarters", "Open tickets and promises made"]
"""
GAINSIGHT = """url = "{url}"
account_id = "SFDC_Account_Id__gc"
person = "Csm__gr.Email"
changed_at = "Modified_Date__gc"
"""
DAYS = 90


def show_a_role(folder: DataFolder, org: OrgAddress, people: OverlayPeople, say: Callable[[str], object]) -> None:
    """A change in the customer-success system, an edit that is set back, a deal that is closed, and the daily catch."""
    say("Customer success changes hands, too: a role beside the owner")
    companies = customer_success.companies_of(folder.root / "sandbox")
    with customer_success.running(companies=companies) as system:
        os.environ.update(system.environment() | {"ASSIGNMENT_OVERLAYS": str(_written(folder.root, system.url))})
        _sign(folder)
        with receiving(webhook(folder, frozenset({ROLE}), system.webhook_secret, utc_now)) as address:
            system.hook("webhook", url=f"{address}/cs/{ROLE}")
            _played(folder, org, system, people, say)


def _played(
    folder: DataFolder,
    org: OrgAddress,
    system: customer_success.CustomerSuccessAddress,
    people: OverlayPeople,
    say: Callable[[str], object],
) -> None:
    emails = dict(people.users().select("Id", "Email").iter_rows())
    made = SalesforceSettings.from_environment(environment=org.environment())
    with overlay_writer(folder, required(), lambda: Org(made), utc_now) as writer:
        say(f"  {_told(writer.one_pass())}")
        account, name, former, deal = _chosen(folder)
        new = next(each for each in people.csm_ids if each != former)
        system.hook("company", account_id=account, csm_email=emails[new])
        started = time.monotonic()
        done = writer.one_pass(asks_truth=False)
        say(f"  {name} gets {emails[new]}: {_told(done)} ({time.monotonic() - started:.1f} s after the webhook)")
        org.hook("edit", object="Opportunity", id=deal, fields={OPPORTUNITY_CSM: former}, user_id=people.csm_ids[-1])
        say(f"  a manager puts the former one back on a deal: {_told(writer.one_pass())}")
        org.hook("edit", object="Opportunity", id=deal, fields={"StageName": "Closed Won"})
        system.hook("company", account_id=account, csm_email=emails[former])
        say(f"  the deal is won, and the account changes again without it: {_told(writer.one_pass())}")
        say(f"  the daily catch: {_told(writer.one_pass(catches=True))}")
    say("  `assignment overlays status` shows it; the README's chapter on roles beside the owner says how to go on")


def _told(done: PassDone) -> str:
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(done.lane.outcomes.items()))
    caught = f", {done.caught} differences" if done.caught is not None else ""
    return f"{done.look.stamps} stamps{caught}, {outcomes or 'nothing to write'}"


def _chosen(folder: DataFolder) -> tuple[str, str, str, str]:
    """An account with a manager and at least two open deals: its id and name, the manager, and one of the deals."""
    deals = read_overlays(folder, OVERLAY_OPPORTUNITIES)
    counted = deals.filter(~deals["is_closed"]).group_by("account_id").len()
    accounts = read_overlays(folder, OVERLAY_ACCOUNTS)
    held = accounts.filter(accounts["person_id"].is_not_null()).join(counted, on="account_id")
    row = held.sort("len", "account_id", descending=[True, False]).row(0, named=True)
    deal = deals.filter(~deals["is_closed"] & (deals["account_id"] == row["account_id"]))["opportunity_id"].min()
    return row["account_id"], row["name"], row["person_id"], str(deal)


def _written(root: Path, url: str) -> Path:
    """The roles' file and how their truth is read."""
    path = root / "overlays_demo" / "overlays.toml"
    write_whole(path, ROLES)
    write_whole(path.with_name("gainsight.toml"), GAINSIGHT.format(url=url))
    return path


def _sign(folder: DataFolder) -> None:
    """A standing policy for overlays, by the first signer of all regions."""
    person = sorted(each for each, regions in read_settings().signers.items() if "*" in regions)[0]
    today = utc_now().date()
    until = today + timedelta(days=DAYS)
    given = StandingPolicy("demo overlays", (OVERLAYS,), "write_back", 5_000, f"{today}", f"{until}", person)
    path = folder.root / "inbox" / "policies" / person / "demo_overlays.json"
    write_whole(path, signed_text(given, signer_token(engine_key(), person)))
