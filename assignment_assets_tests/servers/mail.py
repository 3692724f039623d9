"""A real SMTP server on loopback, small: takes letters, over TLS and after a log-in where a test says so."""

import asyncio
import base64
import email
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message


@dataclass
class Mailbox:
    """What the server took. `refusals` maps an address to the reply that its letters get; `dies_after` letters the
    connection is cut right after a letter was taken, before the sender hears of it. `security` is `none`, `starttls` or
    `tls`; `login` the user and password without which nothing is taken. `verbs` is what the server heard."""

    port: int = 0
    security: str = "none"
    login: tuple[str, str] | None = None
    context: ssl.SSLContext | None = None
    verbs: list[str] = field(default_factory=list)
    letters: list[Message] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    dies_after: int | None = None

    def to(self, address: str) -> list[Message]:
        """Letters to an address."""
        return [each for each in self.letters if address in each["To"]]


class _Session(asyncio.Protocol):
    def __init__(self, box: Mailbox):
        self.box, self.buffer, self.data = box, b"", None
        self.is_secret, self.is_known, self.is_upgrading = box.security == "tls", box.login is None, False

    def connection_made(self, transport: asyncio.Transport) -> None:
        if not self.is_upgrading:
            self.transport = transport
            self.reply("220 loopback")

    def reply(self, text: str) -> None:
        self.transport.write(f"{text}\r\n".encode())

    def data_received(self, chunk: bytes) -> None:
        self.buffer += chunk
        while b"\r\n" in self.buffer:
            line, _, self.buffer = self.buffer.partition(b"\r\n")
            self.take(line)

    def take(self, line: bytes) -> None:
        if self.data is not None:
            self.take_data(line)
            return
        verb, _, rest = line.decode().partition(" ")
        self.box.verbs.append(f"{verb.upper()}{' in secret' if self.is_secret else ''}")
        match verb.upper():
            case "EHLO":
                self.greet()
            case "STARTTLS" if self.box.security == "starttls" and not self.is_secret:
                self.reply("220 go ahead")
                self.is_upgrading, self.buffer = True, b""
                self.upgrade = asyncio.get_running_loop().create_task(self.become_secret())
            case "AUTH":
                kind, _, given = rest.partition(" ")
                user, password = base64.b64decode(given).decode().split("\0")[1:]
                self.is_known = kind == "PLAIN" and (user, password) == self.box.login
                self.reply("235 welcome" if self.is_known else "535 wrong user or password")
            case "MAIL" | "RCPT" | "DATA" if not self.is_known:
                self.reply("530 log in first")
            case "RCPT":
                address = rest.partition("<")[2].partition(">")[0]
                self.reply(self.box.refusals.get(address, "250 ok"))
            case "DATA":
                self.data = []
                self.reply("354 go on")
            case "QUIT":
                self.reply("221 bye")
                self.transport.close()
            case _:
                self.reply("250 ok")

    def greet(self) -> None:
        """Offers TLS where there is some to come, and a log-in where one is asked for and nobody listens."""
        offers = ["STARTTLS"] if self.box.security == "starttls" and not self.is_secret else []
        offers += ["AUTH PLAIN"] if self.box.login and (self.is_secret or self.box.security == "none") else []
        lines = ["loopback", *offers]
        for line in lines[:-1]:
            self.reply(f"250-{line}")
        self.reply(f"250 {lines[-1]}")

    async def become_secret(self) -> None:
        """The same conversation from its beginning, over TLS."""
        loop = asyncio.get_running_loop()
        try:
            self.transport = await loop.start_tls(self.transport, self, self.box.context, server_side=True)
        except OSError:
            return  # whoever called does not trust the certificate, and has gone
        self.is_secret, self.is_known, self.is_upgrading = True, self.box.login is None, False

    def take_data(self, line: bytes) -> None:
        if line != b".":
            self.data.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            return
        self.box.letters.append(email.message_from_bytes(b"\r\n".join(self.data)))
        self.data = None
        if self.box.dies_after is not None and len(self.box.letters) >= self.box.dies_after:
            self.box.dies_after = None
            self.transport.abort()
            return
        self.reply("250 taken")


@contextmanager
def mail_server(**facts):
    """The server on a free port of loopback, until the block ends; takes what `Mailbox` takes."""
    box, loop, is_up = Mailbox(**facts), asyncio.new_event_loop(), threading.Event()

    async def start():
        context = box.context if box.security == "tls" else None
        server = await loop.create_server(lambda: _Session(box), "127.0.0.1", 0, ssl=context)
        box.port = server.sockets[0].getsockname()[1]
        is_up.set()

    def run():
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert is_up.wait(10)
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
