"""Numbers, money, dates and codes as people read them."""

import datetime as dt

NOTHING = "–"
BOOK_STATE_WORDS = {"before": "before", "proposed": "as proposed", "reviewed": "after review", "decided": "as decided"}
MEASURE_WORDS = {
    "account_count": "Accounts",
    "opp_count": "Opportunities",
    "bps": "BPS",
    "tam_cents": "TAM",
    "value_cents": "Value",
}

SPELLING = {
    "arm": "ARM",
    "growers": "Growers",
    "activators": "Activators",
    "l3m_referrer": "L3M referrer",
    "l3m": "L3M",
    "never": "never referred",
}


def whole(value) -> str:
    """A count with thousands separators: 12,345."""
    return NOTHING if value is None else f"{round(value):,}"


def signed(value) -> str:
    """A count with its sign: +12, −3, 0."""
    if value is None:
        return NOTHING
    return "0" if not round(value) else f"{'+' if value > 0 else '−'}{abs(round(value)):,}"


def decimal(value, places: int = 1) -> str:
    """A number with thousands separators and that many decimals."""
    return NOTHING if value is None else f"{value:,.{places}f}".replace("-", "−")


def percent(value, places: int = 1) -> str:
    """Per cent: 12.8%."""
    return NOTHING if value is None else f"{decimal(value, places)}%"


def dollars(cents) -> str:
    """Dollars from cents, three figures from a thousand up: $842, $12.3K, $4.82M, $1.20B."""
    if cents is None:
        return NOTHING
    amount, sign = abs(cents) / 100, "−" if cents < 0 else ""
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if amount >= size * 0.9995:
            figure = amount / size
            places = 2 if figure < 9.995 else 1 if figure < 99.95 else 0
            return f"{sign}${figure:,.{places}f}{unit}"
    return f"{sign}${amount:,.0f}"


def hundredths(value) -> str:
    """BPS from whole hundredths: 1,234.5."""
    return NOTHING if value is None else decimal(value / 100)


def minutes(value) -> str:
    """Minutes, from two hours up as hours: 84 min, 3 h 05 min."""
    if value is None:
        return NOTHING
    rounded = round(value)
    return f"{rounded} min" if rounded < 120 else f"{rounded // 60:,} h {rounded % 60:02} min"


def seconds(value) -> str:
    """Seconds with one decimal below a minute: 4.2 s, 2 min 05 s."""
    if value is None:
        return NOTHING
    return f"{value:.1f} s" if value < 59.95 else f"{round(value) // 60} min {round(value) % 60:02} s"


def day(value: dt.date | None) -> str:
    """A date: 21 Nov 2026."""
    return NOTHING if value is None else f"{value.day} {value:%b %Y}"


def moment(value: dt.datetime | None) -> str:
    """A UTC time: 21 Nov 2026 19:05 UTC."""
    return NOTHING if value is None else f"{day(value)} {value:%H:%M} UTC"


def words(code: str | None) -> str:
    """A code of the tables as words: protected_deal → protected deal."""
    return NOTHING if not code else SPELLING.get(code, code.replace("_", " "))


def of_measure(measure: str, value) -> str:
    """A load in the measure's own words: dollars for TAM and value, plain BPS, counts."""
    if measure in ("tam_cents", "value_cents"):
        return dollars(value)
    return hundredths(value) if measure == "bps" else whole(value)


def within_sentence(measure: str) -> str:
    """A measure's name as it stands within a sentence: opportunities, BPS."""
    name = MEASURE_WORDS[measure]
    return name if name.isupper() else name.lower()


def plural(count: int, noun: str) -> str:
    """A count with its noun: 1 account, 12 accounts."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
