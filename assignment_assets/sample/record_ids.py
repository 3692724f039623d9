"""Salesforce ids for generated records: valid, 18 characters, in counting order."""

import string

from assignment_assets.domain.sources.ids import checksum

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
PAIRS = [high + low for high in DIGITS for low in DIGITS]
POD = "5g00000"
FIRST = 40_000_000  # so that ids show capitals and small letters from the start
ACCOUNT, USER, OPPORTUNITY = "001", "005", "006"


def record_ids(prefix: str, count: int) -> list[str]:
    """`count` different 18-character ids that begin with `prefix`, the same ones every time."""
    bodies = (prefix + POD + _five_digits(FIRST + number) for number in range(count))
    return [body + checksum(body) for body in bodies]


def _five_digits(number: int) -> str:
    rest, low = divmod(number, len(PAIRS))
    high, middle = divmod(rest, len(PAIRS))
    return DIGITS[high] + PAIRS[middle] + PAIRS[low]
