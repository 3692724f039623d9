"""Which Regional Directors review a proposal, and what they are called."""

import polars as pl

from assignment_assets.domain.review.shown import ProposedMovesFrame
from assignment_assets.domain.tables import CurrentBooksFrame, RepsFrame


def regional_directors(reps: RepsFrame, books: CurrentBooksFrame, moves: ProposedMovesFrame) -> dict[str, list[str]]:
    """E-mail → regions of every director whose reps receive or are touched by a move."""
    touched = set(books.filter("is_receiver")["region"]) | set(moves["from_region"]) | set(moves["to_region"])
    pairs = (
        reps.filter((pl.col("team") == "field") & pl.col("region").is_in(sorted(touched - {None})))
        .select("director_email", "region")
        .drop_nulls()
        .unique()
        .sort("director_email", "region")
    )
    return {
        email: group["region"].to_list() for (email,), group in pairs.group_by("director_email", maintain_order=True)
    }


def director_name(email: str) -> str:
    """A person's name as their address gives it: dana.west@… → Dana West."""
    return email.split("@")[0].replace(".", " ").replace("_", " ").title()
