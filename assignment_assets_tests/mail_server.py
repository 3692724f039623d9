"""A real SMTP server on loopback, small: takes letters, and refuses those that a test says."""

import asyncio
import email
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message


@dataclass
class Mailbox:
    """What the server took. `refusals` maps an address to the reply that its letters get; `dies_after` letters the
    connection is cut right after a letter was taken, before the sender hears of it."""

    port: int = 0
    letters: list[Message] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    dies_after: int | None = None

    def to(self, address: str) -> list[Message]:
        """Letters to an address."""
        return [each for each in self.letters if address in each["To"]]


class _Session(asyncio.Protocol):
    def __init__(self, box: Mailbox):
        self.box, self.buffer, self.data = box, b"", None

    def connection_made(self, transport: asyncio.Transport) -> None:
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
        match verb.upper():
            case "EHLO" | "HELO":
                self.reply("250 loopback")
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
def mail_server():
    """The server on a free port of loopback, until the block ends."""
    box, loop, is_up = Mailbox(), asyncio.new_event_loop(), threading.Event()

    async def start():
        server = await loop.create_server(lambda: _Session(box), "127.0.0.1", 0)
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
