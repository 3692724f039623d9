"""Letters on their way: as files to look at, or by SMTP; each once, by the ledger."""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.domain.identity.person_keys import safe_key
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.notices.ledger import NoticeLedger, opened
from assignment_assets.io.notices.letters import Letter, is_address, kind_of, letter
from assignment_assets.io.settings import NoticesSetting

TIMEOUT_SECONDS = 20.0
FOR_GOOD = range(500, 600)


@dataclass(frozen=True)
class Posted:
    """What became of one letter: `sent`, `previewed`, `known` (it went out before), `refused` or `waiting`."""

    person: str
    kind: str
    outcome: str
    said: str = ""


def post(
    folder: DataFolder,
    cycle: str,
    letters: Iterable[Letter],
    setting: NoticesSetting,
    clock: Callable[[], datetime],
) -> list[Posted]:
    """Sends what the ledger does not know yet, letter by letter.

    A letter that the server refuses for good (5xx), or that has no address to go to, is `refused` and listed; one that
    it refuses for the moment (4xx) is `waiting`, tried again at the next call, and does not hold the others up.

    Raises
    ------
    SourceUnavailable
        The mail server cannot be reached, or went away; letters sent so far are in the ledger.
    InvalidInput
        The log-in in the settings is incomplete, or would go in the clear.
    """
    with opened(folder, cycle, setting.mode) as ledger, ExitStack() as stack:
        server: list[smtplib.SMTP] = []

        def carry(message: EmailMessage, name: str) -> str:
            if setting.mode == "preview":
                write_whole(folder.root / "notices" / cycle / "previews" / f"{name}.eml", message.as_string())
                return "previewed"
            if not server:
                server.append(stack.enter_context(_connected(setting)))
            server[0].send_message(message)
            return "sent"

        return [_posted(each, ledger, setting, clock, carry) for each in letters]


def _posted(
    facts: Letter,
    ledger: NoticeLedger,
    setting: NoticesSetting,
    clock: Callable[[], datetime],
    carry: Callable[[EmailMessage, str], str],
) -> Posted:
    kind = kind_of(facts)
    recipient, digest = facts.email.strip() or facts.person, facts.digest
    if ledger.is_done(recipient, digest):
        return Posted(facts.person, kind, "known")
    if not is_address(recipient):
        ledger.note("refused", recipient, digest, clock(), "no e-mail address")
        return Posted(facts.person, kind, "refused", "no e-mail address")
    message = letter(facts, setting)
    ledger.note("sending", recipient, digest, clock())
    try:
        step = carry(message, f"{kind}-{safe_key(facts.person)}-{digest[:8]}")
    except smtplib.SMTPResponseException as error:
        return _refusal(facts, kind, ledger, recipient, clock, error.smtp_code, error.smtp_error)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _refusal(facts, kind, ledger, recipient, clock, code, said)
    except (smtplib.SMTPException, OSError) as error:
        raise SourceUnavailable(
            f"mail server {setting.host}:{setting.port}: {error}, expected it to take letters. "
            "Letters sent so far are in the ledger; run it again."
        ) from error
    ledger.note(step, recipient, digest, clock())
    return Posted(facts.person, kind, step)


def _refusal(
    facts: Letter,
    kind: str,
    ledger: NoticeLedger,
    recipient: str,
    clock: Callable[[], datetime],
    code: int,
    said: bytes | str,
) -> Posted:
    text = f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    outcome = "refused" if code in FOR_GOOD else "waiting"
    ledger.note(outcome, recipient, facts.digest, clock(), text)
    return Posted(facts.person, kind, outcome, text)


def _connected(setting: NoticesSetting) -> smtplib.SMTP:
    """A session with the mail server, logged in where the settings name a user; a password never goes in the clear."""
    password = _password(setting)
    try:
        context = ssl.create_default_context(cafile=setting.ca_file or None)
        if setting.security == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                setting.host, setting.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            session = smtplib.SMTP(setting.host, setting.port, timeout=TIMEOUT_SECONDS)
        if setting.security == "starttls":
            session.starttls(context=context)
        if setting.user:
            session.login(setting.user, password)
    except (smtplib.SMTPException, OSError) as error:
        raise SourceUnavailable(
            f"mail server {setting.host}:{setting.port}: {error}, expected an SMTP server. Correct "
            "[notices] in the settings, or ASSIGNMENT_SMTP_PASSWORD."
        ) from error
    return session


def _password(setting: NoticesSetting) -> str:
    """The password for the settings' user; empty where they name none.

    Raises
    ------
    InvalidInput
        There is none, it cannot be sent, or it would go in the clear.
    """
    if not setting.user:
        return ""
    password, faults = os.environ.get("ASSIGNMENT_SMTP_PASSWORD", ""), []
    if not password:
        faults.append(
            Fault(
                "ASSIGNMENT_SMTP_PASSWORD",
                "not set",
                f"the password of {setting.user}",
                "Set it in the environment, or remove notices.user.",
            )
        )
    if not f"{setting.user}{password}".isascii():
        faults.append(
            Fault(
                "the mail server's user or password",
                "letters beyond ASCII",
                "ASCII",
                "Python's SMTP sends no others: have them changed.",
            )
        )
    if setting.security == "none":
        faults.append(
            Fault(
                "settings, notices.security",
                "none, with a user",
                "starttls or tls",
                "A password does not go over the network in the clear.",
            )
        )
    if faults:
        raise InvalidInput("The mail server's log-in", faults)
    return password
