"""What is remembered of a store's inbox: which files lie there, since when, and which were fetched."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from assignment_assets.domain.gates.gates import from_text, to_text
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.files import Notice
from assignment_assets.io.intake.log import log_path


@dataclass(frozen=True)
class Fetchable:
    """One file of the store: how it looked, since when it looks so, its name here, the digest it was fetched with.

    `digest` is empty until it was fetched; `rule` and `sentence` say why it was not and will not be as it is.
    """

    facts: str
    since: datetime
    local: str
    digest: str = ""
    rule: str = ""
    sentence: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether it is still to be fetched."""
        return not self.digest and not self.rule


@dataclass(frozen=True)
class Fetched:
    """The files of one gate as the last fetch left them, by their place in the store (`person/name`)."""

    files: Mapping[str, Fetchable] = field(default_factory=dict)
    strangers: tuple[str, ...] = ()

    def arrivals(self) -> dict[tuple[str, str], datetime]:
        """(place here, digest) → since when that content lies in the store."""
        return {
            (f"{place.partition('/')[0]}/{each.local}", each.digest): each.since
            for place, each in self.files.items()
            if each.digest
        }

    def notices(self) -> list[Notice]:
        """What its author should know of every file that is not fetched."""
        told = [
            Notice(place.partition("/")[0], each.local, each.rule, each.sentence)
            for place, each in self.files.items()
            if each.rule
        ]
        return told + [
            Notice(
                "",
                name,
                "odd_name",
                f"{name}: in the store, but not below the folder of a person who "
                "was asked, or under a name that cannot be used; left alone.",
            )
            for name in self.strangers
        ]

    def pending_since(self) -> list[datetime]:
        """Since when files wait to be fetched."""
        return [each.since for each in self.files.values() if each.is_pending]


STORE, SHEETS = "fetched", "sheets"
"""Where files are fetched from: a store, or Google Sheets."""


def read_fetched(folder: DataFolder, cycle: str, gate: str, origin: str = STORE) -> Fetched:
    """What the last fetch left behind; nothing where there was none."""
    path = _path(folder, cycle, gate, origin)
    if not path.is_file():
        return Fetched()
    stored = json.loads(path.read_text(encoding="utf-8"))
    files = {
        place: Fetchable(**facts | {"since": from_text(facts["since"])}) for place, facts in stored["files"].items()
    }
    return Fetched(files, tuple(stored["strangers"]))


def all_fetched(folder: DataFolder, cycle: str, gate: str) -> Fetched:
    """What the last fetches from everywhere left behind."""
    both = [read_fetched(folder, cycle, gate, origin) for origin in (STORE, SHEETS)]
    return Fetched(
        {place: each for one in both for place, each in one.files.items()},
        tuple(name for one in both for name in one.strangers),
    )


def write_fetched(folder: DataFolder, cycle: str, gate: str, fetched: Fetched, origin: str = STORE) -> None:
    """Remembers it in place of what was remembered before."""
    files = {place: asdict(each) | {"since": to_text(each.since)} for place, each in fetched.files.items()}
    content = {"files": files, "strangers": list(fetched.strangers)}
    write_whole(_path(folder, cycle, gate, origin), json.dumps(content, indent=1, sort_keys=True), lasting=True)


def _path(folder: DataFolder, cycle: str, gate: str, origin: str) -> Path:
    return log_path(folder, cycle, gate).with_suffix(f".{origin}.json")
