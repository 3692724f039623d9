"""Reads a column of numbers as its writer meant them: currency, thousands and decimal sign decided from the whole."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

LARGEST = Decimal(10) ** 15
_CODES = (
    *("USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "JPY", "CNY", "INR", "MXN", "BRL", "SEK", "NOK", "DKK"),
    *("PLN", "CZK", "HUF", "RON", "ILS", "ZAR", "SGD", "HKD", "KRW", "TRY", "AED", "SAR"),
)
_SIGN = rf"(?:US\$|CA\$|AU\$|A\$|C\$|R\$|[$€£¥₹₩₽₺₪]|(?:{'|'.join(_CODES)})\.?)"
_MONEY = re.compile(rf"(?P<before>{_SIGN})?(?P<number>[^A-Za-z$€£¥₹₩₽₺₪]*(?:[eE][+-]?\d+)?)(?P<after>{_SIGN})?")
_CODE_OF_SIGN = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}
_TORN = re.compile(r"\d[ \u00a0\u202f\u2009\u2007](?!\d{3}(?!\d))\d|\d{4,}[ \u00a0\u202f\u2009\u2007]\d")
"""Two numbers in one cell: blanks group three digits each."""
_SIGNS = dict.fromkeys(map(ord, "\u2212\u2013\u2010\u2011\ufe63\uff0d"), "-")
_NO_CENTS = re.compile(r"[.,](-|\u2013|\u2014|--)$")
_BLANKS = dict.fromkeys(map(ord, " \u00a0\u202f\u2009\u2007'\u2019"))
_NUMBER = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE][+-]?\d{1,3})?")
_EITHER = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+")
_IN_CENTS = re.compile(r"-?[\d,]*\.\d{2}")
_SURELY_DECIMAL = re.compile(r"-?\d*\.(\d{1,2}|\d{4,})|-?0?\.\d{3}|-?\d{4,}\.\d{3}|-?[\d,]*,\d{3}\.\d*")

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
"""What most cells are: nothing of it is decided by the rest of the column but the meaning of a dot."""
_DOLLARS = re.compile(r"(-?)(\$?)([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)")
"""What most other cells are."""

DecimalSign = Literal[".", ","]


class Written(NamedTuple):
    """A number as written: without blanks and currency, and which currency that was (empty for none)."""

    text: str
    currency: str


def written(cell: str) -> Written:
    """The cell without its currency, apostrophes and blanks; parentheses mean minus."""
    if _PLAIN.fullmatch(cell):
        return Written(cell, "")
    if dollars := _DOLLARS.fullmatch(cell):
        return Written(dollars[1] + dollars[3], "USD" if dollars[2] else "")
    if _TORN.search(cell):
        return Written(cell, "")
    plain = _NO_CENTS.sub("", cell.translate(_BLANKS)).translate(_SIGNS)
    is_negative = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1] if is_negative else plain
    if plain.startswith("-"):
        is_negative, plain = not is_negative, plain[1:]
    met = _MONEY.fullmatch(plain)
    if not met or (met["before"] and met["after"]):
        return Written(cell, "")
    sign = (met["before"] or met["after"] or "").removesuffix(".")
    number = met["number"].removesuffix("-") if met["number"].endswith("-") else met["number"]
    is_negative = is_negative != met["number"].endswith("-")
    return Written(("-" if is_negative else "") + number, _CODE_OF_SIGN.get(sign, sign))


def number_of(cell: str, decimal: DecimalSign = ".") -> Decimal | None:
    """The number; null where the cell holds none, or one of more than 10^15.

    The sign that is not `decimal` groups thousands, three digits each.
    """
    if decimal == "." and _PLAIN.fullmatch(cell):
        return _within(Decimal(cell))
    plain = written(cell).text
    if decimal == ",":
        plain = plain.translate(str.maketrans(",.", ".,"))
    if not _NUMBER.fullmatch(plain) or not any(character.isdigit() for character in plain):
        return None
    return _within(Decimal(plain.replace(",", "")))


def _within(number: Decimal) -> Decimal | None:
    return number if abs(number) <= LARGEST else None


def currencies(cells: Iterable[str]) -> list[str]:
    """The currencies that the cells are written in, the commonest first; cells without one do not count."""
    met = Counter(found for cell in cells if (found := written(cell).currency))
    return [code for code, _ in met.most_common()]


def is_either(cells: Collection[str]) -> bool:
    """Whether a dot may group thousands as well as begin decimals: three digits after every one, as in 388.000.

    Where every other amount has its two decimals, three in one cell are no decimals either: both are in question.
    """
    dotted = [text for cell in cells if "." in cell and "." in (text := written(cell).text)]
    may_group = [text for text in dotted if _EITHER.fullmatch(text)]
    surely = [text for text in dotted if _SURELY_DECIMAL.fullmatch(text)]
    return bool(may_group) and all(_IN_CENTS.fullmatch(text) for text in surely)


def reads_better(cells: Collection[str], decimal: DecimalSign) -> bool:
    """Whether more cells are numbers with this decimal sign than with the other."""
    other: DecimalSign = "." if decimal == "," else ","
    here = sum(number_of(cell, decimal) is not None for cell in cells)
    return here > sum(number_of(cell, other) is not None for cell in cells)
