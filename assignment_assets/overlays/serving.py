"""Serves the webhook: in the foreground as a process of its own, or from a thread for as long as a block lasts."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from assignment_assets.io.serving import in_thread

DRAIN_SECONDS = 3
KEEP_ALIVE_SECONDS = 5


def serve(app: Starlette, port: int, host: str) -> None:
    """Serves until it is told to end (SIGTERM, Ctrl-C)."""
    with socket.create_server((host, port)) as listener:
        print(f"Webhook: http://{host}:{listener.getsockname()[1]}/cs/ROLE", flush=True)
        _server(app).run(sockets=[listener])


@contextmanager
def running(app: Starlette) -> Iterator[str]:
    """Served on a free port of loopback until the block ends; gives the address.

    Raises
    ------
    SourceUnavailable
        It did not come up within 20 seconds.
    """
    not_started = "webhook: it did not start, expected it within 20 seconds. Start it again."
    with in_thread(_server(app), not_started) as address:
        yield address


def _server(app: Starlette) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
    )
