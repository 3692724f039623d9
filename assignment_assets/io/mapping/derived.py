"""What the mapping leaves out and other cells tell: whether a deal is closed, by the words of its stage; and people who
stand in no file."""

import re
from collections import Counter
from collections.abc import Collection

import polars as pl

from assignment_assets.domain.sources.names import id_of_name
from assignment_assets.domain.tables import FLAG, TEXT, WHOLE

WON = frozenset({"won", "closedwon", "closewon", "dealwon", "closedwonrenewal", "contractsigned"})
LOST = frozenset(
    {"lost", "closedlost", "closelost", "deallost", "dead", "deadlead", "abandoned", "cancelled", "canceled"}
)
_EXAMPLES = 3


def with_closed(deals: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The deals with is_closed and is_won by their stage where the source does not say, and what was done.

    Closed are stages that say won, lost or closed, such as Closed Won. Without a stage too, every deal counts as open.
    """
    if "is_closed" in deals.columns:
        return deals, ()
    if "stage" not in deals.columns:
        return deals, (
            "Neither is_closed nor a stage is mapped: every deal counts as open, and may protect its account.",
        )
    judged = deals.with_columns(
        is_closed=pl.col("stage").map_elements(is_closed_word, return_dtype=pl.Boolean).fill_null(False)
    )
    if "is_won" not in deals.columns:
        judged = judged.with_columns(
            is_won=pl.col("stage").map_elements(is_won_word, return_dtype=pl.Boolean).fill_null(False)
        )
    closed = Counter(judged.filter("is_closed")["stage"].drop_nulls())
    others = Counter(judged.filter(~pl.col("is_closed"))["stage"].drop_nulls())
    return judged, (
        f"is_closed is not mapped: by their stage {judged['is_closed'].sum()} of {judged.height} deals are closed "
        f"({_words(closed)}), the others open ({_words(others)}).",
    )


def with_inside_sales(reps: pl.DataFrame, names: Collection[str]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The roster with people who stand in no file and work as Inside Sales, and who was added."""
    last = max(reps["row_no"].drop_nulls().to_list(), default=0)
    added = pl.DataFrame(
        {
            "row_no": range(last + 1, last + 1 + len(names)),
            "rep_id": [id_of_name(name) for name in names],
            "name": list(names),
            "team": ["arm"] * len(names),
            "is_active": [True] * len(names),
        },
        schema={"row_no": WHOLE, "rep_id": TEXT, "name": TEXT, "team": TEXT, "is_active": FLAG},
    )
    there = [name for name in added.columns if name in reps.columns]
    whole = pl.concat([reps, added.select(there)], how="diagonal")
    return whole, (f"Added to the roster as Inside Sales: {', '.join(names)}.",)


def is_closed_word(stage: str) -> bool:
    """Whether a stage's word says that the deal is over."""
    plain = _plain(stage)
    return plain in WON | LOST or plain.startswith("closed") or is_won_word(stage)


def is_won_word(stage: str) -> bool:
    """Whether a stage's word says that the deal was won; HubSpot writes the pipeline behind it."""
    return _plain(stage) in WON or _plain(stage).startswith("closedwon") or _plain(stage).endswith("closedwon")


def _plain(stage: str) -> str:
    return re.sub(r"[^a-z]", "", stage.casefold())


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in counts.most_common(_EXAMPLES)) or "none"
