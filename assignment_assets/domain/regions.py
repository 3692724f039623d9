"""The regions that a move belongs to, and so who signs it: those of the field reps at its ends, active or not.

A move without such an end belongs to the pseudo-region `no_region`.
"""

from collections.abc import Mapping

import polars as pl

NO_REGION = "no_region"
FORMER_NO_REGION = "house"
"""What it was called before; signatures of then cover this word, and digests are still over it, so that they hold."""


def named_now(region: str) -> str:
    """A region as it is called now, of a file that calls the pseudo-region by its former name."""
    return NO_REGION if region == FORMER_NO_REGION else region


def field_regions(people: pl.DataFrame) -> dict[str, str]:
    """rep_id → region of the field reps that have one; any frame with rep_id, team and region will do."""
    field = people.filter((pl.col("team") == "field") & pl.col("region").is_not_null())
    return dict(field.select("rep_id", "region").iter_rows())


def regions_of_ends(regions: Mapping[str, str], *ends: str | None) -> list[str]:
    """The regions, sorted, of whatever touches these owners; `regions` as `field_regions` gives them."""
    return sorted({regions[end] for end in ends if end is not None and end in regions}) or [NO_REGION]


def regions_of_owners(moves: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The moves, each once for every region that it belongs to, with that `region`.

    Parameters
    ----------
    moves
        old_owner_id and new_owner_id, and whatever else shall be kept.
    people
        As `field_regions` takes them. Owners who are not in it belong to no region.
    """
    regions = field_regions(people)
    ends = moves.select("old_owner_id", "new_owner_id").iter_rows()
    found = pl.Series("region", [regions_of_ends(regions, *pair) for pair in ends], dtype=pl.List(pl.String))
    return moves.with_columns(found).explode("region", empty_as_null=True)
