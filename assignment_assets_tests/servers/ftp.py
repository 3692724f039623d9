"""A real FTP server on loopback: files below one folder, one log-in."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.exceptions import FilesystemError
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer


class _Files(AbstractedFS):
    """Files as a strict server has them: nothing is renamed onto what is there, a file's time has its fractions."""

    def rename(self, src: str, dst: str) -> None:
        if self.lexists(dst):
            raise FilesystemError("it is there already")
        super().rename(src, dst)

    def format_mlsx(self, basedir: str, listing: list[str], *options: object) -> Iterator[bytes]:
        for line in super().format_mlsx(basedir, listing, *options):
            name = line.decode().rstrip("\r\n").partition("; ")[2]
            fraction = os.stat(os.path.join(basedir, name)).st_mtime_ns % 10**9
            yield line.replace(b";perm", f".{fraction:09};perm".encode(), 1)  # after `modify`, facts being in order


@contextmanager
def ftp_server(root: Path, user: str = "rep", password: str = "let me in"):
    """The server's port, until the block ends."""

    class Session(FTPHandler):
        authorizer, abstracted_fs, auth_failed_timeout = DummyAuthorizer(), _Files, 0

    Session.authorizer.add_user(user, password, str(root), perm="elradfmw")
    with FTPServer(("127.0.0.1", 0), Session, ioloop=IOLoop()) as server:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                server.ioloop.loop(timeout=0.05, blocking=False)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.address[1]
        finally:
            over.set()
            thread.join()
