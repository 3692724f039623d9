"""Ids of the org's records, of whatever object: 15 characters whose case tells them apart, completed to 18."""

import re

from assignment_assets.domain.sources.ids import checksum, complete_id

SHAPE = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
BODY = 15


def completed(text: str) -> str:
    """The id with its 18 characters; what is none stays as it is."""
    known = complete_id(text)
    return known + checksum(known) if SHAPE.fullmatch(known) and len(known) == BODY else known


def is_record_id(text: str) -> bool:
    """Whether the text is a completed id: its last three characters say which of the others are capitals."""
    return SHAPE.fullmatch(text) is not None and text[BODY:] == checksum(text[:BODY])
