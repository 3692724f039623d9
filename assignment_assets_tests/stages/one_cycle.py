"""One whole cycle with people, in a process of its own: ``python -m …one_cycle FOLDER THREADS``."""

import sys
from pathlib import Path

import polars as pl
import pytest

from assignment_assets.domain.tables import EDIT_VERDICTS, PROPOSED_BOOKS
from assignment_assets.io.warehouse import connection
from assignment_assets_tests.company import DANA, PRIYA, account, tiny
from assignment_assets_tests.rehearsal import Cycle, settle_in


def tell(folder: Path) -> Cycle:
    """The tiny company with a few more accounts, people who answer, edit, decide and sign, up to the approved diff."""
    more = [
        account(f"x{number:02}", ("ana", "ben", "max", "iris")[number % 4], history=("recent", "never")[number % 2])
        for number in range(12)
    ]
    with pytest.MonkeyPatch.context() as patch:
        cycle = Cycle(settle_in(folder, folder / "dagster", patch)).source(tiny(*more)).open(book_size=14)
        cycle.keep("ana", {"a06": "keep", "a09": "keep", "a10": "release"})
        cycle.look("lock_lists")
        cycle.propose()
        books = cycle.table(PROPOSED_BOOKS).filter(pl.col("phase") != "lock").sort("account_id")
        anas, cleos = (books.filter(pl.col("rep_id") == rep_id)["account_id"].to_list() for rep_id in ("ana", "cleo"))
        cycle.edit(DANA, drop={anas[0]: "morale"}, add=[(cleos[0], "ana", "relationship")])
        cycle.look("review_edits")
        cycle.review()
        for edit in cycle.rows(EDIT_VERDICTS, verdict="held"):
            cycle.decide(edit, PRIYA, "refuse")
        cycle.look("sign_offs")
        cycle.run("sign_off")
        cycle.sign_off()
    return cycle


if __name__ == "__main__":
    connection.SETTINGS["threads"] = int(sys.argv[2])
    tell(Path(sys.argv[1]))
