"""Starts everything that people look at on loopback, and ends it together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from assignment_assets.domain.identity.links import ROLES
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import PROJECT, DataFolder, engine_key
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.settings import read_settings
from assignment_assets.review_app.server import link_to, routing_link
from assignment_assets.sample.company import generate
from assignment_assets.sandbox import is_loaded, load, running

START_SECONDS, STOP_SECONDS = 60.0, 15.0
WORKSPACE = ("-w", "workspace.yaml")


def serve_all(port: int, org_port: int, pages_port: int) -> None:
    """The Dagster pages, its daemon, the review pages and the sandbox org until Ctrl-C, which ends all of them."""
    folder = DataFolder.from_environment()
    state = folder.root / "sandbox"
    if not is_loaded(state):
        print("No sample company yet: making one …", flush=True)
        load(generate(as_of=date(2026, 10, 1)), state)
    os.environ.setdefault("DAGSTER_HOME", str(PROJECT))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        org = stack.enter_context(running(state, org_port))
        os.environ.update(org.environment())
        logs = folder.root / "logs"
        pages = stack.enter_context(_process(logs, "dagster-webserver", *WORKSPACE, "-h", "127.0.0.1", "-p", str(port)))
        daemon = stack.enter_context(_process(logs, "dagster-daemon", "run", *WORKSPACE))
        review = stack.enter_context(_process(logs, "assignment", "pages", "--port", str(pages_port)))
        _await_port(pages_port)
        _await_port(port)
        print(
            f"\n  Dagster       http://127.0.0.1:{port}\n  Review pages  http://127.0.0.1:{pages_port}\n"
            f"{sample_links(folder, pages_port)}"
            f"  Sandbox org   {org.url}\n  Logs          {logs}\n\nCtrl-C ends all of them.",
            flush=True,
        )
        try:
            while pages.poll() is None and daemon.poll() is None and review.poll() is None:
                time.sleep(0.5)
        except KeyboardInterrupt:
            print("\nending …", flush=True)


def sample_links(folder: DataFolder, pages_port: int) -> str:
    """A line for a rep, a director and a signer of the latest cycle with the link that opens their page."""
    gates = sorted((folder.root / "outbox").glob("*/*/gate.json"), key=lambda path: path.stat().st_mtime)
    if not gates:
        return "                no cycle is open yet: `make demo`, or `assignment cycle new`\n"
    cycle = gates[-1].parents[1].name
    pages = read_settings().pages.model_copy(update={"url": f"http://127.0.0.1:{pages_port}"})
    lines = []
    for role, gate in ROLES.items():
        manifest = read_gate(folder, cycle, gate)
        if manifest and manifest.persons:
            asked = manifest.persons[0]
            link = link_to(folder, engine_key(), pages, asked.person, cycle, role, utc_now())
            lines.append(f"    {role:<9} {asked.name}\n      {link}\n")
    signer = next((person for person, regions in read_settings().signers.items() if "*" in regions), "")
    if signer:
        lines.append(f"    {'routing':<9} {signer}\n      {routing_link(engine_key(), pages, signer, utc_now())}\n")
    return "".join(lines)


def _await_port(port: int) -> None:
    """Returns once the pages answer, or after a while in any case: the log says why they do not."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)


@contextmanager
def _process(logs: Path, program: str, *arguments: str) -> Iterator[subprocess.Popen]:
    """A child in a process group of its own that writes to its log, ended with all that it started."""
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{program}.log").open("ab") as log:
        child = subprocess.Popen(command, cwd=PROJECT, start_new_session=True, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield child
        finally:
            _end(child)


def _end(child: subprocess.Popen) -> None:
    for sent in (signal.SIGINT, signal.SIGKILL):
        if child.poll() is not None:
            return
        os.killpg(child.pid, sent)
        try:
            child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
