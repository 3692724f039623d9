"""Runs the local org over HTTPS on loopback: in the foreground, or in a thread for as long as a block lasts."""

import fcntl
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import requests
import uvicorn

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.app import DAILY_CALLS, Org, application
from assignment_assets.sandbox.authentication import Credentials
from assignment_assets.sandbox.certificate import CA_FILE, server_context
from assignment_assets.sandbox.clock import OrgClock

EXPECTED = (
    "ASGI callable returned without completing response.",
    "Cancel %s running task(s), timeout graceful shutdown exceeded",
)
"""What the server would report as errors: a connection broken on purpose, a client that keeps its connection open."""
LOCK_FILE = "server.lock"
START_SECONDS = 20.0


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
        url = f"{self.url}/sandbox/{name}"
        with requests.Session() as session:
            session.trust_env, session.verify = False, str(self.ca_file)
            try:
                answer = session.request(verb, url, json=entries or None, timeout=30)
            except requests.RequestException as error:
                raise SourceUnavailable(f"{url}: {error}, expected an answer. Start the sandbox org.") from error
        if answer.status_code != 200:
            raise SourceUnavailable(f"{url}: {answer.status_code} {answer.text}, expected 200. Correct the entries.")
        return answer.json()


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
    with _prepared(state_dir, port, clock, credentials, daily_calls, access) as (server, listener, address):
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise SourceUnavailable(
                    f"{address.url}: the sandbox org did not start, expected it to be ready within "
                    f"{START_SECONDS:.0f} seconds. Look for the cause above and start it again."
                )
            time.sleep(0.01)
        try:
            yield address
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


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
    logging.getLogger("uvicorn.error").addFilter(_is_unexpected)
    with (state_dir / LOCK_FILE).open("a+") as lock, socket.create_server(("127.0.0.1", port)) as listener:
        url = f"https://localhost:{listener.getsockname()[1]}"
        _claim(lock, state_dir, url)
        context = server_context(state_dir)
        org = Org.of(state_dir, credentials, clock or OrgClock(), daily_calls, access)
        try:
            config = uvicorn.Config(
                application(org),
                log_level="warning",
                access_log=False,
                lifespan="off",
                date_header=False,
                server_header=False,
                timeout_graceful_shutdown=1,
                ssl_context_factory=lambda config, default: context,
            )
            shown = {name: value for name, value in asdict(credentials).items() if name != "certificate"}
            address = OrgAddress(url, state_dir / CA_FILE, state_dir, **shown)
            yield uvicorn.Server(config), listener, address
        finally:
            org.close()


def _is_unexpected(record: logging.LogRecord) -> bool:
    return record.msg not in EXPECTED


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
