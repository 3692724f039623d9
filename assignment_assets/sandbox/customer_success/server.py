"""Runs the customer-success system on loopback: in the foreground, or in a thread for as long as a block lasts."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from assignment_assets.sandbox.certificate import CA_FILE, server_context
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.customer_success.app import System, application
from assignment_assets.sandbox.customer_success.companies import Entry
from assignment_assets.sandbox.hook_calls import call_hook
from assignment_assets.sandbox.serving import in_thread, server_of

ACCESS_KEY = "loopback-toy-cs-key-not-a-secret"
WEBHOOK_SECRET = "loopback-toy-webhook-not-a-secret"


@dataclass(frozen=True)
class CustomerSuccessAddress:
    """Where a running system is, and what its clients and receivers share with it."""

    url: str
    ca_file: Path | None
    access_key: str = ACCESS_KEY
    webhook_secret: str = WEBHOOK_SECRET

    def environment(self) -> dict[str, str]:
        """The environment variables that the engine finds the shared secrets in."""
        return {
            "ASSIGNMENT_GAINSIGHT_KEY": self.access_key,
            "ASSIGNMENT_CS_WEBHOOK_SECRET": self.webhook_secret,
        }

    def hook(self, name: str, verb: str = "POST", /, **entries) -> dict:
        """What a hook under /sandbox/ answers, e.g. `hook("company", account_id=…, csm_email="ann@example.com")`.

        Raises
        ------
        SourceUnavailable
            The system refused it or does not answer.
        """
        url = f"{self.url}/sandbox/{name}"
        return call_hook(url, self.ca_file, verb, entries, "Start the customer-success system.")


@contextmanager
def running(
    folder: Path | None = None,
    companies: Iterable[Entry] = (),
    port: int = 0,
    clock: OrgClock | None = None,
    access_key: str = ACCESS_KEY,
    webhook_secret: str = WEBHOOK_SECRET,
) -> Iterator[CustomerSuccessAddress]:
    """The system, served from a thread of this process until the block ends; it begins with these companies.

    Parameters
    ----------
    folder
        Where `ca.pem` is put, the authority to trust over HTTPS; without a folder it is plain HTTP.
    port
        0 takes a free one.

    Raises
    ------
    SourceUnavailable
        The server does not come up within 20 seconds.
    """
    system = System.of(access_key, webhook_secret, clock or OrgClock())
    system.companies.enter(companies)
    with (
        _prepared(system, folder, port) as (server, listener, url),
        in_thread(server, listener, url, "the customer-success system"),
    ):
        yield CustomerSuccessAddress(url, folder and folder / CA_FILE, access_key, webhook_secret)


def serve(folder: Path | None, companies: Iterable[Entry], port: int, webhook_url: str = "") -> None:
    """Serves the system in the foreground until Ctrl-C; prints where it is."""
    system = System.of(ACCESS_KEY, WEBHOOK_SECRET, OrgClock())
    system.companies.enter(companies)
    system.webhook.aim({"url": webhook_url})
    with _prepared(system, folder, port) as (server, listener, url):
        address = CustomerSuccessAddress(url, folder and folder / CA_FILE)
        print(f"Customer-success system: {url}, {len(system.companies.listed())} companies", flush=True)
        for name, value in address.environment().items():
            print(f"  export {name}={value}", flush=True)
        server.run(sockets=[listener])


@contextmanager
def _prepared(system: System, folder: Path | None, port: int) -> Iterator[tuple[uvicorn.Server, socket.socket, str]]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    context = server_context(folder) if folder is not None else None
    with socket.create_server(("127.0.0.1", port)) as listener:
        scheme = "http" if context is None else "https"
        url = f"{scheme}://localhost:{listener.getsockname()[1]}"
        yield server_of(application(system), context), listener, url
