"""How a server of this room runs on loopback: quietly, and in a thread for as long as a block lasts."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from assignment_assets.domain.errors import SourceUnavailable

EXPECTED = (
    "ASGI callable returned without completing response.",
    "Cancel %s running task(s), timeout graceful shutdown exceeded",
)
"""What the server would report as errors: a connection broken on purpose, a client that keeps its connection open."""
START_SECONDS = 20.0


def server_of(app: Starlette, context: ssl.SSLContext | None) -> uvicorn.Server:
    """The server of this app, quiet about what is expected; without a context it speaks plain HTTP."""
    logging.getLogger("uvicorn.error").addFilter(_is_unexpected)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ssl_context_factory=None if context is None else lambda config, default: context,
    )
    return uvicorn.Server(config)


@contextmanager
def in_thread(server: uvicorn.Server, listener: socket.socket, url: str, name: str) -> Iterator[None]:
    """The server answers from a thread of this process until the block ends.

    Raises
    ------
    SourceUnavailable
        It does not come up within 20 seconds.
    """
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise SourceUnavailable(
                f"{url}: {name} did not start, expected it to be ready within {START_SECONDS:.0f} seconds. Look for "
                "the cause above and start it again."
            )
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        thread.join()


def _is_unexpected(record: logging.LogRecord) -> bool:
    return record.msg not in EXPECTED
