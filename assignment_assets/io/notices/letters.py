"""A letter's facts as an e-mail: the user's own template where there is one, else ours."""

from dataclasses import fields
from email.message import EmailMessage
from email.utils import formataddr
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined, Template, TemplateError

from assignment_assets.domain.errors import AssignmentError
from assignment_assets.domain.notices.letters import Handoff, Reminder
from assignment_assets.domain.notices.ready import ReadyToWrite
from assignment_assets.domain.overlays.hand_overs import HandOverLetter
from assignment_assets.io.settings import NoticesSetting

KINDS = ("receiver", "director", "revoked", "given_back", "reminder", "ready", "hand_over")
Letter = Handoff | Reminder | ReadyToWrite | HandOverLetter


def kind_of(facts: Letter) -> str:
    """Which of `KINDS` a letter is: the name of its template."""
    return "reminder" if isinstance(facts, Reminder) else facts.kind


def letter(facts: Letter, setting: NoticesSetting) -> EmailMessage:
    """The e-mail, with a Message-ID that is the same whenever the same letter is made.

    Raises
    ------
    AssignmentError
        The template names something that there is not, or has no subject in its first line.
    """
    kind = kind_of(facts)
    try:
        text = _compiled(kind, _template(kind, setting)).render(
            {each.name: getattr(facts, each.name) for each in fields(facts)}
        )
    except TemplateError as error:
        raise AssignmentError(
            f"notice template {kind}.txt: {error}, expected a name that letters have. Correct the template."
        ) from error
    first, _, body = text.partition("\n")
    if not first.startswith("Subject: "):
        raise AssignmentError(
            f"notice template {kind}.txt: it begins with {first[:60]!r}, expected 'Subject: …' in "
            "its first line. Put it there."
        )
    message = EmailMessage()
    message["From"] = setting.sender
    message["To"] = formataddr((_one_line(facts.name), facts.email))
    message["Subject"] = _one_line(first.removeprefix("Subject: "))
    message["Message-ID"] = f"<{facts.digest[:40]}@{setting.sender.rpartition('@')[2].strip('>') or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.lstrip("\n"))
    return message


def is_address(text: str) -> bool:
    """Whether the text can be mailed to: one plain address, nothing that could start another header."""
    name, at, domain = text.partition("@")
    plain = text.isascii() and text.isprintable() and not any(letter in text for letter in ' ,;<>"()[]\\:')
    return bool(at and name and "." in domain and plain and "@" not in domain)


@lru_cache(maxsize=len(KINDS))
def _compiled(kind: str, text: str) -> Template:
    environment = Environment(
        loader=DictLoader({kind: text}),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        keep_trailing_newline=True,
    )
    environment.filters["dollars"] = lambda cents: f"${(cents or 0) / 100:,.0f}"
    return environment.get_template(kind)


def _template(kind: str, setting: NoticesSetting) -> str:
    own = Path(setting.templates) / f"{kind}.txt" if setting.templates else None
    if own and own.is_file():
        return own.read_text(encoding="utf-8")
    return files("assignment_assets.io.notices").joinpath("templates", f"{kind}.txt").read_text(encoding="utf-8")


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
