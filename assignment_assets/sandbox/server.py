"""Runs the local org over HTTPS on loopback: in the foreground, or in a thread for as long as a block lasts."""

import fcntl
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import uvicorn

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.app import DAILY_CALLS, Org, application
from assignment_assets.sandbox.authentication import Credentials
from assignment_assets.sandbox.certificate import CA_FILE, server_context
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.hook_calls import call_hook
from assignment_assets.sandbox.serving import in_thread, server_of

LOCK_FILE = "server.lock"


@dataclass(frozen=True)
class OrgAddress:
    """Where a running org is and what a client shows there."""

    url: str
    ca_file: Path
    state_dir: Path
    client_id: str
    client_secret: str
    username: str
    password: str

    def environment(self) -> dict[str, str]:
        """The environment variables that point the engine at this org."""
        return {
            "ASSIGNMENT_SF_URL": self.url,
            "ASSIGNMENT_SF_CA_FILE": str(self.ca_file),
            "ASSIGNMENT_SF_CLIENT_ID": self.client_id,
            "ASSIGNMENT_SF_CLIENT_SECRET": self.client_secret,
        }

    def hook(self, name: str, verb: str = "POST", /, **entries) -> dict:
        """What a hook under /sandbox/ answers, e.g. `hook("edit", id=account_id, fields={"OwnerId": rep_id})`.

        Raises
        ------
        SourceUnavailable
            The org refused it or does not answer.
        """
        return call_hook(f"{self.url}/sandbox/{name}", self.ca_file, verb, entries, "Start the sandbox org.")


@contextmanager
def running(
    state_dir: Path,
    port: int = 0,
    clock: OrgClock | None = None,
    credentials: Credentials | None = None,
    daily_calls: int = DAILY_CALLS,
    access: Access | None = None,
) -> Iterator[OrgAddress]:
    """The org of `state_dir`, served from a thread of this process until the block ends.

    Parameters
    ----------
    state_dir
        The org's folder; `load` fills it.
    port
        0 takes a free one.
    clock
        The org's time; a test passes its own.
    access
        What the org offers and its user sees; everything where it is not given.

    Raises
    ------
    SourceUnavailable
        Where another process serves this folder, or the server does not come up within 20 seconds.
    """
    with (
        _prepared(state_dir, port, clock, credentials, daily_calls, access) as (server, listener, address),
        in_thread(server, listener, address.url, "the sandbox org"),
    ):
        yield address


def serve(state_dir: Path, port: int, credentials: Credentials | None = None, access: Access | None = None) -> None:
    """Serves the org of `state_dir` in the foreground until Ctrl-C; prints where it is."""
    with _prepared(state_dir, port, None, credentials, DAILY_CALLS, access) as (server, listener, address):
        print(f"Sandbox org: {address.url}", flush=True)
        for name, value in address.environment().items():
            print(f"  export {name}={value}", flush=True)
        server.run(sockets=[listener])


@contextmanager
def _prepared(
    state_dir: Path,
    port: int,
    clock: OrgClock | None,
    credentials: Credentials | None,
    daily_calls: int,
    access: Access | None,
) -> Iterator[tuple[uvicorn.Server, socket.socket, OrgAddress]]:
    state_dir.mkdir(parents=True, exist_ok=True)
    credentials = credentials or Credentials()
    with (state_dir / LOCK_FILE).open("a+") as lock, socket.create_server(("127.0.0.1", port)) as listener:
        url = f"https://localhost:{listener.getsockname()[1]}"
        _claim(lock, state_dir, url)
        context = server_context(state_dir)
        org = Org.of(state_dir, credentials, clock or OrgClock(), daily_calls, access)
        try:
            shown = {name: value for name, value in asdict(credentials).items() if name != "certificate"}
            address = OrgAddress(url, state_dir / CA_FILE, state_dir, **shown)
            yield server_of(application(org), context), listener, address
        finally:
            org.close()


def _claim(lock, state_dir: Path, url: str) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = json.loads(lock.read() or "{}").get("url", "another process")
        raise SourceUnavailable(
            f"{state_dir}: already served at {holder}, expected no other server. Use that one, or end it first."
        ) from error
    lock.truncate(0)
    lock.write(json.dumps({"url": url}))
    lock.flush()
