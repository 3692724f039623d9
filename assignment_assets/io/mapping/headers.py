"""How a source's header is recognised: names are the same whatever their case, blanks and non-breaking spaces."""

from collections import Counter
from collections.abc import Collection, Sequence

HEADER_WITHIN = 20


def plain_name(name: str) -> str:
    """The name as names are compared: case folded, every run of blanks one blank, none around it."""
    return " ".join(name.replace("\ufeff", "").replace("\u200b", "").split()).casefold()


def names_met(row: Sequence[str | None], wanted: Collection[str]) -> int:
    """How many of the wanted names stand in the row."""
    return len({plain_name(cell or "") for cell in row} & {plain_name(name) for name in wanted})


def known_names(row: Sequence[str], wanted: Collection[str]) -> tuple[list[str], list[str]]:
    """The header's names, wanted ones in the spelling of `wanted`; and the wanted ones that stand there twice.

    A name in its very spelling goes before one that differs in case or blanks. Where a name that nobody wants stands
    twice, the second is empty: it does not matter.
    """
    exact = set(row) & set(wanted)
    meant = {plain_name(name): name for name in wanted if name not in exact}
    names = [cell if cell in exact else meant.get(plain_name(cell), cell) for cell in row]
    counts = Counter(names)
    doubled = sorted(name for name in wanted if counts[name] > 1)
    seen: set[str] = set()
    once = []
    for name in names:
        once.append("" if name in seen else name)
        seen.add(name)
    return once, doubled
