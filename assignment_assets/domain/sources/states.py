"""The USPS codes of states, the federal district and territories, and their names."""

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


@lru_cache(maxsize=4096)
def state_code(text: str) -> str | None:
    """The USPS code of a state given by code, English name or usual abbreviation in any case; null where it is none."""
    upper = text.strip().upper()
    if upper in STATE_CODES:
        return upper
    plain = _plain(text)
    return plain if plain in STATE_CODES else _CODE_OF_NAME.get(plain)
