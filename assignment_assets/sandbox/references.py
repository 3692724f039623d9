"""`@{reference.field}` in a composite call: a later request takes values from the answers to earlier ones."""

import re
from typing import Any

from assignment_assets.sandbox.call import Reply
from assignment_assets.sandbox.refusal import Refusal

REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


def resolved(value: Any, replies: dict[str, Reply]) -> Any:
    """The value with every reference in its texts replaced; a text that is one reference becomes what it refers to.

    Raises
    ------
    Refusal
        400 INVALID_INPUT for a reference to what was not answered before, or did not succeed.
    """
    if isinstance(value, dict):
        return {key: resolved(each, replies) for key, each in value.items()}
    if isinstance(value, list):
        return [resolved(each, replies) for each in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value)
    if whole:
        return _found(whole, replies)
    return REFERENCE.sub(lambda match: str(_found(match, replies)), value)


def _found(match: re.Match, replies: dict[str, Reply]) -> Any:
    reply = replies.get(match[1])
    if reply is None or reply.status >= 300:
        raise _unknown(match[1])
    found = reply.body
    for name, number in STEP.findall(match[2]):
        if name and isinstance(found, dict) and name in found:
            found = found[name]
        elif number and isinstance(found, list) and int(number) < len(found):
            found = found[int(number)]
        else:
            raise _unknown(match[1] + match[2])
    return found


def _unknown(name: str) -> Refusal:
    return Refusal(400, "INVALID_INPUT", f"Invalid reference specified. No value for {name} found.")
