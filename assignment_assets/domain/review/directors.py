"""Which Regional Directors review a proposal, and what they are called."""

import polars as pl


def regional_directors(reps: pl.DataFrame, books: pl.DataFrame, moves: pl.DataFrame) -> dict[str, list[str]]:
    """E-mail → regions of every director whose reps receive or are touched by a move.

    Parameters
    ----------
    reps, books
        Tables `reps`, `current_books`.
    moves
        from_region and to_region, as `packet_rows.move_rows` gives them.
    """
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
