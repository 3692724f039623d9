"""Whether a token is the person's: wrong ones are counted in the data folder, and after some there is a wait.

The count lies in `wrong_tokens/`, a file a person and a line a wrong token; the tokens themselves are kept nowhere.
"""

import json
import re
from datetime import datetime
from pathlib import Path

from assignment_assets.domain.errors import NotEntitled
from assignment_assets.domain.identity.codes import sign, signer_token, verify
from assignment_assets.domain.identity.person_keys import safe_key
from assignment_assets.domain.identity.wrong_tokens import MOST, WITHIN, free_at
from assignment_assets.io.durable import append_lines, read_whole_lines, write_whole
from assignment_assets.io.folders import DataFolder


class TooManyWrong(NotEntitled):
    """No token of this person is looked at `until` then (UTC without zone)."""

    def __init__(self, sentence: str, until: datetime):
        self.until = until
        super().__init__(sentence)


def require_own_token(folder: DataFolder, key: bytes, person: str, token: str, doing: str, now: datetime) -> None:
    """Nothing where the token is the person's.

    Raises
    ------
    NotEntitled
        It is not, which is counted.
    TooManyWrong
        That many were wrong that no token of theirs is looked at for a while.
    """
    _require_no_wait(folder, person, doing, now)
    named = {"person": person}
    if re.fullmatch(r"[0-9a-f]{64}", token) and verify(signer_token(key, person), named, sign(token, named)):
        return
    _count(folder, person, doing, now)
    _require_no_wait(folder, person, doing, now)
    raise NotEntitled(
        f"{doing}: the token is not that of {person}, expected what `assignment token` printed for them. "
        "Nothing was changed."
    )


def wrong_tokens(folder: DataFolder, person: str) -> list[datetime]:
    """When this person's name was used with a wrong token, so far."""
    return [datetime.fromisoformat(json.loads(line)["at"]) for line in read_whole_lines(_file(folder, person))]


def _require_no_wait(folder: DataFolder, person: str, doing: str, now: datetime) -> None:
    until = free_at(wrong_tokens(folder, person), now)
    if until:
        raise TooManyWrong(
            f"{doing}: {MOST} wrong tokens for {person} in {WITHIN.seconds // 60} minutes, expected the right one. "
            f"No token of theirs is looked at before {until:%Y-%m-%d %H:%M:%S} UTC. Nothing was changed.",
            until,
        )


def _count(folder: DataFolder, person: str, doing: str, now: datetime) -> None:
    append_lines(_file(folder, person), json.dumps({"at": now.isoformat(), "doing": doing}) + "\n")
    if free_at(wrong_tokens(folder, person), now):
        path = folder.root / "alerts" / f"{now:%Y%m%dT%H%M%S}-wrong-tokens-{_name(person)}.txt"
        write_whole(
            path,
            f"{MOST} wrong signing tokens were given for {person} in {WITHIN.seconds // 60} minutes, the last for: "
            f"{doing}.\n  Nothing was changed, and no token of theirs is looked at for a while.\n"
            "  What to do: ask whether it was they. If not, find out who used their name.\n",
        )


def _file(folder: DataFolder, person: str) -> Path:
    return folder.root / "wrong_tokens" / f"{_name(person)}.jsonl"


def _name(person: str) -> str:
    return safe_key(person.strip().casefold())
