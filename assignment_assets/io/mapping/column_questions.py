"""What a person must decide before a column can be read: the order of day and month, the decimal sign, the currency."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from assignment_assets.domain.tables import DATE, MOMENT, REAL, WHOLE
from assignment_assets.io.mapping.column_rule import ColumnRule, Dtype
from assignment_assets.io.mapping.days import fitting
from assignment_assets.io.mapping.numbers import currencies, is_either, number_of, reads_better, written

_SHOWN = 3
FEWEST_BARE = 0.1
"""Share of amounts without a currency from which a foreign one in the others is in question."""


@dataclass(frozen=True)
class Question:
    """Why a column as a whole cannot be read as it stands: what was found, what was expected, what to do."""

    found: str
    expected: str
    remedy: str


def torn_questions(cells: tuple[str, ...], formats: tuple[str, ...]) -> Iterator[Question]:
    """Days that two orders of day and month read as different ones."""
    if cells:
        yield Question(
            f"{len(cells)} values such as {_shown(cells)}, which {' and '.join(formats)} read as different days",
            "one order of day and month in the whole column",
            f'Keep one: dates = ["{formats[0]}"] or dates = ["{formats[1]}"].',
        )


def money_questions(cells: Collection[str], rule: ColumnRule) -> Iterator[Question]:
    """Dots that may group thousands, and amounts of more than one currency."""
    if "decimal" not in rule.model_fields_set and is_either(cells):
        dotted = [cell for cell in cells if number_of(cell) is not None and re.search(r"\.\d{3}(?!\d)", cell)]
        every = "every" if {cell for cell in cells if "." in cell} <= set(dotted) else "the"
        yield Question(
            f"{len(dotted)} values such as {_shown(dotted)}, with three digits after {every} dot",
            "a dot that begins decimals, or one that groups thousands; both are possible",
            'Say which: decimal = "," where 388.000 means 388 thousand, decimal = "." where it means 388.',
        )
    met = currencies(cells)
    is_foreign = len(met) == 1 and met[0] != "USD" and not {"decimal", "scale"} & rule.model_fields_set
    bare = [cell for cell in cells if re.search(r"[1-9]", cell) and not written(cell).currency] if is_foreign else []
    if len(bare) > FEWEST_BARE * len(cells):
        yield Question(
            f"{len(cells) - len(bare)} amounts in {met[0]}, and {len(bare)} without a currency, such as {_shown(bare)}",
            "one currency in the whole column",
            "Convert them first, write the currency into every cell, or leave the others out with only or exclude.",
        )
    if len(met) > 1:
        yield Question(
            f"amounts in {', '.join(met)}",
            "one currency in the whole column",
            "Convert them first, export one currency, or leave the other rows out with only or exclude.",
        )


def better_said(cells: Collection[str], unread: Collection[str], name: str, dtype: Dtype) -> Iterator[Question]:
    """How the cells would be read that could not be, where they are more than a tenth of the column."""
    if 10 * len(unread) <= len(cells):
        return
    if dtype in (WHOLE, REAL) and reads_better(unread, ","):
        yield Question(
            f"{len(unread)} of {len(cells)} values such as {_shown(unread)}",
            "a number whose decimals begin with a dot",
            'Say decimal = "," for this column.',
        )
    elif dtype in (DATE, MOMENT) and (formats := fitting(unread)):
        options = " or ".join(f'dates = ["{each}"]' for each in formats[:2])
        yield Question(
            f"{len(unread)} of {len(cells)} values such as {_shown(unread)}",
            "a day such as 2026-09-30",
            f"Say {options}.",
        )


def _shown(cells: Collection[str]) -> str:
    return ", ".join(cell[:40] for cell in list(cells)[:_SHOWN])
