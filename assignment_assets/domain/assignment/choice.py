"""A person's choice of another point of the front, signed, and what it costs against the knee."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput, NotEntitled, Tampered
from assignment_assets.domain.identity.codes import canonical_json, sign, verify
from assignment_assets.domain.tables import CHOSEN_POINTS, ChosenPointsFrame, ReferringFrontFrame

OBJECTIVES = ("referring_imbalance", "drive_minutes", "moves_pct", "worst_book")
"""What a point is bound to, and what its price is told in; less is better everywhere."""
IN_WORDS = {
    "referring_imbalance": ("{} points less imbalance", "{} points of imbalance"),
    "drive_minutes": ("{} minutes less mean drive", "{} minutes of mean drive"),
    "moves_pct": ("{} fewer moves", "{} more moves"),
    "worst_book": ("{} points off the heaviest book", "{} points on the heaviest book"),
}
"""Objective → how less of it is told, and how more."""
ENGINE = "engine"  # who chose, where nobody did
UNSEEN = 0.005  # a smaller difference is none


@dataclass(frozen=True)
class ChosenPoint:
    """One point of a cycle's front, named with its figures, so that another front's point is never meant."""

    cycle: str
    point: int
    figures: str
    chosen_by: str
    note: str = ""


def figures_of(front: ReferringFrontFrame, point: int) -> str:
    """The point's objectives as text: what a choice is bound to.

    Raises
    ------
    InvalidInput
        The front has no such point.
    """
    row = _row(front, point)
    return " ".join(f"{row[name]:.6f}" for name in OBJECTIVES)


def price(front: ReferringFrontFrame, point: int) -> str:
    """What a point costs against the knee, in words: *12 % fewer moves costs 0.4 points of imbalance*.

    Parameters
    ----------
    front
        Table `referring_front`.
    point
        The point's number.
    """
    knee = front.filter("is_knee").row(0, named=True)
    row = _row(front, point)
    if row["point"] == knee["point"]:
        return "the knee: the best compromise under the configured weights"
    gains: list[str] = []
    costs: list[str] = []
    for name, (less, more) in IN_WORDS.items():
        difference = row[name] - knee[name]
        if abs(difference) >= UNSEEN:
            amount = _moves(difference, knee[name]) if name == "moves_pct" else _amount(difference)
            (costs if difference > 0 else gains).append((more if difference > 0 else less).format(amount))
    if not gains:
        return f"wins nothing and costs {_listed(costs)}" if costs else "as good as the knee"
    if not costs:
        return f"{_listed(gains)} at no cost"
    return f"{_listed(gains)} {'costs' if len(gains) == 1 else 'cost'} {_listed(costs)}"


def _amount(difference: float) -> str:
    """Two figures or all that stand before the point: 0.42, 1.4, 37."""
    size = abs(difference)
    digits = 2 if size < 0.995 else 1 if size < 9.95 else 0
    text = f"{size:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moves(difference: float, knee: float) -> str:
    """Per cent of the knee's moves; where the knee moves nothing, points of the accounts."""
    return f"{_amount(100 * difference / knee)} %" if knee else f"{_amount(difference)} points"


def _listed(parts: list[str]) -> str:
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def signed_choice(choice: ChosenPoint, token: str) -> str:
    """The choice as the text of its file, signed with the person's token."""
    content = asdict(choice)
    return canonical_json(content | {"signature": sign(token, content)}) + "\n"


def read_choice(content: Mapping[str, Any], token: str, person: str, signers: Iterable[str]) -> ChosenPoint:
    """The choice that a file's JSON holds, once its signature and its signer are checked.

    Raises
    ------
    Tampered
        The fields or the signature are not those of a signed choice, or it is somebody else's.
    NotEntitled
        The person may not sign for this company.
    """
    fields = {name: value for name, value in content.items() if name != "signature"}
    wanted = {"cycle": str, "point": int, "figures": str, "chosen_by": str, "note": str}
    is_choice = {name: type(value) for name, value in fields.items()} == wanted
    if not (is_choice and verify(token, fields, content.get("signature", "")) and fields["chosen_by"] == person):
        raise Tampered(
            f"chosen point of {person}: it is not signed by {person} as it stands, expected a file that "
            "`assignment choose` wrote. Choose again."
        )
    if person not in signers:
        raise NotEntitled(
            f"chosen point: {person} is not among the signers, expected one of them. The settings name who may sign."
        )
    return ChosenPoint(**fields)


def chosen_row(front: ReferringFrontFrame, choice: ChosenPoint | None) -> ChosenPointsFrame:
    """Table `chosen_points`: the point in force, who chose it, and its price.

    Raises
    ------
    InvalidInput
        The choice names a point that this front does not have with these figures.
    """
    if choice is None:
        point, by, note = front.filter("is_knee")["point"].item(), ENGINE, ""
    else:
        point, by, note = choice.point, choice.chosen_by, choice.note
        if figures_of(front, point) != choice.figures:
            raise InvalidInput(
                "chosen point",
                [
                    Fault(
                        f"point {point}",
                        "it has other figures than when it was chosen",
                        "the front that was chosen from",
                        "Look at the front again and choose anew.",
                    )
                ],
            )
    row = {"point": point, "chosen_by": by, "note": note, "price": price(front, point)}
    return CHOSEN_POINTS.conform(pl.DataFrame([row], schema=CHOSEN_POINTS.columns))


def _row(front: ReferringFrontFrame, point: int) -> dict[str, Any]:
    rows = front.filter(pl.col("point") == point)
    if not rows.height:
        raise InvalidInput(
            "chosen point",
            [
                Fault(
                    f"point {point}",
                    "the front has no such point",
                    f"0 to {front.height - 1}",
                    "Look at `referring_front`.",
                )
            ],
        )
    return rows.row(0, named=True)
