"""A person's choice of another point of the front, signed, and what it costs against the knee."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput, NotEntitled, Tampered
from assignment_assets.domain.identity import canonical_json, sign, verify
from assignment_assets.domain.tables import CHOSEN_POINTS

OBJECTIVES = {
    "referring_balance": ("points of balance", 3),
    "drive_minutes": ("minutes of mean drive time", 1),
    "moves_pct": ("points of accounts that change owner", 1),
    "worst_book": ("points of the worst book", 1),
}


@dataclass(frozen=True)
class ChosenPoint:
    """One point of a cycle's front, named with its figures, so that another front's point is never meant."""

    cycle: str
    point: int
    figures: str
    chosen_by: str
    note: str = ""


def figures_of(front: pl.DataFrame, point: int) -> str:
    """The point's objectives as text: what a choice is bound to.

    Raises
    ------
    InvalidInput
        The front has no such point.
    """
    row = _row(front, point)
    return " ".join(f"{row[name]:.6f}" for name in OBJECTIVES)


def price(front: pl.DataFrame, point: int) -> str:
    """What a point costs against the knee, in words; for the knee itself, that it is the knee.

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
    gains, costs = [], []
    for name, (unit, digits) in OBJECTIVES.items():
        difference = round(row[name] - knee[name], digits)
        if difference:
            text = f"{abs(difference):,.{digits}f} {unit}"
            (costs if difference > 0 else gains).append(text)
    won = f"wins {' and '.join(gains)}" if gains else "wins nothing"
    return f"{won}; costs {' and '.join(costs)}" if costs else won


def signed_choice(choice: ChosenPoint, token: str) -> str:
    """The choice as the text of its file, signed with the person's token."""
    content = asdict(choice)
    return canonical_json(content | {"signature": sign(token, content)}) + "\n"


def read_choice(content: dict, token: str, person: str, signers: Iterable[str]) -> ChosenPoint:
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


def chosen_row(front: pl.DataFrame, choice: ChosenPoint | None) -> pl.DataFrame:
    """Table `chosen_points`: the point in force, who chose it, and its price.

    Raises
    ------
    InvalidInput
        The choice names a point that this front does not have with these figures.
    """
    if choice is None:
        point, by, note = front.filter("is_knee")["point"].item(), "engine", ""
    else:
        point, by, note = choice.point, choice.chosen_by, choice.note
        if figures_of(front, point) != choice.figures:
            raise InvalidInput("chosen point", [Fault(
                f"point {point}", "it has other figures than when it was chosen", "the front that was chosen from",
                "Look at the front again and choose anew.",
            )])
    row = {"point": point, "chosen_by": by, "note": note, "price": price(front, point)}
    return CHOSEN_POINTS.conform(pl.DataFrame([row], schema=CHOSEN_POINTS.columns))


def _row(front: pl.DataFrame, point: int) -> dict:
    rows = front.filter(pl.col("point") == point)
    if not rows.height:
        raise InvalidInput("chosen point", [Fault(
            f"point {point}", "the front has no such point", f"0 to {front.height - 1}", "Look at `referring_front`.",
        )])
    return rows.row(0, named=True)
