"""What the mapping leaves out and other cells tell: whether a deal is closed, by the words of its stage; and people who
stand in no file."""

import re
from collections import Counter
from collections.abc import Callable, Collection

import polars as pl

from assignment_assets.domain.sources.names import id_of_name
from assignment_assets.domain.tables import FLAG, TEXT, WHOLE

WON = frozenset(
    {"won", "closedwon", "closewon", "dealwon", "closedwonrenewal", "contractsigned"}
    | {"gewonnen", "gagne", "gagn\u00e9", "ganado", "ganada", "vinto", "vinta", "ganho"}
)
LOST = frozenset(
    {"lost", "closedlost", "closelost", "deallost", "dead", "deadlead", "abandoned", "cancelled", "canceled"}
    | {"verloren", "perdu", "perdue", "perdido", "perdida", "perso", "persa", "disqualified"}
)
_EXAMPLES = 3


def with_closed(deals: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The deals with is_closed and is_won by their stage where the source does not say, and what was done.

    Closed are stages that say won, lost or closed, such as Closed Won. Without a stage too, every deal counts as open.
    Where the source says so for some deals alone, their stage tells it of the others; where both speak and contradict
    each other, what the source says counts, and is counted.
    """
    if "is_closed" in deals.columns:
        return (deals, ()) if "stage" not in deals.columns else _completed(deals)
    if "stage" not in deals.columns:
        return deals, (
            "Neither is_closed nor a stage is mapped: every deal counts as open, and may protect its account.",
        )
    judged = deals.with_columns(is_closed=_told(is_closed_word).fill_null(False))
    if "is_won" not in deals.columns:
        judged = judged.with_columns(is_won=_told(is_won_word).fill_null(False))
    closed = Counter(judged.filter("is_closed")["stage"].drop_nulls())
    others = Counter(judged.filter(~pl.col("is_closed"))["stage"].drop_nulls())
    return judged, (
        f"is_closed is not mapped: by their stage {judged['is_closed'].sum()} of {judged.height} deals are closed "
        f"({_words(closed)}), the others open ({_words(others)}).",
    )


def _completed(deals: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The deals whose own is_closed and is_won are completed by the stage, and what was done or met."""
    words = deals.select("is_closed", "stage", by_stage=_told(is_closed_word))
    is_told = pl.col("is_closed").is_null() & pl.col("by_stage").fill_null(False)
    open_yet = words.filter(~pl.col("is_closed") & pl.col("by_stage"))
    whole = deals.with_columns(is_closed=pl.coalesce("is_closed", _told(is_closed_word)))
    own = pl.col("is_won") if "is_won" in deals.columns else pl.lit(None, FLAG)
    told = words.filter(is_told).height
    said = (
        (told, f"{told} deals without is_closed are closed by their stage."),
        (
            open_yet.height,
            f"Contradiction: {open_yet.height} deals are open by is_closed and closed by their stage "
            f"({_words(Counter(open_yet['stage'].drop_nulls()))}); they count as open, and may protect their account.",
        ),
    )
    return whole.with_columns(is_won=pl.coalesce(own, _told(is_won_word))), tuple(text for count, text in said if count)


def _told(is_word: Callable[[str], bool]) -> pl.Expr:
    return pl.col("stage").map_elements(is_word, return_dtype=pl.Boolean)


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
    return re.sub(r"[^a-z\u00e9]", "", stage.casefold())


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in counts.most_common(_EXAMPLES)) or "none"
