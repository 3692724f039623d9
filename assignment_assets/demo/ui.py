"""Starts everything that people look at on loopback, and ends it together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date

from assignment_assets.io.folders import PROJECT, DataFolder
from assignment_assets.sample.company import generate
from assignment_assets.sandbox.loading import load
from assignment_assets.sandbox.server import running

STOP_SECONDS = 15.0


def serve_all(port: int, org_port: int) -> None:
    """The Dagster pages, its daemon and the sandbox org until Ctrl-C, which ends all of them."""
    folder = DataFolder.from_environment()
    state = folder.root / "sandbox"
    if not state.is_dir():
        print("No sample company yet: making one …", flush=True)
        load(generate(as_of=date(2026, 10, 1)), state)
    os.environ.setdefault("DAGSTER_HOME", str(PROJECT))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        org = stack.enter_context(running(state, org_port))
        os.environ.update(org.environment())
        pages = stack.enter_context(_process("dagster-webserver", "-h", "127.0.0.1", "-p", str(port)))
        daemon = stack.enter_context(_process("dagster-daemon", "run"))
        print(
            f"\n  Dagster       http://127.0.0.1:{port}\n  Sandbox org   {org.url}\n\nCtrl-C ends all of them.",
            flush=True,
        )
        try:
            while pages.poll() is None and daemon.poll() is None:
                time.sleep(0.5)
        except KeyboardInterrupt:
            print("\nending …", flush=True)


@contextmanager
def _process(program: str, *arguments: str) -> Iterator[subprocess.Popen]:
    """A child in a process group of its own, ended with all that it started."""
    command = [os.path.join(os.path.dirname(sys.executable), program), *arguments]
    child = subprocess.Popen(command, cwd=PROJECT, start_new_session=True)
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
