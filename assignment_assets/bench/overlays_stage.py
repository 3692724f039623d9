"""Where a quarter of overlay roles is played: org, CS system, webhook and writer, each a process, in real time."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from assignment_assets.bench.overlays_company import Size
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.standing import StandingPolicy, signed_text
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.sandbox import OrgAddress, OverlayPeople, customer_success, load
from assignment_assets.sandbox.authentication import Credentials

KEY = "the overlay benchmark's own key"
SIGNER = "bench@example.com"
KILLED = -signal.SIGKILL
POINTS = (
    *("read_before_writing", "intent_before_commit", "intent_committed", "call_before_sending", "call_answered"),
    *("answers_before_commit", "answers_committed", "read_back", "verified_before_commit", "verified_committed"),
)
"""Where a writer kills itself; every other kill comes from outside, at any moment."""
WAIT_SECONDS = 120.0
ROLES = """
poll_seconds = {poll_seconds}
[roles.csm]
label = "customer-success manager"
account_field = "Technical_Account_Manager_LU__c"
opportunity_field = "Technical_Account_Manager__c"
truth = "gainsight"
source = "gainsight.toml"
override_profiles = ["Customer Success Operations", "System Administrator"]
[roles.sa]
label = "solutions architect"
account_field = "Solutions_Architect__c"
opportunity_field = "Solutions_Architect__c"
truth = "crm"
travels = "copy_at_creation"
override_profiles = ["System Administrator"]
sets_back = false
[roles.sa.supporting]
role_value = "Solutions Architect"
primary_share = 0.6
"""
GAINSIGHT = """
url = "{url}"
account_id = "SFDC_Account_Id__gc"
person = "Csm__gr.Email"
changed_at = "Modified_Date__gc"
"""


class Child:
    """A process of the benchmark and the lines that it has told."""

    def __init__(self, name: str, order: dict, environment: dict[str, str]):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "assignment_assets.bench.overlays_child", name],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.told: list[dict] = []
        self.texts: list[str] = []
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.texts.append(line)
            if line.startswith("{"):
                self.told.append(json.loads(line))

    def first(self, name: str) -> object:
        """The first line that has this entry, as soon as it is told; None where the process ended without it."""
        give_up = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < give_up:
            found = next((line for line in list(self.told) if name in line), None)
            if found is not None or (self._process.poll() is not None and not self._reader.is_alive()):
                return found
            time.sleep(0.02)
        return None

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Tells it to end, and the status with which it did."""
        if self._process.poll() is None:
            self._process.send_signal(how)
        return self.wait()

    def wait(self) -> int:
        """The status, once it has ended by itself."""
        status = self._process.wait(WAIT_SECONDS)
        self._reader.join()
        return status

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None


