"""Salesforce record ids: completed to 18 characters, restored after a change of case, checked.

An id of 15 characters is case-sensitive. The three characters that make it 18 say which of the 15 are
capitals, so that spreadsheets, which ignore case, do not mistake two records for one. Ids of files from
elsewhere are opaque text and pass unchanged.
"""

import re
import string

import polars as pl

ALPHABET = string.ascii_uppercase + "012345"
SPREADSHEET_NUMBER = r"\d([.,]\d+)?[eE]\+?\d+"
"""What a spreadsheet makes of an id of digits, as a pattern: 1.00E+14."""
FORMULA_ERROR = re.compile(
    r"#(N/A|NA|DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|ERROR!|GETTING_DATA)", re.IGNORECASE
)
KEPT_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; the others become zeros."""
BODY, SUFFIX, GROUP = 15, 3, 5
_FLAGS = {ord(character): "1" if character.isupper() else "0" for character in string.ascii_letters + string.digits}
_LETTER_OF_FLAGS = {f"{number:0{GROUP}b}"[::-1]: letter for number, letter in enumerate(ALPHABET)}
KEY_PREFIXES = frozenset({"001", "003", "005", "006", "00D", "00G", "00Q"})
"""Account, contact, user, opportunity, organisation, queue and lead: what an id begins with."""


def complete_id(text: str) -> str:
    """The id in its one spelling: 18 characters where it is a Salesforce id, else the text as it came.

    A Salesforce id has 15 or 18 ASCII letters and digits and begins with a prefix of `KEY_PREFIXES`.
    Fifteen characters get their suffix. Eighteen characters all in one case get their capitals back from the
    suffix. Surrounding blanks go. What contradicts its suffix stays as it is; `is_damaged_id` tells.
    """
    stripped = text.strip()
    if not looks_like_salesforce(stripped):
        return stripped
    body, suffix = stripped[:BODY], stripped[BODY:].upper()
    if not suffix:
        return body + checksum(body)
    if checksum(body) == suffix:
        return body + suffix
    if body in (body.lower(), body.upper()):
        restored = _with_capitals(body, suffix)
        if checksum(restored) == suffix:
            return restored + suffix
    return stripped


def checksum(body: str) -> str:
    """The three characters that follow a 15-character id: each says which of five characters are capitals."""
    flags = body.translate(_FLAGS)
    return _LETTER_OF_FLAGS[flags[:5]] + _LETTER_OF_FLAGS[flags[5:10]] + _LETTER_OF_FLAGS[flags[10:]]


def is_salesforce_id(text: str) -> bool:
    """Whether the text is an 18-character Salesforce id whose suffix agrees with its capitals."""
    return _has_full_shape(text) and checksum(text[:BODY]) == text[BODY:]


def is_damaged_id(text: str) -> bool:
    """Whether the text has the shape of an 18-character Salesforce id, but its suffix contradicts it."""
    completed = complete_id(text)
    return _has_full_shape(completed) and not is_salesforce_id(completed)


def damage_of(text: str) -> str:
    """What a spreadsheet or a tool has done to an id beyond repair, as a sentence's end; empty where nothing shows."""
    plain = text.strip()
    if FORMULA_ERROR.fullmatch(plain):
        return "a spreadsheet's formula failed there"
    if re.fullmatch(SPREADSHEET_NUMBER, plain):
        return "a spreadsheet seems to have turned it into a number"
    if is_rounded(plain):
        return "a spreadsheet has kept 15 digits of it"
    if "://" in plain:
        return "it is a link, not the id itself"
    if BODY < len(plain) < BODY + SUFFIX and looks_like_salesforce(plain[:BODY]) and plain.isalnum():
        return "its end is cut off"
    return "its last three characters contradict its capitals" if is_damaged_id(plain) else ""


def is_rounded(text: str) -> bool:
    """Whether it is a number of more digits than a spreadsheet keeps, the rest zeros."""
    return len(text) > KEPT_DIGITS + 1 and text.isdecimal() and not text[KEPT_DIGITS:].strip("0")


def sure_body(text: str) -> str:
    """The first 15 characters of an id whose capitals are sure: by its suffix, or because it has large and small."""
    plain = complete_id(text)
    body = plain[:BODY]
    is_sure = is_salesforce_id(plain) and (
        len(text.strip()) == BODY + SUFFIX or body not in (body.lower(), body.upper())
    )
    return body if is_sure else ""


def damaged(column: pl.Series) -> pl.Series:
    """Which ids of a column are damaged Salesforce ids; none where the column holds numbers of another system."""
    if _is_of_another_system(column):
        return pl.Series(column.name, [False], dtype=pl.Boolean).new_from_index(0, column.len())
    flags = {text: is_damaged_id(text) for text in column.drop_nulls().unique().to_list()}
    return pl.Series(column.name, [flags.get(text, False) for text in column.to_list()], dtype=pl.Boolean)


def _is_of_another_system(column: pl.Series) -> bool:
    """Whether ids of 18 characters end, in more than a fifth, in what no Salesforce id can end in."""
    long = [text for text in column.drop_nulls().unique() if len(text) == BODY + SUFFIX and text[:3] in KEY_PREFIXES]
    foreign = [text for text in long if text.isalnum() and not set(text[BODY:].upper()) <= set(ALPHABET)]
    return len(foreign) * 5 > len(long)


def complete_ids(column: pl.Series) -> pl.Series:
    """The column with every id completed; nulls stay, blank texts become null."""
    complete = str.strip if _is_of_another_system(column) else complete_id
    spellings = {text: complete(text) or None for text in column.drop_nulls().unique().to_list()}
    completed = [None if text is None else spellings[text] for text in column.to_list()]
    return pl.Series(column.name, completed, dtype=pl.String)


def _has_full_shape(text: str) -> bool:
    return len(text) == BODY + SUFFIX and looks_like_salesforce(text)


def looks_like_salesforce(text: str) -> bool:
    """Whether the text has the shape of an id of 15 or 18 characters, whatever its case."""
    if len(text) not in (BODY, BODY + SUFFIX) or not (text.isascii() and text.isalnum()):
        return False
    if text[:3].upper() not in KEY_PREFIXES:
        return False
    return all(character in ALPHABET for character in text[BODY:].upper())


def _with_capitals(body: str, suffix: str) -> str:
    is_capital = [ALPHABET.index(suffix[place // GROUP]) >> place % GROUP & 1 for place in range(BODY)]
    return "".join(
        character.upper() if capital else character.lower() for character, capital in zip(body, is_capital, strict=True)
    )
