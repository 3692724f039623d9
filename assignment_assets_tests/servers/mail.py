"""A real SMTP server on loopback: takes letters, over TLS and after a log-in where a test says so."""

import asyncio
import email
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session


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

    def knows(self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, given: LoginPassword):
        """Whether a log-in is the one that is asked for."""
        is_right = (given.login.decode(), given.password.decode()) == self.login
        return AuthResult(success=is_right, handled=False)


class _Conversation:
    """What the server does at each verb, beyond the protocol."""

    def __init__(self, box: Mailbox):
        self.box = box

    def hear(self, verb: str, server: SMTP) -> None:
        is_secret = server.transport.get_extra_info("ssl_object") is not None
        self.box.verbs.append(f"{verb}{' in secret' if is_secret else ''}")

    async def handle_EHLO(self, server: SMTP, session: Session, _: Envelope, name: str, offers: list[str]) -> list[str]:
        self.hear("EHLO", server)
        session.host_name = name
        return offers

    async def handle_AUTH(self, server: SMTP, *_) -> object:
        self.hear("AUTH", server)
        return MISSING

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list) -> str:
        self.hear("MAIL", server)
        if self.box.login and not session.authenticated:
            return "530 log in first"
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(self, server: SMTP, _: Session, envelope: Envelope, address: str, _options: list) -> str:
        self.hear("RCPT", server)
        if address not in self.box.refusals:
            envelope.rcpt_tos.append(address)
        return self.box.refusals.get(address, "250 ok")

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:
        self.hear("DATA", server)
        self.box.letters.append(email.message_from_bytes(envelope.content))
        if self.box.dies_after is not None and len(self.box.letters) >= self.box.dies_after:
            self.box.dies_after = None
            server.transport.abort()
            await asyncio.Future()  # ends with the connection
        return "250 taken"


class _Server(Controller):
    """On whatever port was free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(**facts):
    """The server on a free port of loopback, until the block ends; takes what `Mailbox` takes."""
    box = Mailbox(**facts)
    server = _Server(
        _Conversation(box),
        "127.0.0.1",
        0,
        ssl_context=box.context if box.security == "tls" else None,
        tls_context=box.context if box.security == "starttls" else None,
        server_hostname="loopback",
        authenticator=box.knows,
        auth_require_tls=False,  # that a password stays at home without TLS is for the sender to see to
        enable_SMTPUTF8=False,
    )
    server.start()
    box.port = server.port
    try:
        yield box
    finally:
        server.stop()