@dataclass
class Supervised:
    """A writer that is started again whenever it ends, and killed so many times meanwhile."""

    environment: dict[str, str]
    kills_left: int
    chosen: Random
    kills: int = 0
    failures: list[int] = field(default_factory=list)
    passes: list[dict] = field(default_factory=list)

    def __enter__(self) -> "Supervised":
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def has_passed(self) -> bool:
        """Whether a pass is done."""
        return bool(self.passes)

    def _keep(self) -> None:
        numbers = count()
        while not self._ends.is_set():
            number = next(numbers)
            at_point = self.kills_left > 0 and number % 2 == 0
            order = {"point": POINTS[number // 2 % len(POINTS)], "at": self.chosen.randint(1, 3)} if at_point else {}
            child = Child("writer", order, self.environment)
            child.first("ready")
            since = len(self.passes)
            ends_at = time.monotonic() + self.chosen.uniform(1.0, 8.0)
            is_killed_outside = self.kills_left > 0 and not at_point
            while child.is_running() and not self._ends.is_set():
                self.passes[since:] = [line for line in list(child.told) if "look" in line]
                if is_killed_outside and time.monotonic() > ends_at:
                    child.end(signal.SIGKILL)
                time.sleep(0.05)
            status = child.end()
            self.passes[since:] = [line for line in child.told if "look" in line]
            if status == KILLED:
                self.kills, self.kills_left = self.kills + 1, self.kills_left - 1
            elif status:
                self.failures.append(status)


@dataclass
class Stage:
    """Everything that runs, and where."""

    size: Size
    folder: DataFolder
    org: OrgAddress
    system: customer_success.CustomerSuccessAddress
    environment: dict[str, str]

    def writer(self, kills: int, seed: int) -> Supervised:
        """A writer for as long as a block lasts."""
        return Supervised(self.environment, kills, Random(f"kills {seed}"))

    def catch(self) -> dict:
        """One pass with the daily catch, in a process of its own."""
        child = Child("writer", {"catches": True}, self.environment)
        status = child.wait()
        if status:
            raise RuntimeError(f"the catch ended with {status}")
        return next(line for line in child.told if "look" in line)

    def write_back(self, rows: Path) -> Child:
        """A write-back of these rows, beside everything."""
        address = {name: str(value) for name, value in asdict(self.org).items()}
        order: dict[str, object] = {"address": address, "folder": str(self.folder.root.parent), "rows": str(rows)}
        order |= {"rounds": self.size.rounds}
        return Child("write-back", order, self.environment)


@contextmanager
def stage(root: Path, size: Size, company, people: OverlayPeople) -> Iterator[Stage]:
    """The org and the CS system agree at first; a standing policy for the lane is signed."""
    load(company, root / "org", None, people)
    (root / "settings.toml").write_text(f'[signers]\n"{SIGNER}" = ["*"]\n')
    (root / "overlays.toml").write_text(ROLES.format(poll_seconds=size.poll_seconds))
    folder = DataFolder(root / "data")
    sign_policy(folder)
    with ExitStack() as stack:
        org = stack.enter_context(_org(root / "org"))
        companies = customer_success.companies_of(root / "org")
        system = stack.enter_context(customer_success.running(companies=companies))
        (root / "gainsight.toml").write_text(GAINSIGHT.format(url=system.url))
        environment = os.environ | org.environment() | system.environment()
        environment |= {"ASSIGNMENT_KEY": KEY, "ASSIGNMENT_SETTINGS": str(root / "settings.toml")}
        environment |= {"ASSIGNMENT_DATA": str(folder.root), "ASSIGNMENT_OVERLAYS": str(root / "overlays.toml")}
        hook = Child("webhook", {}, environment)
        stack.callback(hook.end)
        give_up = time.monotonic() + WAIT_SECONDS
        while not hook.texts and hook.is_running() and time.monotonic() < give_up:
            time.sleep(0.05)
        system.hook("webhook", url=hook.texts[0].removeprefix("Webhook: ").strip().replace("ROLE", "csm"))
        yield Stage(size, folder, org, system, environment)


def sign_policy(folder: DataFolder) -> None:
    """A standing policy for the lane, signed by whoever may."""
    policy = StandingPolicy("beside", ("overlays",), "write_back", 1_000_000, "2020-01-01", "2099-01-01", SIGNER)
    path = folder.root / "inbox" / "policies" / SIGNER / "beside.json"
    write_whole(path, signed_text(policy, signer_token(KEY.encode(), SIGNER)))


@contextmanager
def _org(state: Path) -> Iterator[OrgAddress]:
    """The org, served from a process of its own."""
    command = [sys.executable, "-m", "assignment_assets.sandbox", "--state", str(state), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        found: dict[str, str] = {}
        assert server.stdout is not None
        for line in server.stdout:
            name, _, value = line.strip().removeprefix("export ").partition("=")
            found[name] = value
            if name == "ASSIGNMENT_SF_CLIENT_SECRET":
                break
        known = {name: value for name, value in asdict(Credentials()).items() if name != "certificate"}
        yield OrgAddress(found["ASSIGNMENT_SF_URL"], Path(found["ASSIGNMENT_SF_CA_FILE"]), state, **known)
    finally:
        server.terminate()
        server.wait()
