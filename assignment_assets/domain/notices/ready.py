"""What those who write are told once something is signed: how many accounts wait, and by which command they go."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from assignment_assets.domain.gates.ready import Ready
from assignment_assets.domain.identity.codes import canonical_json


@dataclass(frozen=True)
class ReadyToWrite:
    """What one writer is told of one sign-off.

    `sentence` and `by_whom` are as on the signer's page and in `cycle status`; `total` counts what earlier sign-offs
    have left too.
    """

    kind: ClassVar[str] = "ready"
    cycle: str
    sign_off_no: int
    person: str
    email: str
    name: str
    regions: tuple[str, ...]
    count: int
    total: int
    sentence: str
    by_whom: str
    command: str

    @property
    def digest(self) -> str:
        """The same whenever the sign-off is told of: no writer gets a second letter about it."""
        named = {"cycle": self.cycle, "sign_off_no": self.sign_off_no, "person": self.person.casefold()}
        return hashlib.sha256(canonical_json(named).encode()).hexdigest()


def ready_letters(ready: Ready, writers: Iterable[str]) -> list[ReadyToWrite]:
    """A letter for every writer about every sign-off of which accounts wait."""
    people = list(dict.fromkeys(writer.strip().casefold() for writer in writers))
    return [
        ReadyToWrite(
            ready.cycle,
            number,
            person,
            person,
            person.split("@")[0].replace(".", " ").title(),
            tuple(sorted(set(rows["region"].drop_nulls()))),
            rows.height,
            ready.count,
            ready.sentence,
            ready.by_whom,
            ready.command,
        )
        for (number,), rows in ready.rows.sort("sign_off_no").group_by("sign_off_no", maintain_order=True)
        for person in people
    ]
