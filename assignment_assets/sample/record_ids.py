"""Salesforce ids for generated records: valid, 18 characters, in counting order."""

import string

from assignment_assets.domain.ids import complete_id

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
POD = "5g00000"
FIRST = 40_000_000  # so that ids show capitals and small letters from the start
ACCOUNT, USER, OPPORTUNITY = "001", "005", "006"


def record_ids(prefix: str, count: int) -> list[str]:
    """`count` different 18-character ids that begin with `prefix`, the same ones every time."""
    return [complete_id(prefix + POD + _five_digits(FIRST + number)) for number in range(count)]


def _five_digits(number: int) -> str:
    digits = []
    for _ in range(5):
        number, digit = divmod(number, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))
