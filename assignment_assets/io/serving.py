"""A server of ours that answers from a thread of this process for as long as a block lasts."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from assignment_assets.domain.errors import SourceUnavailable

START_SECONDS = 20.0


@contextmanager
def in_thread(server: uvicorn.Server, not_started: str, port: int = 0) -> Iterator[str]:
    """Served on loopback until the block ends; gives the address. Port 0 is one that is free.

    Parameters
    ----------
    not_started
        What is said where it does not come up.

    Raises
    ------
    SourceUnavailable
        It did not come up within 20 seconds.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        give_up = time.monotonic() + START_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > give_up:
                raise SourceUnavailable(not_started)
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
