"""The hand-over list of a leaver: accounts with active pipeline, for the director, as a CSV file."""

from pathlib import Path

import polars as pl

from assignment_assets.domain.identity.person_keys import safe_key
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder

NOBODY = "no-director"


def write_hand_over(folder: DataFolder, ways: pl.DataFrame) -> list[Path]:
    """One file a director and leaver in `outbox/hand_over/<director>/`, largest open amount first; dollars.

    Parameters
    ----------
    ways
        Rows of `departures`; only those of way `director` are listed.
    """
    paths = []
    listed = ways.filter(pl.col("way") == "director").with_columns(pl.col("director_email").fill_null(NOBODY))
    for (director, rep_id), rows in listed.group_by("director_email", "rep_id", maintain_order=True):
        shown = rows.sort(["open_amount_cents", "account_id"], descending=[True, False]).select(
            "account_id",
            "state",
            "tier",
            "open_deals",
            "next_close_on",
            open_amount=pl.col("open_amount_cents") / 100,
            value=pl.col("value_cents") / 100,
            why="why",
        )
        path = folder.root / "outbox" / "hand_over" / safe_key(director) / f"{safe_key(rep_id)}.csv"
        write_whole(path, shown.write_csv())
        paths.append(path)
    return paths
