"""A real FTP server on loopback, small: files below one folder, passive transfers, one log-in."""

import os
import socket
import socketserver
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


class _Session(socketserver.StreamRequestHandler):
    """One connection; commands are handled by the methods that carry their names."""

    def handle(self) -> None:
        self.offset, self.renamed, self.passive = 0, None, None
        self.reply(220, "loopback")
        for line in self.rfile:
            verb, _, rest = line.decode().rstrip("\r\n").partition(" ")
            try:
                getattr(self, f"do_{verb.lower()}", self.unknown)(rest)
            except OSError as error:
                self.reply(550, error.strerror or "no")
            if verb.upper() == "QUIT":
                return

    def reply(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {text}\r\n".encode())

    def path(self, text: str) -> Path:
        path = (self.server.root / text.lstrip("/")).resolve()
        if not path.is_relative_to(self.server.root):
            raise PermissionError(13, "outside")
        return path

    def unknown(self, _: str) -> None:
        self.reply(502, "not known here")

    def do_user(self, name: str) -> None:
        self.user = name
        self.reply(331, "and the password")

    def do_pass(self, password: str) -> None:
        is_right = (self.user, password) == self.server.login
        self.reply(230 if is_right else 530, "welcome" if is_right else "log-in refused")

    def do_type(self, _: str) -> None:
        self.reply(200, "as you like")

    def do_quit(self, _: str) -> None:
        self.reply(221, "bye")

    def do_pasv(self, _: str) -> None:
        self.passive = socket.create_server(("127.0.0.1", 0))
        port = self.passive.getsockname()[1]
        self.reply(227, f"(127,0,0,1,{port // 256},{port % 256})")

    def do_rest(self, offset: str) -> None:
        self.offset = int(offset)
        self.reply(350, "from there")

    def do_mlsd(self, text: str) -> None:
        lines = []
        for entry in sorted(os.scandir(self.path(text)), key=lambda each: each.name):
            facts = entry.stat()
            kind, moment = "dir" if entry.is_dir() else "file", datetime.fromtimestamp(facts.st_mtime, UTC)
            lines.append(f"type={kind};size={facts.st_size};modify={moment:%Y%m%d%H%M%S.%f}; {entry.name}\r\n")
        with self.transfer() as data:
            data.sendall("".join(lines).encode())
        self.reply(226, "that is all")

    def do_retr(self, text: str) -> None:
        content = self.path(text).read_bytes()[self.offset :]
        self.offset = 0
        with self.transfer() as data:
            data.sendall(content)
        self.reply(226, "that is all")

    def do_stor(self, text: str) -> None:
        with self.path(text).open("r+b" if self.offset else "wb") as file, self.transfer() as data:
            file.seek(self.offset)
            while chunk := data.recv(65_536):
                file.write(chunk)
        self.offset = 0
        self.reply(226, "taken")

    def do_dele(self, text: str) -> None:
        self.path(text).unlink()
        self.reply(250, "gone")

    def do_mkd(self, text: str) -> None:
        self.path(text).mkdir()
        self.reply(257, f'"{text}"')

    def do_rnfr(self, text: str) -> None:
        self.renamed = self.path(text)
        self.reply(350, "to what?")

    def do_rnto(self, text: str) -> None:
        if self.path(text).exists():
            raise FileExistsError(17, "it is there already")
        self.renamed.rename(self.path(text))
        self.reply(250, "renamed")

    @contextmanager
    def transfer(self):
        self.reply(150, "here it goes")
        data, _ = self.passive.accept()
        with data, self.passive:
            yield data


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextmanager
def ftp_server(root: Path, user: str = "rep", password: str = "let me in"):
    """The server's port, until the block ends."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.root, server.login = root.resolve(), (user, password)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
