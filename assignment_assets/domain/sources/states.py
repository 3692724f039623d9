"""The USPS codes of states, the federal district and territories, and their names."""

import re
from functools import lru_cache

STATE_NAMES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AS": "American Samoa",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DC": "District of Columbia",
    "DE": "Delaware",
    "FL": "Florida",
    "FM": "Federated States of Micronesia",
    "GA": "Georgia",
    "GU": "Guam",
    "HI": "Hawaii",
    "IA": "Iowa",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "MA": "Massachusetts",
    "MD": "Maryland",
    "ME": "Maine",
    "MH": "Marshall Islands",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MO": "Missouri",
    "MP": "Northern Mariana Islands",
    "MS": "Mississippi",
    "MT": "Montana",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "NE": "Nebraska",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NV": "Nevada",
    "NY": "New York",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "PR": "Puerto Rico",
    "PW": "Palau",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VA": "Virginia",
    "VI": "US Virgin Islands",
    "VT": "Vermont",
    "WA": "Washington",
    "WI": "Wisconsin",
    "WV": "West Virginia",
    "WY": "Wyoming",
}
STATE_CODES = frozenset(STATE_NAMES)
NO_STATES = {
    **dict.fromkeys(("AA", "AE", "AP"), "a military post"),
    **dict.fromkeys(
        ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"), "a Canadian province"
    ),
}
"""Codes that stand where a state should and are none, with what they are."""
_ABBREVIATIONS = {
    "AL": "Ala",
    "AK": "Alas",
    "AZ": "Ariz",
    "AR": "Ark",
    "CA": "Calif Cal",
    "CO": "Colo",
    "CT": "Conn",
    "DE": "Del",
    "FL": "Fla",
    "IL": "Ill",
    "IN": "Ind",
    "KS": "Kans Kan",
    "KY": "Kent",
    "LA": "Louis",
    "MA": "Mass",
    "MD": "Maryl",
    "MI": "Mich",
    "MN": "Minn",
    "MS": "Miss",
    "MT": "Mont",
    "NE": "Nebr Neb",
    "NV": "Nev",
    "OK": "Okla",
    "OR": "Ore Oreg",
    "PA": "Penn Penna",
    "TN": "Tenn",
    "TX": "Tex",
    "VT": "Verm",
    "VA": "Virg",
    "WA": "Wash",
    "WI": "Wis Wisc",
    "WY": "Wyo",
    "DC": "Washington_DC District_of_Columbia Washington_D_C Wash_DC D_C",
    "NH": "N_H N_Hampshire",
    "NJ": "N_J N_Jersey",
    "NM": "N_M N_Mex N_Mexico New_Mex",
    "NY": "N_Y N_York New_York_State",
    "NC": "N_C N_Carolina N_Car",
    "ND": "N_D N_Dak N_Dakota",
    "RI": "R_I",
    "SC": "S_C S_Carolina S_Car",
    "SD": "S_D S_Dak S_Dakota",
    "WV": "W_Va W_V W_Virginia",
    "PR": "P_R",
    "VI": "Virgin_Islands U_S_Virgin_Islands",
}

_SPELLINGS = {
    code: (name, *words.split()) for code, name in STATE_NAMES.items() for words in (_ABBREVIATIONS.get(code, ""),)
}


def _plain(text: str) -> str:
    """The letters of a name in capitals, one blank between words: points, commas and underscores part them."""
    words = " ".join("".join(character if character.isalpha() else " " for character in text).upper().split())
    return words.removeprefix("STATE OF ").removesuffix(" STATE")


_CODE_OF_NAME = {_plain(spelling): code for code, spellings in _SPELLINGS.items() for spelling in spellings}
_SEPARATORS = re.compile(r"[;,/|\n\t+\u00b7\u2022\u3001\uff0c\uff1b\\\\]+|\s[-\u2013]\s")
_DISTRICT = re.compile(r"(?i)\bWashington,? *D\.? ?C\b\.?")
_JOINS = frozenset({"and", "&", "und", "y", "et", "e", "or"})
_LONGEST_NAME = 4


def listed_states(text: str) -> list[str]:
    """The states of a list, as they are written in it, between any of the usual separators.

    Blanks part codes and names; `Washington, D.C.` is one place. Between blanks, a small `or` is no Oregon beside codes
    in capitals; beside small ones, or where it stands twice, nobody knows, and what is returned is no state.
    """
    found: list[str] = []
    for item in _SEPARATORS.split(_DISTRICT.sub("DC", text)):
        words, names = item.split(), list[str]()
        while words:
            lengths = range(min(_LONGEST_NAME, len(words)), 0, -1)
            length = next((each for each in lengths if state_code(" ".join(words[:each]))), 1)
            names.append(" ".join(words[:length]))
            words = words[length:]
        found += _without_joins(names)
    return found


def _without_joins(names: list[str]) -> list[str]:
    """Names between two separators without the words that join them; an `or` that may be Oregon is spelt out."""
    if len(names) < 2:
        return names
    has_capitals = any(each.isupper() and state_code(each) for each in names)
    ors = [each for each in names if each.lower() == "or"]
    if (len(ors) > 1 and "or" not in ors) or ("or" in ors and not has_capitals):
        return ["or, Oregon?" if each in ors else each for each in names]
    return [each for each in names if each not in _JOINS]


@lru_cache(maxsize=4096)
def state_code(text: str) -> str | None:
    """The USPS code of a state given by code, English name or usual abbreviation in any case; null where it is none."""
    upper = re.sub(r"^USA?[ -]", "", text.strip().upper())
    if upper in STATE_CODES:
        return upper
    plain = _plain(text)
    letters = plain.replace(" ", "")
    if letters in STATE_CODES and len(letters) == 2:
        return letters
    return plain if plain in STATE_CODES else _CODE_OF_NAME.get(plain)
