"""Rows of a bar with a target each, as aligned text and for programs."""

import json
from collections.abc import Iterable

Figure = tuple[str, str, object, bool | None]
"""Name, target, figure, whether it is met; None where there is no target."""
MARKS = {True: "ok", False: "NO", None: "--"}
SHOWN = 5


def mark(figure: Figure) -> str:
    """ok, NO, or -- where there is no target."""
    return MARKS[figure[3]]


def as_entry(figure: Figure) -> dict[str, object]:
    """The row for programs."""
    name, target, found, is_met = figure
    return {"figure": name, "target": target, "found": found, "met": is_met}


def as_text(figures: list[Figure]) -> str:
    """The rows below each other, and how many of the targets are met."""
    wide = max(len(name) for name, *_ in figures)
    far = max(len(target) for _, target, *_ in figures)
    lines = [f"{mark(each)} {each[0]:<{wide}}  {each[1]:>{far}}  {_spelled(each[2])}" for each in figures]
    judged = [is_met for *_, is_met in figures if is_met is not None]
    return "\n".join([*lines, f"{sum(judged)} of {len(judged)} met"])


def some(found: Iterable[object]) -> object:
    """How many, with the first of them; 0 where there are none."""
    listed = sorted(found, key=str)
    return [len(listed), *listed[:SHOWN]] if listed else 0


def _spelled(found: object) -> str:
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str)
