"""Serves the webhook: in the foreground as a process of its own, or from a thread for as long as a block lasts."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from assignment_assets.domain.errors import SourceUnavailable

START_SECONDS = 20.0
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
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = _server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        give_up = time.monotonic() + START_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > give_up:
                raise SourceUnavailable("webhook: it did not start, expected it within 20 seconds. Start it again.")
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


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
