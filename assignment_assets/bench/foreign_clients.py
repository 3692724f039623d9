"""Public clients of others against the sandbox org: what each reads and writes there, beside what the org says.

The two of the test environment run in it. Another version of simple-salesforce, and jsforce, are installed from the
registries into folders that go away again; where that cannot be done, the row says so and is not met.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from assignment_assets.bench.write_back_org import OrgTrial
from assignment_assets.sandbox.server import OrgAddress

CLIENTS = Path(__file__).parent / "clients"
OLDER = "simple-salesforce==1.12.6"
JSFORCE = "jsforce@3.10.16"
INSTALL_SECONDS, RUN_SECONDS = 300, 180


@dataclass(frozen=True)
class Errand:
    """What a client is to do: whose accounts become whose, one by itself and one in bulk."""

    account: str
    bulk_account: str
    owner: str


def clients_of_others(org: OrgTrial) -> tuple[dict, bool]:
    """What each client said, and whether all wrote what the org says and read equally many accounts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = {
            "simple-salesforce": installed("simple_salesforce_client.py"),
            "aiosalesforce": installed("aiosalesforce_client.py"),
            OLDER: older_simple_salesforce(folder / "older"),
            JSFORCE: jsforce(folder / "jsforce"),
        }
        rows = {client: _tried(org, command, folder / "jsforce") for client, command in commands.items()}
    is_one_count = len({row.get("accounts") for row in rows.values()}) == 1
    return rows, is_one_count and all(row.get("is_right") for row in rows.values())


def _tried(org: OrgTrial, command: list[str], folder: Path) -> dict:
    if not command:
        return {"failed": "it could not be installed"}
    _, accounts = org.plan(2)
    errand = Errand(*accounts["account_id"], org.receiver)
    facts = told(command, org.address, errand, folder if command[0] == "node" else None)
    written = org.log(accounts)
    is_right = (
        facts.get("owner") == org.receiver
        and facts.get("in_bulk") == 1
        and written["new_value"].to_list() == [org.receiver] * accounts.height
    )
    return facts | {"is_right": is_right}


def told(command: list[str], address: OrgAddress, errand: Errand, folder: Path | None = None) -> dict:
    """What a client says that it read and wrote; with what it printed as `failed` where it did not come to an end."""
    environment = {
        "ORG_URL": address.url,
        "ORG_CA_FILE": str(address.ca_file),
        "NODE_EXTRA_CA_CERTS": str(address.ca_file),
        "ORG_CLIENT_ID": address.client_id,
        "ORG_CLIENT_SECRET": address.client_secret,
        "ORG_ACCOUNT": errand.account,
        "ORG_BULK_ACCOUNT": errand.bulk_account,
        "ORG_OWNER": errand.owner,
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    return json.loads(done.stdout) if done.returncode == 0 else {"failed": done.stderr[-400:]}


def installed(script: str) -> list[str]:
    """The command of a client that this environment has."""
    return [sys.executable, str(CLIENTS / script)]


def older_simple_salesforce(folder: Path) -> list[str]:
    """The command of an earlier simple-salesforce, installed into an environment in `folder`; empty if it cannot be."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    is_there = _done([python, "-m", "pip", "install", "--quiet", OLDER], folder)
    return [python, str(CLIENTS / "simple_salesforce_client.py")] if is_there else []


def jsforce(folder: Path) -> list[str]:
    """The command of jsforce, installed into `folder`; empty where Node is not there or it cannot be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return []
    folder.mkdir()
    script = shutil.copy(CLIENTS / "jsforce_client.js", folder)
    is_there = _done(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), JSFORCE], folder
    )
    return ["node", str(script)] if is_there else []


def _done(command: list[str], folder: Path) -> bool:
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=INSTALL_SECONDS, check=False)
    return done.returncode == 0
